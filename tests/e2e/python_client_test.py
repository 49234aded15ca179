"""What another team's Python program does: ingest, query, and understand errors."""

import uuid

import grpc

import mini_server
import client as wire
from strata.v1 import customer_service_pb2, kpi_service_pb2, types_pb2
import reflection_pb2
import reflection_pb2_grpc
from google.protobuf import descriptor_pb2

SERVICES = ["strata.v1.WorkspaceService", "strata.v1.IngestionService",
            "strata.v1.CustomerService", "strata.v1.KpiService"]


def shop_orders():
    """Three customers; by hand: recognised 10 + 20.5 + 30 - 5 = 55.5 in 3 orders, 7 cancelled."""
    return [
        wire.customer("ann", country="US", gender="F"),
        wire.customer("bob", country="DE", gender="M"),
        wire.order("o1", "ann", "2024-01-10T10:00:00",
                   [(10_000_000, {}), (20_500_000, {"quantity": 2})], status="Shipped"),
        wire.order("o2", "bob", "2024-02-11T10:00:00", [(30_000_000, {})], status="Shipped"),
        wire.order("o3", "bob", "2024-02-20T10:00:00", [(-5_000_000, {"quantity": -1})]),
        wire.order("o4", "cat", "2024-03-01T10:00:00", [(7_000_000, {})], status="CANCELLED"),
    ]


class Ingest(mini_server.ServerTest):
    def test_unary_then_query(self):
        self.client.create_workspace("unary")
        answer = self.client.append("unary", shop_orders())
        self.assertEqual((answer.counts.accepted, answer.counts.duplicate, answer.counts.stale,
                          answer.counts.rejected), (6, 0, 0, 0))
        self.assertEqual(answer.counts.placeholder_customers, 1)  # cat
        self.assertGreater(answer.revision, 0)

        result = self.client.query("unary", ["revenue", "orders"], ["country"],
                                   {"min_revision": answer.revision}, totals=True)
        self.assertGreaterEqual(result.meta.revision, answer.revision)
        rows = {keys[0]: values for keys, values in wire.table(result)}
        self.assertEqual(rows["US"], (30_500_000_000, 1))
        self.assertEqual(rows["DE"], (25_000_000_000, 1))  # o3 gives goods back, it buys none
        self.assertEqual([wire.plain(v) for v in result.table.totals.values],
                         [55_500_000_000, 2])
        self.assertEqual(result.meta.currency_code, "USD")
        self.assertEqual(result.meta.as_of, "2024-03-01")

    def test_request_id_answers_once(self):
        self.client.create_workspace("once")
        request_id = str(uuid.uuid4())
        first = self.client.append("once", shop_orders(), request_id)
        again = self.client.append("once", shop_orders(), request_id)
        self.assertTrue(again.duplicate)
        self.assertEqual((again.revision, again.counts), (first.revision, first.counts))
        with self.assertRaises(wire.RichError) as raised:
            self.client.append("once", shop_orders()[:2], request_id)
        self.assertEqual(raised.exception.code, grpc.StatusCode.INVALID_ARGUMENT)
        self.assertEqual(raised.exception.reason, "REQUEST_ID_REUSED")

    def test_stream_acks_resumes_and_reports(self):
        self.client.create_workspace("streamed")
        orders = [wire.order(f"s{i}", f"c{i % 7}", "2024-05-01T00:00:00", [(1_000_000, {})])
                  for i in range(1000)]
        batches = [orders[i:i + 100] for i in range(0, 1000, 100)]
        acks = self.client.append_stream("streamed", "shop", batches[:6])
        self.assertEqual([a.next_offset for a in acks], [100, 200, 300, 400, 500, 600])
        # The first two are sent again, as after a broken connection.
        acks = self.client.append_stream("streamed", "shop", batches[4:], offset=400)
        self.assertEqual([a.duplicate for a in acks], [True, True, False, False, False, False])
        with self.assertRaises(wire.RichError) as raised:
            self.client.append_stream("streamed", "shop", batches[:1], offset=1500)
        self.assertEqual(raised.exception.code, grpc.StatusCode.OUT_OF_RANGE)
        self.assertEqual(raised.exception.reason, "WRONG_OFFSET")
        self.assertEqual(raised.exception.info.metadata["expected_offset"], "1000")
        state = self.client.write_stream("streamed", "shop")
        self.assertEqual((state.next_offset, state.counts.accepted), (1000, 1000))
        result = self.client.query("streamed", ["orders", "active_customers"],
                                   scope={"min_revision": state.revision})
        self.assertEqual(wire.table(result), [((), (1000, 7))])

    def test_bad_records_are_named(self):
        self.client.create_workspace("bad")
        records = shop_orders()
        records[3].order.lines[0].quantity = -1  # positive amount
        records[5].order.currency_code = "EUR"
        with self.assertRaises(wire.RichError) as raised:
            self.client.append("bad", records)
        self.assertEqual(raised.exception.code, grpc.StatusCode.INVALID_ARGUMENT)
        self.assertEqual(raised.exception.reason, "BAD_RECORDS")
        self.assertEqual(self.client.get_workspace("bad").orders, 0)
        answer = self.client.append("bad", records, on_error=wire.SKIP)
        self.assertEqual((answer.counts.accepted, answer.counts.rejected), (4, 2))
        self.assertEqual([(e.index, e.id) for e in answer.errors], [(3, "o2"), (5, "o4")])
        self.assertEqual(answer.errors[1].field, "order.currency_code")
        self.assertTrue(all(e.reason and e.message for e in answer.errors))

    def test_validate_only_stores_nothing(self):
        self.client.create_workspace("dry")
        answer = self.client.append("dry", shop_orders(), validate_only=True)
        self.assertEqual(answer.counts.accepted, 6)
        workspace = self.client.get_workspace("dry")
        self.assertEqual((workspace.orders, workspace.customers), (0, 0))

    def test_corrections_and_deletions_show(self):
        self.client.create_workspace("fixed")
        self.client.append("fixed", shop_orders())
        answer = self.client.append("fixed", [
            wire.order("o1", "ann", "2024-01-10T10:00:00", [(1_250_000, {})]),
            wire.deletion("order", "o2"),
            wire.order("o4", "cat", "2024-03-01T10:00:00", [(7_000_000, {})], status="Shipped"),
        ])
        self.assertEqual(answer.counts.accepted, 3)
        result = self.client.query("fixed", ["revenue", "orders", "orders_all"],
                                   scope={"min_revision": answer.revision})
        # 1.25 - 5 + 7; o3 is a return
        self.assertEqual(wire.table(result), [((), (3_250_000_000, 2, 3))])

    def test_erased_stay_erased(self):
        self.client.create_workspace("erased")
        self.client.append("erased", shop_orders())
        gone = self.client.customers.EraseCustomer(customer_service_pb2.EraseCustomerRequest(
            workspace="erased", customer="bob"), timeout=30)
        result = self.client.query("erased", ["revenue"], scope={"min_revision": gone.revision})
        self.assertEqual(wire.table(result), [((), (30_500_000_000,))])
        answer = self.client.append("erased", [shop_orders()[3]], on_error=wire.SKIP)
        self.assertEqual([e.reason for e in answer.errors], ["ERASED"])
        with self.assertRaises(wire.RichError) as raised, wire.rich_errors():
            self.client.customers.GetCustomer(customer_service_pb2.GetCustomerRequest(
                scope=types_pb2.QueryScope(workspace="erased"), customer="bob"), timeout=30)
        self.assertEqual(raised.exception.reason, "CUSTOMER_NOT_FOUND")


class Errors(mini_server.ServerTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with cls.server.client() as client:
            client.create_workspace("shop")
            client.append("shop", shop_orders())

    def failure(self, **query):
        with self.assertRaises(wire.RichError) as raised:
            self.client.query(query.pop("workspace", "shop"), **query)
        error = raised.exception
        self.assertEqual(error.info.domain, "strata")
        self.assertIn(error.reason, wire.REASONS)
        return error

    def test_unknown_kpi_names_the_nearest(self):
        error = self.failure(kpis=["revenu"])
        self.assertEqual((error.code, error.reason),
                         (grpc.StatusCode.INVALID_ARGUMENT, "UNKNOWN_KPI"))
        self.assertIn("revenue", error.info.metadata["nearest"])
        self.assertEqual(error.fields, ["kpis[0]"])

    def test_unknown_group_by_names_the_nearest(self):
        error = self.failure(kpis=["revenue"], group_by=["contry"])
        self.assertEqual(error.reason, "UNKNOWN_FIELD")
        self.assertIn("country", error.info.metadata["nearest"])
        self.assertEqual(error.fields, ["group_by[0]"])

    def test_filter_names_the_position(self):
        error = self.failure(kpis=["revenue"],
                             scope={"filter": 'country = "US" AND contry = "DE"'})
        self.assertEqual(error.reason, "INVALID_FILTER")
        self.assertEqual(error.info.metadata["position"], "19")
        self.assertIn("country", error.info.metadata["nearest"])

    def test_unknown_workspace(self):
        error = self.failure(workspace="shap", kpis=["revenue"])
        self.assertEqual((error.code, error.reason),
                         (grpc.StatusCode.NOT_FOUND, "WORKSPACE_NOT_FOUND"))

    def test_taken_workspace(self):
        with self.assertRaises(wire.RichError) as raised:
            self.client.create_workspace("shop")
        self.assertEqual((raised.exception.code, raised.exception.reason),
                         (grpc.StatusCode.ALREADY_EXISTS, "WORKSPACE_EXISTS"))

    def test_future_revision(self):
        error = self.failure(kpis=["revenue"], scope={"min_revision": 10**9})
        self.assertEqual((error.code, error.reason),
                         (grpc.StatusCode.OUT_OF_RANGE, "REVISION_IN_FUTURE"))

    def test_page_tokens_are_bound_to_their_request(self):
        first = self.client.query("shop", ["revenue"], ["day"], page_size=1)
        self.assertTrue(first.next_page_token)
        second = self.client.query("shop", ["revenue"], ["day"], page_size=1,
                                   page_token=first.next_page_token)
        self.assertNotEqual(wire.table(first), wire.table(second))
        error = self.failure(kpis=["orders"], group_by=["day"], page_size=1,
                             page_token=first.next_page_token)
        self.assertEqual(error.reason, "INVALID_PAGE_TOKEN")

    def test_bad_dates(self):
        self.assertEqual(self.failure(kpis=["revenue"], scope={"as_of": "2024-02-30"}).fields,
                         ["scope.as_of"])


class Introspection(mini_server.ServerTest):
    def test_health_of_each_service(self):
        for service in ["", *SERVICES]:
            self.assertTrue(self.client.is_serving(service), service)
        self.assertFalse(self.client.is_serving("strata.v1.NoSuchService"))

    def test_reflection_serves_the_contract(self):
        stub = reflection_pb2_grpc.ServerReflectionStub(self.client.channel)
        requests = [reflection_pb2.ServerReflectionRequest(list_services=""),
                    reflection_pb2.ServerReflectionRequest(
                        file_containing_symbol="strata.v1.KpiService")]
        listed, file = stub.ServerReflectionInfo(iter(requests), timeout=30)
        names = {s.name for s in listed.list_services_response.service}
        self.assertLessEqual({*SERVICES, "grpc.health.v1.Health"}, names)
        described = [descriptor_pb2.FileDescriptorProto.FromString(data) for data in
                     file.file_descriptor_response.file_descriptor_proto]
        methods = {m.name for f in described for s in f.service for m in s.method}
        expected = {m.name for m in
                    kpi_service_pb2.DESCRIPTOR.services_by_name["KpiService"].methods}
        self.assertLessEqual(expected, methods)

    def test_catalogues_are_complete(self):
        self.client.create_workspace("empty")
        kpis = self.client.list_kpis("empty")
        fields = {f.id for f in self.client.list_fields("empty")}
        self.assertGreater(len(kpis), 20)
        for kpi in kpis:
            self.assertTrue(kpi.name and kpi.formula and kpi.version and kpi.type, kpi.id)
            self.assertLessEqual(set(kpi.fields), fields, kpi.id)


if __name__ == "__main__":
    mini_server.main()
