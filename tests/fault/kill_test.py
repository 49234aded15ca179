"""stratad is killed with SIGKILL ten times in the middle of an import, each time with a share between
5% and 95% acknowledged, and the import is resumed: nothing lost, nothing twice, the same figures as
an import that nobody disturbed."""

import json
import random
import subprocess
import threading
import unittest

import grpc
from google.protobuf import json_format

import mini_server
import client as wire
from service_records import contract, survey, ticket
from strata.v1 import ingestion_service_pb2

BATCH = 100
BATCHES = 400
WINDOW = 10  # batches under way: what is acknowledged stays near what is sent
DAY = 86_400_000
HOUR = 3_600_000
KINDS = ("customer", "order", "ticket", "contract", "survey")

# Every table that holds what a sender sent, by the sender's ids: keys of the file may differ.
CONTENT = {
    "customers": """SELECT customer_id, placeholder, source_version, display_name, birth_date,
        gender, children, country, region, city, industry, account_owner, strategic, created_time
        FROM customers ORDER BY customer_id""",
    "customer_attributes": """SELECT customer_id, attribute, kind, value FROM customer_attributes
        JOIN customers USING (customer_key) ORDER BY customer_id, attribute""",
    "orders": """SELECT order_id, customer_id, o.source_version, order_time, status, channel,
        promised_time, shipped_time, delivered_time
        FROM orders o LEFT JOIN customers USING (customer_key) ORDER BY order_id""",
    "order_lines": """SELECT order_id, line_number, product, product_line, quantity_micros, amount_micros,
        cost_micros FROM order_lines JOIN orders USING (order_key) ORDER BY order_id, line_number""",
    "tickets": """SELECT ticket_id, customer_id, t.source_version, opened_time, first_response_time,
        resolved_time, escalated_time, sla_due_time, priority, category, status, csat
        FROM tickets t LEFT JOIN customers USING (customer_key) ORDER BY ticket_id""",
    "contracts": """SELECT contract_id, customer_id, k.source_version, start_date, end_date,
        annual_value_micros, auto_renew, owner, status
        FROM contracts k LEFT JOIN customers USING (customer_key) ORDER BY contract_id""",
    "surveys": """SELECT survey_id, customer_id, s.source_version, survey_time, kind, score
        FROM surveys s LEFT JOIN customers USING (customer_key) ORDER BY survey_id""",
    "deleted_records": "SELECT * FROM deleted_records ORDER BY kind, record_id",
}


def sqlite3_csv(file, sql):
    """What the sqlite3 program prints: no code of ours in between."""
    done = subprocess.run(["sqlite3", "-readonly", "-csv", str(file), sql], capture_output=True,
                          text=True, timeout=60, check=True)
    return done.stdout


def history(seed):
    """Batches with every kind of record and of event: new, corrected, stale, duplicate, deleted and
    refused."""
    rng = random.Random(seed)
    made, records = [], []  # made: (kind, id)
    for i in range(BATCH * BATCHES):
        event = rng.random()
        if event < 0.06 and made:
            records.append(wire.deletion(*rng.choice(made), source_version=i))
        elif event < 0.10 and made:
            records.append(record(rng, *rng.choice(made), i))  # a correction
        elif event < 0.13 and made:
            records.append(record(rng, *rng.choice(made), 0))  # too old
        elif event < 0.16 and records:
            records.append(rng.choice(records[-500:]))         # the same again
        else:
            kind = rng.choices(KINDS, (10, 60, 14, 8, 8))[0]
            id = f"c{rng.randrange(3000)}" if kind == "customer" else f"{kind[0]}{i}"
            made.append((kind, id))
            records.append(record(rng, kind, id, i))
    return [records[i:i + BATCH] for i in range(0, len(records), BATCH)]


def record(rng, kind, id, version):
    return {"customer": known, "order": sold, "ticket": opened, "contract": signed,
            "survey": answered}[kind](rng, id, version)


def buyer(rng):
    return f"c{rng.randrange(3000)}"


def moment(rng):
    return 1_600_000_000_000 + rng.randrange(900) * DAY


def known(rng, id, version):
    return wire.customer(id, country=rng.choice(["US", "DE", "日本"]), source_version=version,
                         attributes={"plan": rng.choice(["free", "paid"]),
                                     "score": rng.randrange(100)})


def sold(rng, id, version):
    lines = []
    for _ in range(rng.randint(1, 3)):
        quantity = rng.choice([1, 1, 1, 2, 5, 0.25, -1])
        amount = rng.randrange(10**9) * (-1 if quantity < 0 else 1)
        if rng.random() < 0.01:
            amount = -amount  # a return with a positive amount is refused
        lines.append((amount, {"product": f"p{rng.randrange(40)}", "quantity": quantity}))
    return wire.order(id, buyer(rng), moment(rng), lines,
                      status=rng.choice(["Shipped", "cancelled", ""]), source_version=version)


def opened(rng, id, version):
    time = moment(rng)
    resolved = time + rng.randrange(200) * HOUR if rng.random() < 0.7 else None
    return ticket(id, buyer(rng), time, "resolved" if resolved else "open",
                  first_response=time + rng.randrange(30) * HOUR, resolved=resolved,
                  escalated=time + 5 * HOUR if rng.random() < 0.2 else None,
                  sla_due=time + 72 * HOUR, priority=rng.choice(["high", "low"]),
                  csat=rng.randint(1, 6), source_version=version)  # 6 is refused


def signed(rng, id, version):
    start = rng.randint(1, 28)
    end = rng.randint(4, 28)  # in the same month, before the start at times: refused
    return contract(id, buyer(rng), f"2022-03-{start:02d}",
                    rng.choice(["", "2023-02-28", f"2022-03-{end:02d}"]),
                    value=rng.randrange(10**5), owner=rng.choice(["kim", "lee"]),
                    source_version=version)


def answered(rng, id, version):
    kind = rng.choice(["nps", "csat"])
    score = rng.randint(0, 10) if kind == "nps" else rng.randint(1, 6)  # 6 is refused
    return survey(id, buyer(rng), moment(rng), kind, score, source_version=version)


class Importer:
    """Streams the batches from where the server says the write stream stands."""

    def __init__(self, server, workspace, batches):
        self.server, self.workspace, self.batches = server, workspace, batches
        self.acked = 0  # the highest offset that was ever acknowledged

    def resume(self, on_ack=lambda acked: None):
        """Returns True when everything is acknowledged, False when the connection broke."""
        with self.server.client() as client:
            try:
                start = client.write_stream(self.workspace, "import").next_offset
            except wire.RichError as error:
                if error.reason != "WRITE_STREAM_NOT_FOUND":
                    raise
                start = 0
            if start < self.acked:
                raise AssertionError(f"{self.acked} were acknowledged, {start} are there")

            under_way = threading.Semaphore(WINDOW)

            def messages():
                for position in range(start // BATCH, len(self.batches)):
                    under_way.acquire()
                    yield ingestion_service_pb2.AppendRecordsRequest(
                        workspace=self.workspace, stream="import", offset=position * BATCH,
                        records=self.batches[position], on_error=wire.SKIP)
            try:
                for ack in client.ingestion.AppendRecords(messages(), timeout=120):
                    self.acked = ack.next_offset
                    on_ack(self.acked)
                    under_way.release()
            except grpc.RpcError as error:
                if error.code() not in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED):
                    raise
                return False
            finally:
                under_way.release(WINDOW)  # nobody waits for an ack any more
        return self.acked == len(self.batches) * BATCH


class Killed(unittest.TestCase):
    maxDiff = 2000

    def figures(self, server, workspace):
        """Every KPI, alone and by country, and where the write stream stands."""
        tables = []
        with server.client() as client:
            for kpi in client.list_kpis(workspace):
                for group_by in [[]] + [["country"]] * ("country" in kpi.fields):
                    answer = client.query(workspace, [kpi.id], group_by, totals=True)
                    tables.append(answer.table.SerializeToString(deterministic=True))
            stream = client.write_stream(workspace, "import")
        return tables, stream.next_offset, stream.counts, list(stream.errors)

    def test_ten_kills(self):
        batches = history(seed=20241121)
        total = BATCH * BATCHES
        with mini_server.Stratad() as server:
            with server.client() as client:
                client.create_workspace("calm")
                client.create_workspace("killed")
            self.assertTrue(Importer(server, "calm", batches).resume())

            importer = Importer(server, "killed", batches)
            shares = []
            for kill in range(10):
                target = total * (5 + 10 * kill) // 100

                def strike(acked, target=target):
                    if acked >= target and server.process.poll() is None:
                        server.kill()
                self.assertFalse(importer.resume(strike), f"kill {kill} came too late")
                shares.append(importer.acked / total)
                server.start()
            print("acknowledged at each kill:", " ".join(f"{s:.0%}" for s in shares), flush=True)
            self.assertTrue(all(0.05 <= s <= 0.96 for s in shares), shares)
            self.assertTrue(importer.resume())

            self.assertEqual(self.figures(server, "killed"), self.figures(server, "calm"))
            self.assertEqual(server.stop(), 0)
            calm, killed = server.workspace_file("calm"), server.workspace_file("killed")
            self.assertEqual(sqlite3_csv(killed, "PRAGMA integrity_check"), "ok\n")
            for table, sql in CONTENT.items():
                rows = sqlite3_csv(calm, sql)
                self.assertTrue(rows, table)
                self.assertEqual(sqlite3_csv(killed, f"SELECT count(*) FROM {table}"),
                                 sqlite3_csv(calm, f"SELECT count(*) FROM {table}"), table)
                self.assertTrue(sqlite3_csv(killed, sql) == rows, f"{table} differs")
            for kind in KINDS:
                self.assertEqual(sqlite3_csv(
                    killed, f"SELECT count(*) - count(DISTINCT {kind}_id) FROM {kind}s"), "0\n")
                for table in ("deleted_records", "rejected_records"):
                    if (kind, table) != ("customer", "rejected_records"):  # none of these is bad
                        self.assertNotEqual(sqlite3_csv(
                            calm, f"SELECT count(*) FROM {table} WHERE kind = '{kind}'"), "0\n",
                            f"no {kind} in {table}")

    def test_cli_import_resumes(self):
        """`strata import --jsonl` goes on by itself when the server dies and comes back."""
        records = [r for batch in history(seed=7) for r in batch]
        with mini_server.Stratad() as server:
            file = server.home / "records.jsonl"
            with open(file, "w", encoding="utf-8") as out:
                for record in records:
                    out.write(json.dumps(json_format.MessageToDict(record)) + "\n")
            with server.client() as client:
                client.create_workspace("calm")
                client.create_workspace("killed")
            command = ["import", "--jsonl", file, "--on-error", "skip"]
            calm = mini_server.run_cli("-w", "calm", *command, server=server.address)
            self.assertEqual(calm.status, 0, calm)

            done, kills = threading.Event(), []
            striker = threading.Thread(target=self.strike, args=(
                server, [len(records) * share // 100 for share in (10, 35, 60)], kills, done))
            striker.start()
            killed = mini_server.run_cli("-w", "killed", *command, server=server.address)
            done.set()
            striker.join()
            self.assertEqual(killed.status, 0, killed)
            print(f"killed under the CLI at {kills} of {len(records)} records", flush=True)
            self.assertGreater(len(kills), 0, "no kill came in the middle")
            server.stop()
            for table, sql in CONTENT.items():
                self.assertTrue(
                    sqlite3_csv(server.workspace_file("killed"), sql) ==
                    sqlite3_csv(server.workspace_file("calm"), sql), f"{table} differs")

    @staticmethod
    def strike(server, targets, kills, done):
        """Kills the server once so many records are in the file, and starts it again."""
        sql = "SELECT coalesce(max(next_offset), 0) FROM write_streams"
        while targets and not done.is_set():
            try:
                stored = int(sqlite3_csv(server.workspace_file("killed"), sql))
            except (subprocess.CalledProcessError, ValueError):
                continue  # not readable at this moment
            if stored >= targets[0]:
                targets.pop(0)
                server.kill()
                kills.append(stored)
                server.start(port=server.port)


if __name__ == "__main__":
    mini_server.main()
