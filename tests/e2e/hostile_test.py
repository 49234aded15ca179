"""What a broken or hostile peer can do to stratad: nothing that the next caller would notice."""

import concurrent.futures
import contextlib
import os
import random
import socket
import threading
import time
import unittest
import uuid

import grpc

import mini_server
import client as wire
import reflection_pb2
import reflection_pb2_grpc
from strata.v1 import (
    ingestion_service_pb2, kpi_service_pb2, segmentation_service_pb2, segmentation_service_pb2_grpc,
    types_pb2)

METHODS = [
    "WorkspaceService/CreateWorkspace", "WorkspaceService/GetWorkspace",
    "WorkspaceService/ListWorkspaces", "WorkspaceService/UpdateWorkspace",
    "WorkspaceService/DeleteWorkspace", "IngestionService/BatchAppendRecords",
    "IngestionService/GetWriteStream", "CustomerService/GetCustomer",
    "CustomerService/ListCustomers", "CustomerService/EraseCustomer", "KpiService/ListKpis",
    "KpiService/ListFields", "KpiService/QueryKpis", "KpiService/SummarizeKpis",
    "KpiService/ExplainKpi"]


class Hostile(mini_server.ServerTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with cls.server.client() as client:
            client.create_workspace("calm")
            for part in range(10):
                client.append("calm", [
                    wire.order(f"o{part}-{i}", f"c{i}", 1_700_000_000_000 + i * 1000,
                               [(1_000_000, {"product": f"p{i % 50}"})]) for i in range(2000)])

    def tearDown(self):
        """The server lives, is healthy, and still gives the right figure."""
        self.assertIsNone(self.server.process.poll(), self.server.log()[-3000:])
        self.assertTrue(self.server.healthy())
        with self.server.client() as client:
            answer = client.query("calm", ["revenue", "orders"])
            self.assertEqual(wire.table(answer), [((), (20_000 * 10**9, 20_000))])

    def server_status(self, field):
        with open(f"/proc/{self.server.process.pid}/status", encoding="ascii") as status:
            for line in status:
                if line.startswith(field + ":"):
                    return int(line.split()[1])
        raise AssertionError(field)

    def raw(self, method, data, timeout=10):
        call = self.client.channel.unary_unary(f"/strata.v1.{method}",
                                               request_serializer=lambda b: b,
                                               response_deserializer=lambda b: b)
        try:
            call(data, timeout=timeout)
            return grpc.StatusCode.OK
        except grpc.RpcError as error:
            return error.code()

    def test_garbage_bytes_on_the_port(self):
        rng = random.Random(1)
        preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
        shapes = [lambda: rng.randbytes(rng.randint(1, 4000)),
                  lambda: b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
                  lambda: preface + rng.randbytes(500),
                  lambda: preface + b"\x00\x00\x00\x04\x00\x00\x00\x00\x00" + rng.randbytes(2000)]
        for round_number in range(80):
            with socket.create_connection(("127.0.0.1", self.server.port), timeout=5) as peer:
                try:
                    peer.sendall(shapes[round_number % len(shapes)]())
                    if round_number % 3 == 0:
                        peer.settimeout(0.05)
                        peer.recv(1000)
                except OSError:
                    pass  # the server may hang up at once

    def test_garbage_messages_to_every_method(self):
        rng = random.Random(2)
        for method in METHODS:
            if method.endswith(("DeleteWorkspace", "EraseCustomer")):
                continue  # random bytes must not be able to name anything, but do not tempt fate
            for _ in range(20):
                code = self.raw(method, rng.randbytes(rng.randint(0, 300)))
                self.assertNotIn(code, (grpc.StatusCode.UNAVAILABLE,
                                        grpc.StatusCode.DEADLINE_EXCEEDED), method)

    def test_invalid_utf8(self):
        """In a query it is an error; in a batch it is one bad record among good ones."""
        self.assertNotEqual(self.raw("KpiService/QueryKpis", b"\x0a\x04\x0a\x02\xff\xfe"),
                            grpc.StatusCode.OK)
        self.client.create_workspace("utf8")
        for on_error in (wire.FAIL, wire.SKIP):
            batch = ingestion_service_pb2.BatchAppendRecordsRequest(
                workspace="utf8", request_id=str(uuid.uuid4()), on_error=on_error,
                records=[wire.customer("ok"), wire.customer("XX"), wire.customer("also ok")])
            broken = batch.SerializeToString().replace(b"XX", b"\xc3\x28")
            call = self.client.channel.unary_unary(
                "/strata.v1.IngestionService/BatchAppendRecords",
                response_deserializer=ingestion_service_pb2.BatchAppendRecordsResponse.FromString)
            if on_error == wire.FAIL:
                with self.assertRaises(wire.RichError) as raised, wire.rich_errors():
                    call(broken, timeout=10)
                self.assertEqual(raised.exception.reason, "BAD_RECORDS")
            else:
                answer = call(broken, timeout=10)
                self.assertEqual((answer.counts.accepted, answer.counts.rejected), (2, 1))
                self.assertEqual([(e.index, e.reason) for e in answer.errors],
                                 [(1, "INVALID_UTF8")])

    def test_oversized_messages(self):
        big = ingestion_service_pb2.BatchAppendRecordsRequest(
            workspace="calm", request_id="123e4567-e89b-42d3-a456-426614174001",
            records=[wire.customer("x", display_name="y" * 500) for _ in range(20_000)])
        self.assertGreater(big.ByteSize(), 4 << 20)
        with self.assertRaises(grpc.RpcError) as raised:
            self.client.ingestion.BatchAppendRecords(big, timeout=30)
        self.assertEqual(raised.exception.code(), grpc.StatusCode.RESOURCE_EXHAUSTED)
        with self.assertRaises(grpc.RpcError) as raised:
            list(self.client.ingestion.AppendRecords(iter([
                ingestion_service_pb2.AppendRecordsRequest(
                    workspace="calm", stream="big", records=big.records)]), timeout=30))
        self.assertEqual(raised.exception.code(), grpc.StatusCode.RESOURCE_EXHAUSTED)

    def test_too_many_records_in_a_batch(self):
        with self.assertRaises(wire.RichError) as raised:
            self.client.append("calm", [wire.deletion("order", "x")] * 50_001)
        self.assertEqual(raised.exception.code, grpc.StatusCode.INVALID_ARGUMENT)

    def test_absurd_queries(self):
        for filter_text in ["(" * 5000, "NOT " * 2000 + 'country = "x"',
                            " OR ".join(['country = "x"'] * 2000), "\x00", '"' * 99, "a" * 20_000]:
            with self.assertRaises(wire.RichError) as raised:
                self.client.query("calm", ["revenue"], scope={"filter": filter_text})
            self.assertEqual(raised.exception.code, grpc.StatusCode.INVALID_ARGUMENT)
        for fields in [{"page_size": -1}, {"limit": -5}, {"page_token": "no token"},
                       {"order_by": "revenue sideways"}, {"kpis": ["revenue"] * 51},
                       {"group_by": ["day"] * 9}, {"share_within": ["country"]}]:
            with self.assertRaises(wire.RichError, msg=str(fields)) as raised:
                self.client.query("calm", **{"kpis": ["revenue"], **fields})
            self.assertEqual(raised.exception.code, grpc.StatusCode.INVALID_ARGUMENT, fields)

    def test_deadline_of_one_millisecond(self):
        request = kpi_service_pb2.QueryKpisRequest(
            scope=types_pb2.QueryScope(workspace="calm"), kpis=["median_order_value"],
            group_by=["day", "product"])
        codes = set()
        for _ in range(200):
            try:
                self.client.kpis.QueryKpis(request, timeout=0.001)
                codes.add(grpc.StatusCode.OK)
            except grpc.RpcError as error:
                codes.add(error.code())
        self.assertLessEqual(codes, {grpc.StatusCode.OK, grpc.StatusCode.DEADLINE_EXCEEDED})
        self.assertIn(grpc.StatusCode.DEADLINE_EXCEEDED, codes)

    def test_cancelled_calls(self):
        request = kpi_service_pb2.QueryKpisRequest(
            scope=types_pb2.QueryScope(workspace="calm"), kpis=["revenue"], group_by=["day"])
        for i in range(100):
            future = self.client.kpis.QueryKpis.future(request, timeout=10)
            if i % 2:
                time.sleep(0.0005)
            future.cancel()

    def test_200_idle_streams(self):
        threads_before = self.server_status("Threads")
        done = threading.Event()

        def silence():
            done.wait(60)
            return
            yield  # pylint: disable=unreachable

        with self.server.client() as idle:
            calls = [idle.ingestion.AppendRecords(silence(), timeout=60) for _ in range(200)]
            time.sleep(1)
            self.assertLess(self.server_status("Threads") - threads_before, 50)
            started = time.monotonic()
            answer = self.client.query("calm", ["orders"])
            self.assertEqual(wire.table(answer), [((), (20_000,))])
            self.assertLess(time.monotonic() - started, 5)
            self.client.create_workspace("beside")
            self.assertEqual(self.client.append("beside", [wire.customer("x")]).counts.accepted, 1)
            for call in calls[::2]:
                call.cancel()
            done.set()

    def test_80_callers_with_open_streams_keep_no_unary_call_waiting(self):
        """Each with a connection of its own and a stream of every kind that waits for something."""
        stop = threading.Event()

        def silence(*first):
            yield from first
            stop.wait(60)

        question = reflection_pb2.ServerReflectionRequest(list_services="")
        watch = segmentation_service_pb2.WatchSegmentRequest(workspace="calm", segment="tier/strategic")
        with contextlib.ExitStack() as stack:
            stack.callback(stop.set)
            open_streams = []
            for _ in range(80):
                idle = stack.enter_context(self.server.client())
                reflection = reflection_pb2_grpc.ServerReflectionStub(idle.channel)
                segments = segmentation_service_pb2_grpc.SegmentationServiceStub(idle.channel)
                open_streams += [reflection.ServerReflectionInfo(silence(question), timeout=60),
                                 segments.WatchSegment(watch, timeout=60),
                                 idle.ingestion.AppendRecords(silence(), timeout=60)]
            for watching in open_streams[1::3]:
                next(watching)  # it is under way, not only sent
            started = time.monotonic()
            for number in range(20):
                self.assertEqual(wire.table(self.client.query("calm", ["orders"])), [((), (20_000,))])
                self.client.list_kpis("calm")
                self.client.get_workspace("calm")
                self.client.append("calm", [wire.customer(f"beside-{number}")])
            self.assertLess(time.monotonic() - started, 20)
            stop.set()
            for stream in open_streams:
                stream.cancel()

    def test_slow_reader_does_not_hold_up_others(self):
        """A producer that never reads its acks: the server must stop reading, not grow."""
        self.client.create_workspace("slow")
        records = [wire.order(f"s{i}", f"c{i}", 1_700_000_000_000, [(1, {"product": "x" * 400})])
                   for i in range(200)]
        stop = threading.Event()

        def flood():
            offset = 0
            while not stop.is_set() and offset < 400_000:
                yield ingestion_service_pb2.AppendRecordsRequest(
                    workspace="slow", stream="flood", offset=offset, records=records)
                offset += len(records)

        memory_before = self.server_status("VmRSS")
        with self.server.client() as rude:
            call = rude.ingestion.AppendRecords(flood(), timeout=60)
            time.sleep(3)  # nobody iterates over `call`
            answer = self.client.query("calm", ["orders"])
            self.assertEqual(wire.table(answer), [((), (20_000,))])
            self.assertLess(self.server_status("VmRSS") - memory_before, 700 * 1024)
            stop.set()
            call.cancel()

    def test_many_callers_at_once(self):
        request = kpi_service_pb2.QueryKpisRequest(
            scope=types_pb2.QueryScope(workspace="calm"), kpis=["revenue"], group_by=["product"])
        first = self.client.kpis.QueryKpis(request, timeout=30).table

        def ask(_):
            try:
                return self.client.kpis.QueryKpis(request, timeout=30).table == first
            except grpc.RpcError as error:
                return error.code() == grpc.StatusCode.RESOURCE_EXHAUSTED

        with concurrent.futures.ThreadPoolExecutor(64) as pool:
            self.assertTrue(all(pool.map(ask, range(512))))

    def test_open_connections_without_a_word(self):
        peers = [socket.create_connection(("127.0.0.1", self.server.port), timeout=5)
                 for _ in range(200)]
        self.assertTrue(self.server.healthy())
        for peer in peers:
            peer.close()


@unittest.skipUnless(os.path.exists("/proc/self/status"), "needs /proc")
class Drain(unittest.TestCase):
    def test_sigterm_finishes_appends_and_leaves(self):
        """What was acknowledged up to the drain is there afterwards; the exit status is 0."""
        with mini_server.Stratad() as server:
            with server.client() as client:
                client.create_workspace("drained")
                acked = []
                stopping = threading.Event()

                def produce():
                    i = 0
                    while True:
                        try:
                            client.append("drained", [wire.order(
                                f"o{i}", "c", "2024-01-01T00:00:00", [(1_000_000, {})])])
                        except wire.RichError as error:
                            return error.code
                        acked.append(i)
                        i += 1
                        if i == 20:
                            stopping.set()

                with concurrent.futures.ThreadPoolExecutor(1) as pool:
                    producer = pool.submit(produce)
                    self.assertTrue(stopping.wait(30))
                    self.assertEqual(server.stop(), 0, server.log()[-3000:])
                    self.assertEqual(producer.result(30), grpc.StatusCode.UNAVAILABLE)
            server.start()
            with server.client() as client:
                stored = client.get_workspace("drained").orders
            self.assertIn(stored - len(acked), (0, 1))  # one may be committed but not answered
            self.assertEqual(server.stop(), 0)


if __name__ == "__main__":
    mini_server.main()
