"""Segments as resources: over gRPC and over the CLI, kept across a restart, readable in the file, and
in every figure that groups or filters by them."""

import csv
import io
import json
import sqlite3
import unittest

import mini_server
import client as wire
from google.protobuf import field_mask_pb2
from strata.v1 import segmentation_service_pb2 as segments_pb2
from strata.v1 import segmentation_service_pb2_grpc

SALES = mini_server.SHARED_DATA / "internet_sales"

# Units (whole) that each customer bought, one order each.
SPENT = {"ann": 900, "bob": 150, "cem": 120, "dan": 30, "eve": 5}
CLASSES = [("gold", "revenue > 500"), ("silver", "revenue > 100")]


class SegmentTest(mini_server.ServerTest):
    def setUp(self):
        self.connect()
        self.workspace = self.id().rpartition(".")[2].replace("_", "-")[:60]
        self.client.create_workspace(self.workspace)
        self.client.append(self.workspace, [
            wire.order(f"o{i}", who, "2024-05-01T10:00:00", [(units * 10**6, {})])
            for i, (who, units) in enumerate(SPENT.items())])

    def connect(self):
        super().setUp()
        self.stub = segmentation_service_pb2_grpc.SegmentationServiceStub(self.client.channel)

    def call(self, method, request_type, **fields):
        with wire.rich_errors():
            return getattr(self.stub, method)(request_type(workspace=self.workspace, **fields),
                                              timeout=30)

    def create(self, id, classes=(), **fields):
        segment = segments_pb2.Segment(segment=id, classes=[
            segments_pb2.SegmentClass(name=n, filter=f) for n, f in classes], **fields)
        return self.call("CreateSegment", segments_pb2.CreateSegmentRequest,
                         segment=segment).segment

    def update(self, id, mask, etag="", **fields):
        return self.call("UpdateSegment", segments_pb2.UpdateSegmentRequest,
                         segment=segments_pb2.Segment(segment=id, etag=etag, **fields),
                         update_mask=field_mask_pb2.FieldMask(paths=mask)).segment

    def get(self, id):
        return self.call("GetSegment", segments_pb2.GetSegmentRequest, segment=id).segment

    def delete(self, id):
        return self.call("DeleteSegment", segments_pb2.DeleteSegmentRequest, segment=id).revision

    def listed(self):
        return [s.segment for s in
                self.call("ListSegments", segments_pb2.ListSegmentsRequest).segments]

    def revenue(self, group_by=(), **scope):
        """Revenue in whole units by the keys of the row."""
        answer = self.client.query(self.workspace, ["revenue"], group_by, scope)
        return {keys[0] if keys else "": values[0] / 10**9 for keys, values in wire.table(answer)}

    def cli(self, *args):
        return mini_server.run_cli("-w", self.workspace, *args, server=self.server.address)

    def assert_fails(self, reason, function, *args, **fields):
        with self.assertRaises(wire.RichError) as caught:
            function(*args, **fields)
        self.assertEqual(caught.exception.reason, reason)
        self.assertIn(reason, wire.REASONS)
        return caught.exception

    def test_life_of_a_segment(self):
        before = self.client.get_workspace(self.workspace).revision
        made = self.create("value", CLASSES, rest="bronze", owner="ada")
        self.assertEqual(made.revision, before + 1)
        self.assertEqual(self.get("value"), made)
        self.assertEqual(self.listed(), ["tier", "loyalty", "rfm", "abc", "value"])
        changed = self.update("value", ["display_name"], etag=made.etag, display_name="Wert")
        self.assertEqual((changed.display_name, changed.owner), ("Wert", "ada"))
        self.assert_fails("ETAG_MISMATCH", self.update, "value", ["owner"], etag=made.etag,
                          owner="bob")
        self.assertEqual(self.delete("value"), before + 3)
        self.assert_fails("SEGMENT_NOT_FOUND", self.get, "value")

    def test_what_is_refused(self):
        self.create("a", filter="revenue > 100")
        self.create("b", filter="segment:a")
        self.assert_fails("SEGMENT_EXISTS", self.create, "a", filter="revenue > 1")
        self.assert_fails("SEGMENT_EXISTS", self.create, "abc", filter="revenue > 1")
        self.assert_fails("SEGMENT_CYCLE", self.update, "a", ["filter"], filter="segment:b")
        self.assert_fails("SEGMENT_IN_USE", self.delete, "a")
        self.assert_fails("BUILT_IN_SEGMENT", self.delete, "tier")
        error = self.assert_fails("INVALID_FILTER", self.create, "c", filter="revenue > 1 AND x")
        self.assertEqual(error.fields, ["segment.filter"])
        self.assertEqual(error.info.metadata["position"], "16")
        self.assertEqual(self.listed()[4:], ["a", "b"])

    def test_kpis_by_segment_add_up(self):
        self.create("value", CLASSES, rest="bronze")
        self.create("middle", filter='segment:value = "silver"')
        by_class = self.revenue(["segment:value"])
        self.assertEqual(by_class, {"gold": 900, "silver": 270, "bronze": 35})
        self.assertEqual(sum(by_class.values()), self.revenue()[""])
        self.assertEqual(self.revenue(["segment:middle"]), {True: 270, False: 935})
        self.assertEqual(self.revenue(segment="middle")[""], 270)
        self.assertEqual(self.revenue(segment="value/bronze")[""], 35)
        self.assertEqual(self.revenue(segment="value")[""], 1205)
        self.assertEqual(self.revenue(filter="NOT segment:middle")[""], 935)
        self.assertEqual(self.revenue(["segment:tier"]), self.revenue(["tier"]))
        self.assert_fails("SEGMENT_NOT_FOUND", self.revenue, segment="value/brass")
        # The catalogue says so too.
        fields = {f.id: f for f in self.client.list_fields(self.workspace)}
        self.assertTrue(fields["segment:value"].groupable)

    def test_an_answer_depends_on_revision_and_request_alone(self):
        made = self.create("big", filter="revenue > 500")
        changed = self.update("big", ["filter"], filter="revenue > 140")
        self.assertGreater(changed.revision, made.revision)
        answer = self.client.query(self.workspace, ["revenue"], (),
                                   {"segment": "big", "min_revision": changed.revision})
        self.assertEqual(wire.table(answer), [((), (1050 * 10**9,))])
        self.assertEqual(answer.meta.revision, changed.revision)

    def test_a_restart_keeps_them(self):
        made = self.create("value", CLASSES, rest="bronze", description="by revenue")
        by_class = self.revenue(["segment:value"])
        self.assertEqual(self.server.stop(), 0)
        file = sqlite3.connect(f"file:{self.server.workspace_file(self.workspace)}?mode=ro",
                               uri=True)
        self.assertEqual(
            file.execute("SELECT segment_id, rest, description FROM segments").fetchall(),
            [("value", "bronze", "by revenue")])
        self.assertEqual(
            file.execute("SELECT class, filter FROM segment_classes ORDER BY position").fetchall(),
            CLASSES)
        file.close()
        self.server.start(self.server.port)
        self.connect()
        self.assertEqual(self.get("value"), made)
        self.assertEqual(self.revenue(["segment:value"]), by_class)

    def test_the_cli(self):
        done = self.cli("segment", "create", "value", "--class", "gold=revenue > 500",
                        "--class", "silver=revenue > 100", "--rest", "bronze")
        self.assertEqual(done.status, 0, done)
        done = self.cli("segment", "create", "good", "--filter", 'segment:value != "bronze"')
        self.assertEqual(done.status, 0, done)
        rows = list(csv.DictReader(io.StringIO(self.cli("segment", "list", "-o", "csv").out)))
        self.assertEqual([r["segment"] for r in rows],
                         ["tier", "loyalty", "rfm", "abc", "good", "value"])
        self.assertEqual(rows[5]["classes"], "gold=revenue > 500\nsilver=revenue > 100")
        shown = json.loads(self.cli("segment", "show", "value", "-o", "json").out)["segment"]
        self.assertEqual(shown["rest"], "bronze")
        done = self.cli("kpi", "query", "revenue", "--by", "segment:value", "-o", "csv")
        self.assertEqual(done.out.splitlines()[1:], ["gold,900", "silver,270", "bronze,35"], done)
        done = self.cli("kpi", "query", "revenue", "--segment", "good", "-o", "csv")
        self.assertEqual(done.out.splitlines()[1:], ["1170"], done)
        done = self.cli("segment", "delete", "value")
        self.assertEqual(done.status, 1, done)
        self.assertIn("good", done.err)
        done = self.cli("segment", "update", "value", "--etag", shown["etag"], "--owner", "ada")
        self.assertEqual(done.status, 0, done)
        self.assertEqual(self.get("value").owner, "ada")
        for name in ("good", "value"):
            self.assertEqual(self.cli("segment", "delete", name).status, 0)
        self.assertEqual(self.cli("segment", "show", "value").status, 3)

    def test_the_cli_checks_filters(self):
        done = self.cli("segment", "check", "orders > 1 OR revenue > 10 customer = ann")
        self.assertEqual(done.status, 0, done)
        self.assertEqual(done.out.splitlines()[0],
                         '((orders > 1 OR revenue > 10) AND customer = "ann")')
        done = self.cli("segment", "check", "orders > 1 AND ordres > 2")
        self.assertEqual(done.status, 4, done)
        lines = done.err.splitlines()
        self.assertIn("  orders > 1 AND ordres > 2", lines)
        self.assertIn("  " + " " * 15 + "^", lines)
        self.assertIn("did you mean: orders", done.err)


@unittest.skipUnless(SALES.is_dir(), "the reference data does not stand beside the checkout")
class Published(unittest.TestCase):
    """The built-in loyalty classes, and the same rules typed as filters."""

    def test_loyalty(self):
        with mini_server.Stratad() as server:
            how = dict(server=server.address)
            done = mini_server.run_cli("-w", "sales", "import", "--preset", "internet-sales", SALES,
                                       timeout=240, **how)
            self.assertEqual(done.status, 0, done)
            done = mini_server.run_cli(
                "-w", "sales", "segment", "create", "mine",
                "--class", "vip=orders >= 2 AND units >= 100", "--class", "loyal=orders >= 2",
                "--class", "periodic=orders = 1", "--rest", "none", **how)
            self.assertEqual(done.status, 0, done)
            published = {"Loyal": "15676", "Periodic": "2492", "VIP": "316"}
            for field, name in (("loyalty", str), ("segment:loyalty", str),
                                ("segment:mine", str.lower)):
                done = mini_server.run_cli("-w", "sales", "-o", "csv", "kpi", "query", "customers",
                                           "--by", field, **how)
                self.assertEqual(done.status, 0, done)
                counts = {row[field]: row["customers"]
                          for row in csv.DictReader(io.StringIO(done.out))}
                counts = {k: n for k, n in counts.items() if n != "0"}
                self.assertEqual(counts, {name(k): n for k, n in published.items()}, field)


if __name__ == "__main__":
    mini_server.main()
