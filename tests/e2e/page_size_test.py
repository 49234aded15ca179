"""No answer is larger than 3 MB, whatever the page size: a token takes one on, or the cut is told."""

import unittest

import grpc

import mini_server
import client as wire
from strata.v1 import (
    customer_service_pb2, customer_service_pb2_grpc, kpi_service_pb2, kpi_service_pb2_grpc,
    segmentation_service_pb2, segmentation_service_pb2_grpc, types_pb2)

MOST = 3_000_000
CUSTOMERS, KEYS, BYTES = 900, 20, 500
FIELDS = [f"attribute:k{i:02d}" for i in range(KEYS)]


def customer_id(i):
    return f"c{i:04d}"


def text(i, key):
    """What no other customer has under no other key."""
    return f"{i}/{key}/".ljust(BYTES, "x")


class PageSize(mini_server.ServerTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with cls.server.client() as client:
            client.create_workspace("wide")
            for first in range(0, CUSTOMERS, 300):
                client.append("wide", [
                    wire.customer(customer_id(i),
                                  attributes={f"k{k:02d}": text(i, k) for k in range(KEYS)})
                    for i in range(first, first + 300)])
            for first in range(0, CUSTOMERS, 300):
                client.append("wide", [
                    wire.order(f"o{i}", customer_id(i), "2024-05-06T07:08:09", [(1_000_000 + i, {})])
                    for i in range(first, first + 300)])
            # One customer's orders: 12 of 700 lines, each line 512 bytes of its own.
            for part in range(3):
                client.append("wide", [
                    wire.order(f"long{part * 4 + o}", "long", "2024-05-0%dT00:00:00" % (part + 1), [
                        (1, {"product_line": f"{part}/{o}/{n}".ljust(512, "y")})
                        for n in range(700)]) for o in range(4)])

    def setUp(self):
        super().setUp()
        # With gRPC's own limit of 4 MiB, unlike the other tests.
        channel = grpc.insecure_channel(self.server.address,
                                        options=[("grpc.use_local_subchannel_pool", 1)])
        self.addCleanup(channel.close)
        self.customers = customer_service_pb2_grpc.CustomerServiceStub(channel)
        self.kpis = kpi_service_pb2_grpc.KpiServiceStub(channel)
        self.segments = segmentation_service_pb2_grpc.SegmentationServiceStub(channel)
        self.scope = types_pb2.QueryScope(workspace="wide", filter='customer = "c*"')

    def pages(self, call, request):
        """Every answer to a request and to those with its tokens."""
        answers = []
        while True:
            answer = call(request, timeout=60)
            self.assertLessEqual(answer.ByteSize(), MOST + 200)  # the token stands beside
            answers.append(answer)
            request.page_token = answer.next_page_token
            if not request.page_token:
                return answers

    def test_customers(self):
        answers = self.pages(self.customers.ListCustomers,
                             customer_service_pb2.ListCustomersRequest(
                                 scope=self.scope, fields=FIELDS, page_size=10_000))
        self.assertGreater(len(answers), 2)
        rows = [(row.customer, [v.text for v in row.values])
                for answer in answers for row in answer.customers]
        self.assertEqual(rows, [(customer_id(i), [text(i, k) for k in range(KEYS)])
                                for i in range(CUSTOMERS)])
        # Full pages: a client that asks for all is not answered in crumbs.
        self.assertTrue(all(a.ByteSize() > MOST * 0.9 for a in answers[:-1]))

    def test_groups_of_kpis(self):
        answers = self.pages(self.kpis.QueryKpis, kpi_service_pb2.QueryKpisRequest(
            scope=self.scope, kpis=["revenue"], group_by=FIELDS[:8], totals=True))
        self.assertGreater(len(answers), 1)
        rows = {row.keys[0].text: wire.plain(row.values[0])
                for answer in answers for row in answer.table.rows}
        self.assertEqual(rows, {text(i, 0): (1_000_000 + i) * 1_000 for i in range(CUSTOMERS)})
        for answer in answers:
            self.assertEqual(answer.table.total_rows, CUSTOMERS)

    def test_members_of_a_segment(self):
        messages = list(self.segments.ListSegmentMembers(
            segmentation_service_pb2.ListSegmentMembersRequest(scope=self.scope, fields=FIELDS),
            timeout=60))
        self.assertTrue(all(m.ByteSize() <= MOST for m in messages))
        self.assertEqual([m.customer for message in messages for m in message.members],
                         [customer_id(i) for i in range(CUSTOMERS)])

    def test_rfm_and_catalogues_by_small_pages(self):
        answers = self.pages(self.segments.ScoreRfm, segmentation_service_pb2.ScoreRfmRequest(
            scope=self.scope, customers=True, page_size=400))
        self.assertEqual([len(a.customers) for a in answers], [400, 400, 100])
        self.assertEqual([c.customer for a in answers for c in a.customers],
                         [customer_id(i) for i in range(CUSTOMERS)])
        for call, request, rows in (
                (self.kpis.ListFields, kpi_service_pb2.ListFieldsRequest, "fields"),
                (self.kpis.ListKpis, kpi_service_pb2.ListKpisRequest, "kpis")):
            whole = call(request(workspace="wide"), timeout=30)
            self.assertEqual(whole.next_page_token, "")
            answers = self.pages(call, request(workspace="wide", page_size=7))
            self.assertEqual([r for a in answers for r in getattr(a, rows)],
                             list(getattr(whole, rows)))

    def test_a_customer_with_long_orders(self):
        answer = self.customers.GetCustomer(customer_service_pb2.GetCustomerRequest(
            scope=types_pb2.QueryScope(workspace="wide"), customer="long",
            view=customer_service_pb2.CUSTOMER_VIEW_FULL, orders=100, timeline=100), timeout=60)
        self.assertLessEqual(answer.ByteSize(), MOST)
        self.assertTrue(0 < len(answer.orders) < 12)
        self.assertTrue(all(len(order.lines) == 700 for order in answer.orders))
        self.assertEqual([(c.list, c.kept, c.total) for c in answer.meta.cuts],
                         [("orders", len(answer.orders), 12)])
        self.assertIn("orders: the first", " ".join(answer.meta.notes))
        self.assertEqual(len([e for e in answer.timeline if e.event == "order"]), 12)

    def test_the_command_follows_tokens_and_tells_cuts(self):
        for args, rows in ((("customer", "list", "--all", "--fields", ",".join(FIELDS), "--filter",
                             'customer = "c*"'), CUSTOMERS),
                           (("kpi", "query", "revenue", "--by", ",".join(FIELDS[:8]), "--filter",
                             'customer = "c*"'), CUSTOMERS)):
            done = mini_server.run_cli("-w", "wide", *args, "-o", "csv",
                                       server=self.server.address)
            self.assertEqual((done.status, done.out.count("\n")), (0, rows + 1))
        done = mini_server.run_cli("-w", "wide", "customer", "show", "long", "--orders", "100", "-o",
                                   "csv", server=self.server.address)
        self.assertEqual(done.status, 0)
        self.assertIn("of 12 are listed", done.err)


if __name__ == "__main__":
    mini_server.main()
