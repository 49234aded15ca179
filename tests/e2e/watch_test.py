"""WatchSegment against the real server: what a client replays from the events, over disconnects, a
restart and erasures, is what sqlite3 finds in the file and what ListCustomers lists."""

import json
import os
import random
import signal
import sqlite3
import subprocess
import threading
import time

import grpc

import mini_server
import client as wire
from google.protobuf import field_mask_pb2
from strata.v1 import customer_service_pb2
from strata.v1 import segmentation_service_pb2 as segments_pb2
from strata.v1 import segmentation_service_pb2_grpc
from strata.v1 import types_pb2

Message = segments_pb2.WatchSegmentResponse
DAYS = [f"2024-05-{day:02d}" for day in range(1, 29)]
LIMIT = 60  # revenue above it is in the segment
SECONDS = 60  # patience with anything that is to come

# The members of `revenue > LIMIT`, by the tables alone.
MEMBERS_SQL = """
    SELECT customer_id FROM customers JOIN orders USING (customer_key)
    JOIN order_lines USING (order_key)
    WHERE status IS NULL OR lower(status) <> 'cancelled'
    GROUP BY customer_key HAVING sum(amount_micros) > ?"""


class Watcher:
    """Follows a segment and keeps its members; comes back after a broken call, like the C++ one."""

    def __init__(self, address, workspace, segment, fields=(), give_up=None):
        self.address, self.workspace, self.segment, self.fields = address, workspace, segment, fields
        self.give_up = give_up  # called after each message: whether to drop the call
        self.members, self.values, self.revision = set(), {}, 0
        self.resets, self.calls, self.errors = 0, 0, []
        self.changed = threading.Condition()
        self.stopped = False
        self.call = None
        self.thread = threading.Thread(target=self.run, daemon=True)

    def start(self):
        self.thread.start()
        return self

    def stop(self):
        self.stopped = True
        if self.call is not None:
            self.call.cancel()
        self.thread.join(SECONDS)

    def wait(self, revision):
        with self.changed:
            reached = self.changed.wait_for(
                lambda: self.revision >= revision or not self.thread.is_alive(), SECONDS)
            if not reached or self.revision < revision:
                raise AssertionError(f"{self.segment}: {self.revision} < {revision}: {self.errors}")
        return self

    def run(self):
        while not self.stopped:
            with wire.Client(self.address) as connection:
                stub = segmentation_service_pb2_grpc.SegmentationServiceStub(connection.channel)
                self.calls += 1
                try:
                    self.follow(stub)
                except grpc.RpcError as error:
                    self.errors.append(wire.RichError(error))
                    if error.code() not in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED,
                                            grpc.StatusCode.RESOURCE_EXHAUSTED):
                        break
            time.sleep(0.02)
        with self.changed:
            self.changed.notify_all()

    def follow(self, stub):
        self.call = stub.WatchSegment(segments_pb2.WatchSegmentRequest(
            workspace=self.workspace, segment=self.segment, after_revision=self.revision,
            fields=self.fields))
        members, values = set(self.members), dict(self.values)
        for message in self.call:
            assert len(message.events) <= 1000
            for event in message.events:
                if event.kind == Message.KIND_RESET:
                    self.resets += 1
                    members, values = set(), {}
                elif event.kind == Message.KIND_ENTER:
                    assert event.customer not in members, event
                    members.add(event.customer)
                    values[event.customer] = {c.field: wire.plain(c.after) for c in event.changes}
                elif event.kind == Message.KIND_LEAVE:
                    members.remove(event.customer)
                    values.pop(event.customer, None)
                elif event.kind == Message.KIND_CAUGHT_UP:
                    with self.changed:
                        self.members, self.values = set(members), dict(values)
                        self.revision = message.revision
                        self.changed.notify_all()
            if self.give_up and self.give_up():
                self.call.cancel()


class WatchTest(mini_server.ServerTest):
    def setUp(self):
        self.connect()
        self.workspace = self.id().rpartition(".")[2].replace("_", "-")[:60]
        self.client.create_workspace(self.workspace)
        self.watchers = []
        self.addCleanup(lambda: [w.stop() for w in self.watchers])

    def connect(self):
        super().setUp()
        self.stub = segmentation_service_pb2_grpc.SegmentationServiceStub(self.client.channel)

    def define(self, id, filter):
        with wire.rich_errors():
            self.stub.CreateSegment(segments_pb2.CreateSegmentRequest(
                workspace=self.workspace,
                segment=segments_pb2.Segment(segment=id, filter=filter)), timeout=30)

    def redefine(self, id, filter):
        with wire.rich_errors():
            self.stub.UpdateSegment(segments_pb2.UpdateSegmentRequest(
                workspace=self.workspace, segment=segments_pb2.Segment(segment=id, filter=filter),
                update_mask=field_mask_pb2.FieldMask(paths=["filter"])), timeout=30)

    def watch(self, segment, **options):
        watcher = Watcher(self.server.address, self.workspace, segment, **options).start()
        self.watchers.append(watcher)
        return watcher

    def buy(self, id, customer, units, day=DAYS[0], **fields):
        return self.client.append(self.workspace, [
            wire.order(id, customer, f"{day}T10:00:00", [(units * 10**6, {})], **fields)]).revision

    def erase(self, customer):
        with wire.rich_errors():
            return self.client.customers.EraseCustomer(customer_service_pb2.EraseCustomerRequest(
                workspace=self.workspace, customer=customer), timeout=30).revision

    def sql_members(self, limit=LIMIT):
        path = self.server.workspace_file(self.workspace)
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as db:
            return {row[0] for row in db.execute(MEMBERS_SQL, (limit * 10**6,))}

    def listed(self, segment):
        members, token = set(), ""
        while True:
            with wire.rich_errors():
                page = self.client.customers.ListCustomers(
                    customer_service_pb2.ListCustomersRequest(
                        scope=types_pb2.QueryScope(workspace=self.workspace, segment=segment),
                        page_size=1000, page_token=token), timeout=30)
            members.update(row.customer for row in page.customers)
            token = page.next_page_token
            if not token:
                return members

    def random_history(self, seed, commits, redefine=()):
        """Upserts, corrections, moves, cancellations, deletions and erasures; the last revision."""
        chance, erased = random.Random(seed), set()
        people = [f"kunde-{i}" for i in range(60)]
        for number in range(commits):
            if number % 23 == 22:
                who = chance.choice([p for p in people if p not in erased])
                try:
                    self.erase(who)
                    erased.add(who)
                except wire.RichError as error:
                    self.assertEqual(error.reason, "CUSTOMER_NOT_FOUND")
                continue
            if redefine and number % 31 == 30:
                self.redefine(*chance.choice(redefine))
                continue
            batch = []
            for _ in range(chance.randint(1, 25)):
                id = f"o{chance.randrange(300)}"
                if chance.random() < 0.15:
                    batch.append(wire.deletion("order", id))
                    continue
                batch.append(wire.order(
                    id, chance.choice([p for p in people if p not in erased]),
                    f"{chance.choice(DAYS)}T10:00:00",
                    [(chance.randint(-5, 40) * 10**6, {"quantity": 1}) if chance.random() < 0.9
                     else (chance.randint(1, 9) * 10**5, {})],
                    status=chance.choice(["shipped", "cancelled", "paid", "Cancelled"])))
            for record in batch:
                for line in record.order.lines:
                    line.quantity = -1 if line.amount_micros < 0 else 1
            self.client.append(self.workspace, batch, on_error=wire.SKIP)
        return self.client.get_workspace(self.workspace).revision

    def test_events_replayed_from_empty_equal_sql_and_lists(self):
        self.define("rich", f"revenue > {LIMIT}")
        self.define("moving", "orders >= 3")
        segments = ["rich", "moving", "tier/strategic", "tier/prospect", "abc/A", "loyalty/Loyal"]
        watchers = [self.watch(s, fields=["revenue"]) for s in segments]
        last = self.random_history(
            1, 150, redefine=[("moving", f"orders >= {n}") for n in (2, 3, 4, 5)])
        for segment, watcher in zip(segments, watchers):
            watcher.wait(last)
            self.assertEqual(watcher.members, self.listed(segment), segment)
            self.assertEqual((watcher.resets, watcher.calls), (1, 1), watcher.errors)
        self.assertEqual(watchers[0].members, self.sql_members())
        self.assertGreater(len(watchers[0].members), 5)

    def test_across_disconnects_held_and_expired(self):
        self.define("rich", f"revenue > {LIMIT}")
        chance = random.Random(5)
        lazy = {"sleep": 0.0}

        def give_up():
            time.sleep(lazy["sleep"])
            return chance.random() < 0.3

        watchers = [self.watch("rich", give_up=give_up) for _ in range(4)]
        self.random_history(2, 60)
        lazy["sleep"] = 0.1  # slower than the 16 revisions that are held in any case
        last = self.random_history(3, 60)
        lazy["sleep"] = 0.0
        for watcher in watchers:
            watcher.wait(last)
            self.assertEqual(watcher.members, self.sql_members())
        self.assertGreater(sum(w.calls for w in watchers), 8)

    def test_resumes_at_a_held_revision_and_resets_at_an_expired_one(self):
        self.define("rich", f"revenue > {LIMIT}")
        known = self.buy("o1", "ann", 100)
        self.buy("o2", "bob", 70)
        self.buy("o1", "ann", 10)

        def first(after):
            call = self.stub.WatchSegment(segments_pb2.WatchSegmentRequest(
                workspace=self.workspace, segment="rich", after_revision=after), timeout=30)
            message = next(call)
            call.cancel()
            return [(Message.Kind.Name(e.kind), e.customer,
                     [(c.field, wire.plain(c.before) if c.HasField("before") else None,
                       wire.plain(c.after)) for c in e.changes]) for e in message.events]

        units = 10**9
        self.assertEqual(first(known), [
            ("KIND_LEAVE", "ann", [("revenue", 100 * units, 10 * units)]),
            ("KIND_ENTER", "bob", [("revenue", None, 70 * units)]),
            ("KIND_CAUGHT_UP", "", [])])
        for i in range(20):
            self.buy("o3", "cem", i)
        self.assertEqual(first(known), [
            ("KIND_RESET", "", []), ("KIND_ENTER", "bob", [("revenue", None, 70 * units)]),
            ("KIND_CAUGHT_UP", "", [])])

    def test_a_restart_ends_watches_and_they_go_on(self):
        self.define("rich", f"revenue > {LIMIT}")
        revision = self.buy("o1", "ann", 100)
        watcher = self.watch("rich").wait(revision)
        port = self.server.port
        began = time.monotonic()
        self.assertEqual(self.server.stop(), 0)
        self.assertLess(time.monotonic() - began, 10)  # it does not wait for an idle watch
        self.server.start(port)
        self.connect()
        watcher.wait(self.buy("o2", "bob", 100))
        self.assertEqual(watcher.members, {"ann", "bob"})
        # Nothing had happened since the last revision it knew, so nothing was told twice.
        self.assertEqual(watcher.resets, 1)
        self.assertEqual(watcher.errors[0].reason, "DRAINING")
        self.assertEqual(watcher.errors[0].info.metadata["after_revision"], str(revision))
        self.assertEqual({e.code for e in watcher.errors}, {grpc.StatusCode.UNAVAILABLE})

    def test_what_ends_a_watch(self):
        self.define("rich", f"revenue > {LIMIT}")
        revision = self.buy("o1", "ann", 100)

        def ends(watcher, code, reason):
            watcher.thread.join(SECONDS)
            self.assertFalse(watcher.thread.is_alive())
            self.assertEqual((watcher.errors[-1].code, watcher.errors[-1].reason), (code, reason))
            self.assertIn(reason, wire.REASONS)

        not_found = grpc.StatusCode.NOT_FOUND
        ends(self.watch("poor"), not_found, "SEGMENT_NOT_FOUND")
        ends(self.watch("tier"), grpc.StatusCode.INVALID_ARGUMENT, "INVALID_FIELD")
        ends(self.watch("rich", fields=["revenu"]), grpc.StatusCode.INVALID_ARGUMENT,
             "UNKNOWN_FIELD")
        watcher = self.watch("rich").wait(revision)
        other = self.watch("tier/strategic").wait(revision)
        with wire.rich_errors():
            self.stub.DeleteSegment(segments_pb2.DeleteSegmentRequest(
                workspace=self.workspace, segment="rich"), timeout=30)
        ends(watcher, not_found, "SEGMENT_NOT_FOUND")
        self.assertEqual(mini_server.run_cli("workspace", "delete", self.workspace, "--force",
                                             server=self.server.address).status, 0)
        ends(other, not_found, "WORKSPACE_NOT_FOUND")

    def test_the_command(self):
        self.define("rich", f"revenue > {LIMIT}")
        revision = self.buy("o1", "ann", 100)
        result = mini_server.run_cli("-w", self.workspace, "segment", "watch", "rich", "--once",
                                     "--fields", "orders", server=self.server.address)
        self.assertEqual(result.status, 0, result)
        self.assertEqual(result.out, (
            f"revision {revision}, as of {DAYS[0]}: 1 member\n+ ann  revenue 100.00, orders 1\n"
            f"caught up with revision {revision}; go on with --after-revision {revision}\n"))
        # Left running, it prints what happens and ends well at Ctrl-C.
        environment = {k: v for k, v in os.environ.items() if not k.startswith("STRATA_")}
        command = subprocess.Popen(
            [mini_server.CLI, "--server", self.server.address, "-w", self.workspace, "segment",
             "watch", "rich", "--after-revision", str(revision), "-o", "json"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)
        self.addCleanup(command.kill)
        lines = [json.loads(command.stdout.readline())]
        last = self.buy("o2", "bob", 70)
        while lines[-1]["revision"] != str(last) or lines[-1]["events"][0]["kind"] != "KIND_CAUGHT_UP":
            lines.append(json.loads(command.stdout.readline()))
        command.send_signal(signal.SIGINT)
        self.assertEqual(command.wait(SECONDS), 0)
        # A signal between the line and the note of it names the revision before: what was printed
        # comes again then, and nothing is lost.
        self.assertIn(command.stderr.read().split()[-1], {str(revision), str(last)})
        command.stdout.close(), command.stderr.close()
        self.assertEqual([(line["events"][0]["kind"], line["events"][0].get("customer"))
                          for line in lines],
                         [("KIND_CAUGHT_UP", None), ("KIND_ENTER", "bob"), ("KIND_CAUGHT_UP", None)])


if __name__ == "__main__":
    mini_server.main()
