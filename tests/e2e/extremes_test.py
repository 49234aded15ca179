"""Every RPC and every command over workspaces of extremes: each answers, or says of single figures
why they are null. No call fails, but where the request itself is wrong for what the workspace holds.

The services are walked by their descriptors, and the commands by the program's own help, so that a
new one without an entry here fails the test."""

import concurrent.futures
import csv
import importlib
import io
import json
import math
import pathlib
import re
import os
import unittest

import grpc
from google.protobuf import text_format
from google.protobuf.descriptor import FieldDescriptor

import mini_server
import client as wire
from strata.v1 import (
    customer_service_pb2 as customer_pb2, ingestion_service_pb2 as ingestion_pb2,
    insight_service_pb2 as insight_pb2, kpi_service_pb2 as kpi_pb2, records_pb2,
    segmentation_service_pb2 as segment_pb2, types_pb2, workspace_service_pb2 as workspace_pb2)

MICRO = 1
TRILLION = 10**12 * 10**6  # micros
MOST = 9 * TRILLION
DAY = 86_400_000
MOST_EXACT = 2**53 - 1  # the largest number that an attribute takes


# The workspaces.

def ticket(id, customer, opened, **fields):
    message = records_pb2.Ticket(id=id, customer=customer)
    wire.set_time(message.opened_time, wire.millis(opened))
    for name, value in fields.items():
        if name.endswith("_time"):
            wire.set_time(getattr(message, name), wire.millis(value))
        else:
            setattr(message, name, value)
    return records_pb2.Record(ticket=message)


def contract(id, customer, start, value, **fields):
    return records_pb2.Record(contract=records_pb2.Contract(
        id=id, customer=customer, start_date=start, annual_value_micros=value, **fields))


def survey(id, customer, time, kind, score):
    message = records_pb2.Survey(id=id, customer=customer, kind=kind, score=score)
    wire.set_time(message.time, wire.millis(time))
    return records_pb2.Record(survey=message)


def line(amount, product="p", **fields):
    return (amount, {"product": product, "product_line": product[0], **fields})


def tickets():
    return [ticket(f"t{i}", f"c{i % 3}", f"2023-{1 + i % 12:02d}-03T10:00:00",
                   resolved_time=f"2023-{1 + i % 12:02d}-04T10:00:00",
                   sla_due_time=f"2023-{1 + i % 12:02d}-03T12:00:00", csat=1 + i % 5,
                   status=records_pb2.TICKET_STATUS_RESOLVED, priority="high")
            for i in range(24)]


def surveys():
    return [survey(f"s{i}", f"c{i % 3}", f"2023-{1 + i % 12:02d}-05T10:00:00",
                   records_pb2.SURVEY_KIND_NPS, i % 11) for i in range(24)]


def contracts(value=1_000_000, count=6):
    return [contract(f"k{i}", f"c{i % 3}", f"202{i % 4}-01-01", value,
                     end_date="" if i % 2 else "9999-12-31", auto_renew=i % 3 == 0, owner="kim")
            for i in range(count)]


def customers():
    return [wire.customer(f"c{i}", created_time=wire.millis("2023-05-01T00:00:00"), country="DE",
                          birth_date="1900-01-01" if i == 0 else "1990-02-03", children=i,
                          attributes={"score": MOST_EXACT if i else -MOST_EXACT}) for i in range(3)]


def large_amounts():
    """c0 to c2 beyond what 64 bits of micros hold, up and down, c3 a millionth, many lines."""
    records = []
    for i in range(36):
        time = f"{2021 + i // 12}-{1 + i % 12:02d}-07T10:00:00"
        for who in range(3):
            amount = -MOST if who == 2 and i % 2 else MOST
            records.append(wire.order(
                f"o{i}-{who}", f"c{who}", time,
                [line(amount, f"p{n % 3}", cost_micros=MOST, quantity=-1 if amount < 0 else 1)
                 for n in range(1 + who)],
                status="Shipped", promised_time=wire.millis(time) + DAY,
                delivered_time=wire.millis(time) + 2 * DAY))
        records.append(wire.order(f"o{i}-3", "c3", time, [line(MICRO, "p1", cost_micros=MICRO)]))
        records.append(wire.order(f"o{i}-4", "c4", time, [line(100_000_000, "p2")]))
    records.append(wire.order("wide", "c1", "2023-12-20T10:00:00", [line(MOST)] * 10_000))
    return records + contracts(MOST, 30) + tickets() + surveys() + customers()


def far_dates():
    """From the first day that is allowed to the last."""
    return [wire.order("first", "c0", "1900-01-01T00:00:00", [line(5_000_000)],
                       promised_time=wire.millis("9999-12-31T00:00:00")),
            wire.order("second", "c0", "1999-12-31T23:59:59", [line(7_000_000)]),
            wire.order("last", "c1", "2024-02-29T12:00:00", [line(9_000_000)]),
            contract("k1", "c0", "1900-01-01", 1_000_000, end_date="9999-12-31"),
            contract("k2", "c1", "9999-12-31", 1_000_000),
            ticket("t1", "c0", "1900-01-02T00:00:00", sla_due_time="9999-12-31T00:00:00"),
            survey("s1", "c1", "1900-01-03T00:00:00", records_pb2.SURVEY_KIND_CSAT, 5),
            wire.customer("c0", birth_date="1900-01-01",
                          created_time=wire.millis("1900-01-01T00:00:00"))]


def orders(amount, status="Shipped"):
    return [wire.order(f"o{i}", f"c{i % 3}", f"{2022 + i // 12}-{1 + i % 12:02d}-07T10:00:00",
                       [line(amount, f"p{i % 2}", quantity=1 if amount >= 0 else -1)],
                       status=status) for i in range(24)]


WORKSPACES = {
    "empty": [],
    "one-customer": [wire.customer("c0")],
    "one-order": [wire.order("o", "c0", "2024-02-29T00:00:00", [line(10_000_000)])],
    "only-returns": orders(-5_000_000),
    "only-cancelled": orders(5_000_000, "Cancelled"),
    "only-zero": orders(0),
    "only-millionths": orders(MICRO),
    "only-contracts": contracts(),
    "only-surveys": surveys(),
    "only-tickets": tickets(),
    "only-customers": customers(),
    "far-dates": far_dates(),
    "large-amounts": large_amounts(),
}
MOST_SHOWN = 20  # faults of one workspace
TWO_SCOPES = ({}, {"as_of": "2023-06-30", "filter": "revenue > 0 OR tickets_90d >= 0"})


# The requests: by full name of the method, a function of the workspace that gives them.

def scope(name, **fields):
    if "range" in fields:
        fields["range"] = types_pb2.DateRange(**fields["range"])
    return types_pb2.QueryScope(workspace=name, **fields)


class Requests:
    def __init__(self, name, kpis, fields, customers):
        self.name, self.kpis, self.fields, self.customers = name, kpis, fields, customers

    def scoped(self, kind, *options):
        """Each option alone, and the first also in each scope."""
        options = options or ({},)
        for more in TWO_SCOPES:
            yield kind(scope=scope(self.name, **more), **options[0])
        for option in options[1:]:
            yield kind(scope=scope(self.name), **option)

    def named(self, kind, **fields):
        yield kind(workspace=self.name, **fields)

    # KpiService

    def ListKpis(self):
        return self.named(kpi_pb2.ListKpisRequest)

    def ListFields(self):
        return self.named(kpi_pb2.ListFieldsRequest)

    def QueryKpis(self):
        ids = [kpi.id for kpi in self.kpis]
        for at in range(0, len(ids), 50):
            for more in ({}, {"range": {"from": "1900-01-01", "to": "2024-02-29"}}):
                yield kpi_pb2.QueryKpisRequest(
                    scope=scope(self.name, **more), kpis=ids[at:at + 50], totals=True,
                    ranges=[kpi_pb2.NamedRange(name="before", keyword=1),
                            kpi_pb2.NamedRange(name="last-year", keyword=2)])
        groupable = {field.id for field in self.fields if field.groupable}
        for field in sorted(groupable & {field for kpi in self.kpis for field in kpi.fields}):
            fitting = [kpi.id for kpi in self.kpis if field in kpi.fields]
            classes = types_pb2.CLASSES_AT_PERIOD_START if field == "quarter" else 0
            groups = [field, "tier"] if field == "quarter" else [field]
            if field == "quarter":
                fitting = [kpi.id for kpi in self.kpis if {"tier", field} <= set(kpi.fields)]
            yield kpi_pb2.QueryKpisRequest(
                scope=scope(self.name, classes_at=classes), kpis=fitting[:50], group_by=groups,
                totals=True, fill_empty=field in ("year", "month"),
                order_by=f"{fitting[0]} desc", page_size=500)

    def SummarizeKpis(self):
        return self.scoped(kpi_pb2.SummarizeKpisRequest, {}, {"period": 1, "points": 60},
                           {"period": 3})

    def ExplainKpi(self):
        for kpi in self.kpis:
            yield kpi_pb2.ExplainKpiRequest(scope=scope(self.name), kpi=kpi.id, contributors=100)

    # CustomerService

    def GetCustomer(self):
        for customer in self.customers:
            yield customer_pb2.GetCustomerRequest(
                scope=scope(self.name), customer=customer, view=customer_pb2.CUSTOMER_VIEW_FULL,
                orders=1_000, tickets=1_000, timeline=1_000, months=60)
        if self.customers:
            yield customer_pb2.GetCustomerRequest(
                scope=scope(self.name, as_of="1900-01-01"), customer=self.customers[0],
                view=customer_pb2.CUSTOMER_VIEW_FULL)

    def ListCustomers(self):
        ids = [f.id for f in self.fields if f.grain == types_pb2.GRAIN_CUSTOMER]
        yield customer_pb2.ListCustomersRequest(scope=scope(self.name), fields=ids)
        for field in ids:
            yield customer_pb2.ListCustomersRequest(scope=scope(self.name), fields=[field],
                                                    order_by=f"{field} desc")

    def EraseCustomer(self):
        for customer in self.customers[-1:]:
            yield customer_pb2.EraseCustomerRequest(workspace=self.name, customer=customer)

    # SegmentationService

    def CreateSegment(self):
        yield segment_pb2.CreateSegmentRequest(workspace=self.name, segment=segment_pb2.Segment(
            segment="big", filter="revenue > 9300000000000"))
        yield segment_pb2.CreateSegmentRequest(workspace=self.name, segment=segment_pb2.Segment(
            segment="sizes", classes=[
                segment_pb2.SegmentClass(name="huge", filter="revenue > 9000000000000000000"),
                segment_pb2.SegmentClass(name="low", filter="revenue < -9300000000000")]))

    def GetSegment(self):
        return self.named(segment_pb2.GetSegmentRequest, segment="big")

    def ListSegments(self):
        return self.named(segment_pb2.ListSegmentsRequest)

    def UpdateSegment(self):
        yield segment_pb2.UpdateSegmentRequest(workspace=self.name, segment=segment_pb2.Segment(
            segment="big", filter="revenue > 9300000000000 OR contract_value > 1"),
            update_mask={"paths": ["filter"]})

    def DeleteSegment(self):
        yield segment_pb2.DeleteSegmentRequest(workspace=self.name, segment="sizes")

    def CheckFilter(self):
        return self.named(segment_pb2.CheckFilterRequest, filter="revenue > 12000000000000.000001")

    def ListSegmentMembers(self):
        for segment in ("tier", "tier/strategic", "loyalty", "rfm", "abc", "big", "sizes"):
            yield segment_pb2.ListSegmentMembersRequest(
                scope=scope(self.name, segment=segment), order_by="revenue desc",
                fields=["revenue", "average_order_value", "revenue_rank_share", "growth_90d"])

    def ProfileSegment(self):
        for more in ({"segment": "tier/strategic"}, {"filter": "revenue > 0"}):
            for option in ({}, {"against": "big"},
                           {"crosses": ["country,tier"], "fields": ["tier", "abc"]}):
                yield segment_pb2.ProfileSegmentRequest(scope=scope(self.name, **more), **option)

    def ScoreRfm(self):
        return self.scoped(segment_pb2.ScoreRfmRequest, {"customers": True}, {"bins": 10},
                           {"bins": 2, "window_days": 36_525})

    def ComputeTransitions(self):
        for partition in ("tier", "loyalty", "abc", "rfm", "sizes"):
            yield segment_pb2.ComputeTransitionsRequest(
                scope=scope(self.name, as_of="2024-12-31"), partition=partition, movers=1_000,
                dates=["1900-01-01", "2022-12-31", "2024-12-31"])

    def WatchSegment(self):
        yield segment_pb2.WatchSegmentRequest(workspace=self.name, segment="tier/strategic",
                                              fields=["revenue"])

    # InsightService

    def AnalyzeConcentration(self):
        return self.scoped(insight_pb2.AnalyzeConcentrationRequest, {}, {"lorenz_points": 1_000})

    def CompareDistribution(self):
        return self.scoped(insight_pb2.CompareDistributionRequest, {},
                           {"top_share": 1.0, "histogram_bins": 200}, {"histogram_bins": 1})

    def AnalyzeVolatility(self):
        return self.scoped(insight_pb2.AnalyzeVolatilityRequest, {}, {"group_by": "loyalty"})

    def RankEscalationRisk(self):
        return self.scoped(insight_pb2.RankEscalationRiskRequest, {"limit": 10_000})

    def BacktestRisk(self):
        yield insight_pb2.BacktestRiskRequest(scope=scope(self.name), quarters=40, at=[1, 50])

    def RankIndicators(self):
        yield insight_pb2.RankIndicatorsRequest(scope=scope(self.name), drop=0.01)

    def AssessSupport(self):
        return self.scoped(insight_pb2.AssessSupportRequest, {}, {"top_share": 1.0})

    def RankInterventions(self):
        return self.scoped(insight_pb2.RankInterventionsRequest, {"limit": 1_000})

    def ListSignals(self):
        return self.scoped(insight_pb2.ListSignalsRequest,
                           {"renewal_days": 3_650, "limit": 10_000},
                           {"false_discovery_rate": 0.99})

    def RecommendProducts(self):
        return self.scoped(
            insight_pb2.RecommendProductsRequest, {"by_product_line": True},
            *({"customer": c, "basket": 2} for c in self.customers))

    def AnalyzeRetention(self):
        return self.scoped(insight_pb2.AnalyzeRetentionRequest, {"months": 60})

    def GenerateSwot(self):
        return self.scoped(insight_pb2.GenerateSwotRequest)

    # WorkspaceService

    def CreateWorkspace(self):
        yield workspace_pb2.CreateWorkspaceRequest(workspace=workspace_pb2.Workspace(
            workspace=f"{self.name}-too", deal_size_medium=types_pb2.Amount(nanos=1_000),
            deal_size_large=types_pb2.Amount(units=9 * 10**12)))

    def GetWorkspace(self):
        return self.named(workspace_pb2.GetWorkspaceRequest)

    def ListWorkspaces(self):
        yield workspace_pb2.ListWorkspacesRequest()

    def UpdateWorkspace(self):
        yield workspace_pb2.UpdateWorkspaceRequest(workspace=workspace_pb2.Workspace(
            workspace=self.name, deal_size_large=types_pb2.Amount(units=9 * 10**12)),
            update_mask={"paths": ["deal_size_large"]})

    def DeleteWorkspace(self):
        yield workspace_pb2.DeleteWorkspaceRequest(workspace=f"{self.name}-too", force=True)

    # IngestionService

    def BatchAppendRecords(self):
        yield ingestion_pb2.BatchAppendRecordsRequest(
            workspace=self.name, request_id="7f0cbd1c-3a0e-4e0a-9d32-d8e6f6e5b8a1",
            records=[wire.customer("c0", country="FR")])

    def AppendRecords(self):
        yield ingestion_pb2.AppendRecordsRequest(
            workspace=self.name, stream="s", records=[wire.customer("c0", country="ES")])

    def GetWriteStream(self):
        return self.named(ingestion_pb2.GetWriteStreamRequest, stream="s")


# What changes something comes where it belongs: made before it is read, erased at the end.
FIRST = ["CreateSegment", "UpdateSegment", "CreateWorkspace", "DeleteWorkspace", "UpdateWorkspace"]
LAST = ["BatchAppendRecords", "AppendRecords", "GetWriteStream", "DeleteSegment", "EraseCustomer"]


def services():
    """Every service of the contract by its descriptor, with the module of its stubs."""
    for path in sorted(pathlib.Path(os.environ["STRATA_STUBS"], "strata", "v1").glob("*_pb2.py")):
        module = importlib.import_module(f"strata.v1.{path.stem}")
        for service in module.DESCRIPTOR.services_by_name.values():
            yield service, importlib.import_module(f"strata.v1.{path.stem}_grpc")


def faults(message, path=""):
    """Where a message holds a double that is no number, or a null without a reason."""
    for field, value in message.ListFields():
        where = f"{path}.{field.name}"
        many = value if field.label == FieldDescriptor.LABEL_REPEATED else [value]
        if field.message_type is not None and field.message_type.GetOptions().map_entry:
            many = [v for v in value.values() if hasattr(v, "ListFields")]
        for one in many:
            if hasattr(one, "ListFields"):
                yield from faults(one, where)
            elif isinstance(one, float) and not math.isfinite(one):
                yield f"{where} is {one}"
    if isinstance(message, types_pb2.Value):
        kind = message.WhichOneof("kind")
        if kind is None or (kind == "null" and not message.null):
            yield f"{path} is null without a reason"


def shown(request):
    """On one line, and not all of it."""
    return text_format.MessageToString(request, as_one_line=True)[:300]


class EveryRpc(mini_server.ServerTest):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with cls.server.client() as client:
            for name, records in WORKSPACES.items():
                client.create_workspace(name, currency_code="IDR")
                if records:
                    answer = client.append(name, records)
                    if answer.counts.accepted != len(records):
                        raise AssertionError(f"{name}: {answer.counts}")

    def ask(self, method, stub, request):
        call = getattr(stub, method.name)
        if method.name == "WatchSegment":
            answers = []
            watching = call(request, timeout=30)
            for answer in watching:
                answers.append(answer)
                if any(e.kind == segment_pb2.WatchSegmentResponse.KIND_CAUGHT_UP
                       for e in answer.events):
                    watching.cancel()
                    break
            return answers
        if method.name == "AppendRecords":
            return list(call(iter([request]), timeout=30))
        answer = call(request, timeout=30)
        return list(answer) if hasattr(answer, "__iter__") else [answer]

    def check_workspace(self, name):
        with wire.rich_errors():
            kpis = list(self.client.list_kpis(name))
            fields = list(self.client.list_fields(name))
            rows = self.client.customers.ListCustomers(customer_pb2.ListCustomersRequest(
                scope=scope(name)), timeout=30).customers
        requests = Requests(name, kpis, fields, [row.customer for row in rows])
        methods = {}
        for service, module in services():
            stub = getattr(module, f"{service.name}Stub")(self.client.channel)
            for method in service.methods:
                methods[method.name] = (service, method, stub)
        order = (FIRST + sorted(set(methods) - set(FIRST) - set(LAST)) + LAST)
        wrong = []
        for key in order:
            service, method, stub = methods[key]
            maker = getattr(requests, key, None)
            if maker is None:
                wrong.append(f"{service.full_name}.{key} has no entry in this test")
                continue
            for request in maker():
                try:
                    answers = self.ask(method, stub, request)
                except grpc.RpcError as error:
                    wrong.append(f"{key}: {error.code().name}: {error.details()} {shown(request)}")
                    continue
                for answer in answers:
                    wrong += [f"{key}: {fault} {shown(request)}" for fault in faults(answer)]
        if wrong:
            self.fail(f"{name}: {len(wrong)} faults\n" + "\n".join(wrong[:MOST_SHOWN]))

    def test_every_service_answers(self):
        for name in WORKSPACES:
            with self.subTest(name):
                self.check_workspace(name)


# What each command is called with, after `strata -w NAME`; None: it changes things, or only reads
# files, and is tested elsewhere.
COMMANDS = {
    "workspace list": [], "workspace show": [],
    "workspace create": None, "workspace update": None, "workspace delete": None,
    "import": None, "demo": None,
    "kpi list": [], "kpi fields": [], "kpi summary": [], "kpi explain": ["average_order_value"],
    "kpi query": ["revenue,units,median_order_value,gross_margin", "--by", "tier", "--compare",
                  "previous", "--totals"],
    "customer show": ["c0", "--figures"], "customer erase": None,
    "customer list": ["--fields", "revenue,average_order_value,units,contract_value",
                      "--sort", "revenue desc"],
    "segment create": None, "segment update": None, "segment delete": None,
    "segment list": [], "segment show": ["tier"], "segment check": ["revenue > 1000000 OR units < 2.5"],
    "segment members": ["tier", "--fields", "revenue,units"],
    "segment profile": ["tier/strategic"], "segment rfm": ["--customers"],
    "segment transitions": ["tier"], "segment watch": ["tier/strategic", "--once"],
    "insight concentration": [], "insight distribution": [], "insight volatility": [],
    "insight retention": [], "insight risk": [], "insight backtest": [], "insight indicators": [],
    "insight support": [], "insight interventions": [], "insight signals": [],
    "insight recommend": [], "insight swot": [],
    "report": [], "stream show": ["s"], "admin migrate": None, "version": [],
    "completion": ["bash"], "help": None,
}
FORMS = {"report": ("table",), "completion": ("table",)}  # texts; all others come in three


def words_of(help_text):
    """The subcommands that a help names."""
    found = re.search(r"^Subcommands:\n((?:  .*\n?)+)", help_text, re.MULTILINE | re.IGNORECASE)
    return re.findall(r"^  ([a-z]+)\s", found.group(1), re.MULTILINE) if found else []


class EveryCommand(mini_server.ServerTest):
    """In the three forms, over the largest amounts and over nothing at all."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with cls.server.client() as client:
            for name in ("large-amounts", "empty"):
                client.create_workspace(name, currency_code="IDR")
                if WORKSPACES[name]:
                    client.append(name, WORKSPACES[name])
                client.append_stream(name, "s", [[wire.customer("c0")]])

    def test_one_customer_stops_nobody(self):
        """The customer beyond 64 bits is told exactly, and so are the others."""
        rows = dict(wire.table(self.client.query("large-amounts", ["revenue"], ["customer"])))
        self.assertEqual(rows[("c0",)], (36 * MOST * 1_000,))
        self.assertEqual(rows[("c1",)], ((36 * 2 + 10_000) * MOST * 1_000,))
        self.assertEqual(rows[("c2",)], (0,))
        self.assertEqual(rows[("c4",)], (36 * 100 * 10**9,))

    def test_no_command_is_without_an_entry(self):
        commands = set()
        for noun in words_of(mini_server.run_cli("--help").out):
            verbs = words_of(mini_server.run_cli(noun, "--help").out)
            commands |= {f"{noun} {verb}" for verb in verbs} or {noun}
        self.assertEqual(commands, set(COMMANDS))

    def run_case(self, case):
        name, command, form = case
        return mini_server.run_cli("-w", name, "-o", form, *command.split(), *COMMANDS[command],
                                   server=self.server.address)

    def check(self, form, done):
        self.assertEqual(done.status, 0, done)
        self.assertNotRegex(done.out.lower(), r"(?<![a-z])(nan|inf|infinity|overflow)(?![a-z])", done)
        if form == "json" and done.out.strip():
            decoder, rest = json.JSONDecoder(parse_constant=self.fail), done.out.strip()
            while rest:  # a stream is an object after another
                _, end = decoder.raw_decode(rest)
                rest = rest[end:].strip()
        if form == "csv":
            list(csv.reader(io.StringIO(done.out), strict=True))

    def test_every_command_in_every_form(self):
        cases = [(name, command, form) for name in ("large-amounts", "empty")
                 for command, arguments in COMMANDS.items() if arguments is not None
                 for form in FORMS.get(command, ("table", "json", "csv"))]
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            for (name, command, form), done in zip(cases, pool.map(self.run_case, cases)):
                with self.subTest(f"{name}: {command} -o {form}"):
                    self.check(form, done)


if __name__ == "__main__":
    mini_server.main()
