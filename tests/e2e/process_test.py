"""The programs as processes: their streams, their folder, its files, and what they exit with."""

import os
import pathlib
import shutil
import signal
import socket
import sqlite3
import stat
import subprocess
import tempfile
import time
import unittest

import grpc

import mini_server
import client as wire
from strata.v1 import segmentation_service_pb2, segmentation_service_pb2_grpc
from strata.v1 import workspace_service_pb2

NOBODY = 65534
DONE, FAILED, USAGE, NOT_FOUND, BAD_DATA, UNAVAILABLE, ADDRESS, PERMISSION, CERTIFICATE, SCHEMA = (
    range(10))


def shell(command, **names):
    """Runs a shell command in which $STRATA, $STRATAD and `names` are set."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("STRATA")}
    environment.update(STRATA=mini_server.CLI, STRATAD=mini_server.STRATAD,
                       **{k: str(v) for k, v in names.items()})
    return subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=60,
                          env=environment)


class Folder(unittest.TestCase):
    def setUp(self):
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="strata-process-"))
        self.addCleanup(shutil.rmtree, self.home, ignore_errors=True)
        self.data = self.home / "data"

    def cli(self, *args, **more):
        return mini_server.run_cli(*args, data_dir=self.data, **more)

    def fill(self, *names):
        """Makes workspaces with one order of 12.50 each."""
        records = self.home / "records.jsonl"
        records.write_text('{"order": {"id": "o", "customer": "c", "orderTime": '
                           '"2024-05-06T07:08:09Z", "lines": [{"amountMicros": "12500000"}]}}\n')
        for name in names:
            for args in (("workspace", "create", name),
                         ("-w", name, "import", "--jsonl", records)):
                done = self.cli(*args)
                self.assertEqual(done.status, DONE, done)

    def revenue(self, workspace, **more):
        done = self.cli("-w", workspace, "kpi", "query", "revenue", "-o", "csv", **more)
        self.assertEqual((done.status, done.out), (DONE, "revenue\n12.5\n"), done)

    def as_nobody(self, *args):
        """The CLI run by a user who owns nothing; as the caller itself where it is not root."""
        command = [mini_server.CLI, "--data-dir", str(self.data), *args]
        if os.geteuid() == 0:
            command = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups",
                       *command]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
        return mini_server.CliResult([str(a) for a in args], done)


class Streams(Folder):
    def setUp(self):
        super().setUp()
        self.fill("w")
        self.lock = (self.data / "lock").read_text()

    def files(self):
        return {path: path.read_bytes() for path in self.data.rglob("*") if path.is_file()}

    def test_a_closed_output_is_refused_and_nothing_is_written_elsewhere(self):
        before = self.files()
        for command in ("$STRATA --data-dir $D -w w kpi query revenue >&-",
                        "$STRATA --data-dir $D -w w kpi query revenue <&- >&-",
                        "$STRATA --version >&-", "$STRATA --help >&-", "$STRATAD --help >&-"):
            done = shell(command, D=self.data)
            self.assertEqual(done.returncode, FAILED, (command, done))
            self.assertTrue(done.stderr, command)
        for command in ("$STRATA --data-dir $D -w w kpi query revenue >&- 2>&-",
                        "$STRATA --data-dir $D -w w kpi query revenue <&- >&- 2>&-"):
            self.assertEqual(shell(command, D=self.data).returncode, FAILED, command)
        self.assertEqual(self.files(), before)

    def test_a_full_output_is_an_error(self):
        for command in ("$STRATA --data-dir $D -w w kpi query revenue >/dev/full",
                        "$STRATA --help >/dev/full", "$STRATA --version >/dev/full",
                        "$STRATAD --help >/dev/full"):
            self.assertEqual(shell(command, D=self.data).returncode, FAILED, command)

    def test_closed_input_and_errors_keep_out_of_the_files(self):
        done = shell("$STRATA --data-dir $D -w w kpi query revenue -o csv <&- 2>&-", D=self.data)
        self.assertEqual((done.returncode, done.stdout), (DONE, "revenue\n12.5\n"), done)
        done = shell("$STRATA --data-dir $D -w w kpi query nope <&- 2>&-", D=self.data)
        self.assertEqual(done.returncode, USAGE, done)
        lock = (self.data / "lock").read_text()
        self.assertRegex(lock, r"^pid \d+ on host \S+, program strata$")
        database = sqlite3.connect(self.data / "workspaces" / "w.db")
        self.assertEqual(database.execute("PRAGMA integrity_check").fetchone(), ("ok",))
        database.close()

    def test_a_server_without_streams_serves_and_holds_its_lock_elsewhere(self):
        port = mini_server.free_port()
        process = subprocess.Popen(
            ["bash", "-c", f'exec "$0" --data-dir "$1" --listen 127.0.0.1:{port} <&- >&- 2>&-',
             mini_server.STRATAD, str(self.data)])
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        with wire.Client(f"127.0.0.1:{port}") as client:
            end = time.monotonic() + 20
            while not client.is_serving() and time.monotonic() < end:
                time.sleep(0.05)
            self.assertTrue(client.is_serving())
        for number in (0, 1, 2):
            self.assertEqual(os.readlink(f"/proc/{process.pid}/fd/{number}"), "/dev/null")


class Permissions(Folder):
    def test_files_are_for_their_owner_alone_whatever_the_umask(self):
        for umask in ("000", "022", "077", "277"):
            shutil.rmtree(self.data, ignore_errors=True)
            command = "umask %s; $STRATA --data-dir $D workspace create w" % umask
            done = shell(command, D=self.data)
            self.assertEqual(done.returncode, DONE, done)
            self.assertEqual(stat.S_IMODE(self.data.stat().st_mode), 0o700)
            self.assertEqual(stat.S_IMODE((self.data / "workspaces").stat().st_mode), 0o700)
            for name in ("lock", "server.db", "workspaces/w.db"):
                self.assertEqual(stat.S_IMODE((self.data / name).stat().st_mode), 0o600, name)

    def test_a_running_server_leaves_no_file_open_to_others(self):
        old = os.umask(0)
        self.addCleanup(os.umask, old)
        with mini_server.Stratad() as server:
            with server.client() as client:
                client.create_workspace("w")
                client.append("w", [wire.customer("c")])
            modes = {path.name: stat.S_IMODE(path.stat().st_mode) & 0o077
                     for path in server.data_dir.rglob("*")}
            self.assertIn("w.db-wal", modes)
            self.assertEqual(set(modes.values()), {0}, modes)

    def test_a_copy_that_may_only_be_read_is_read(self):
        self.fill("w")
        for path in (self.data, *self.data.rglob("*")):
            path.chmod(0o555 if path.is_dir() else 0o444)
        self.home.chmod(0o755)
        before = sorted(self.data.rglob("*"))
        done = self.as_nobody("-w", "w", "kpi", "query", "revenue", "-o", "csv")
        self.assertEqual((done.status, done.out), (DONE, "revenue\n12.5\n"), done)
        done = self.as_nobody("workspace", "list")
        self.assertEqual(done.status, DONE, done)
        done = self.as_nobody("-w", "w", "workspace", "update", "w", "--inactivity-days", "9")
        self.assertEqual(done.status, PERMISSION, done)
        self.assertIn("may only be read", done.err)
        done = self.as_nobody("workspace", "create", "x")
        self.assertEqual(done.status, PERMISSION, done)
        self.assertNotIn("another process", done.err)
        self.assertEqual(sorted(self.data.rglob("*")), before)

    def test_a_copy_with_a_log_beside_it_is_read_with_what_the_log_holds(self):
        with mini_server.Stratad() as server:
            with server.client() as client:
                client.create_workspace("w")
                client.append("w", [wire.order("o", "c", "2024-05-06T07:08:09",
                                               [(12_500_000, {})])])
            wal = server.data_dir / "workspaces" / "w.db-wal"
            self.assertGreater(wal.stat().st_size, 0)
            shutil.copytree(server.data_dir, self.data)
        for path in (self.data, *self.data.rglob("*")):
            path.chmod(0o555 if path.is_dir() else 0o444)
        self.home.chmod(0o755)
        done = self.as_nobody("-w", "w", "kpi", "query", "revenue", "-o", "csv")
        self.assertEqual((done.status, done.out), (DONE, "revenue\n12.5\n"), done)
        # Without the log's index SQLite cannot read it there: said, not left out.
        self.data.chmod(0o755)
        (self.data / "workspaces").chmod(0o755)
        (self.data / "workspaces" / "w.db-shm").unlink()
        (self.data / "workspaces").chmod(0o555)
        self.data.chmod(0o555)
        done = self.as_nobody("-w", "w", "kpi", "query", "revenue")
        self.assertEqual(done.status, BAD_DATA, done)
        self.assertIn("w.db-wal", done.err)
        self.assertIn("copy the folder", done.err)

    def test_no_right_to_read_is_said(self):
        self.fill("w")
        self.data.chmod(0o000)
        self.home.chmod(0o755)
        done = self.as_nobody("workspace", "list")
        self.data.chmod(0o700)
        self.assertEqual(done.status, PERMISSION, done)
        self.assertIn("Permission denied", done.err)


class Hints(Folder):
    def test_reading_makes_no_folder(self):
        for args in (("workspace", "list"), ("kpi", "query", "revenue"), ("customer", "list"),
                     ("workspace", "delete", "w"), ("segment", "list"), ("report",),
                     ("admin", "migrate")):
            done = self.cli(*args)
            self.assertEqual(done.status, NOT_FOUND, done)
            self.assertIn(f"there is no folder {self.data}", done.err)
            self.assertFalse(self.data.exists(), args)
        self.data.mkdir()
        done = self.cli("workspace", "list")
        self.assertEqual(done.status, NOT_FOUND, done)
        self.assertIn("holds no data of Strata", done.err)
        self.assertEqual(list(self.data.iterdir()), [])

    def test_hints_fit(self):
        file = self.home / "file"
        file.touch()
        for folder, status, words in (
                (file, USAGE, "is not a folder"), ("", USAGE, "names no folder"),
                (self.home / "none" / "deeper", NOT_FOUND, f"{self.home}/none does not exist")):
            done = mini_server.run_cli("--data-dir", folder, "workspace", "create", "w")
            self.assertEqual(done.status, status, done)
            self.assertIn(words, done.err)
            self.assertNotIn("another process", done.err)
            self.assertNotIn("50051", done.err)
        done = mini_server.run_cli("--data-dir=", "workspace", "create", "w")
        self.assertEqual(done.status, USAGE, done)
        self.assertIn("names no folder", done.err)
        done = mini_server.run_cli("--limit", "-1", "kpi", "query", "revenue")
        self.assertEqual(done.status, USAGE, done)
        self.assertIn("at least 0", done.err)


class Addresses(Folder):
    def stratad(self, *flags, timeout=30):
        return subprocess.run([mini_server.STRATAD, "--data-dir", str(self.data), *flags],
                              capture_output=True, text=True, timeout=timeout)

    def test_an_address_that_cannot_be_one_is_refused_before_anything_is_made(self):
        for listen in ("localhost", "127.0.0.1", ":50051", "localhost:", "localhost:65536",
                       "localhost:-1", "localhost:http", "::1", "[::1]", "http://localhost:50051",
                       "my host:50051"):
            done = self.stratad("--listen", listen)
            self.assertEqual(done.returncode, USAGE, (listen, done))
            self.assertIn("--listen", done.stderr)
            self.assertFalse(self.data.exists(), listen)

    def test_servers_that_cannot_be_one_are_refused(self):
        for server in ("localhost", ":1", "localhost:0", "localhost:99999", "http://localhost:1",
                       "localhost:1/x"):
            done = mini_server.run_cli("workspace", "list", server=server)
            self.assertEqual(done.status, USAGE, done)
            self.assertIn("--server", done.err)

    def test_exit_codes_tell_causes_apart(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            done = self.stratad("--listen", "127.0.0.1:%d" % taken.getsockname()[1])
        self.assertEqual(done.returncode, ADDRESS, done)
        self.assertIn("another process listens there", done.stderr)
        # 192.0.2.0/24 is nobody's [RFC 5737]; .invalid never resolves [RFC 6761].
        for listen, words in (("192.0.2.1:50051", "no address of this machine"),
                              ("host.invalid:50051", "is unknown")):
            done = self.stratad("--listen", listen)
            self.assertEqual(done.returncode, ADDRESS, done)
            self.assertIn(words, done.stderr)
        pem = self.home / "no.pem"
        pem.write_text("-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----\n")
        for files in ((pem, pem), (self.home / "none", pem)):
            done = self.stratad("--listen", "127.0.0.1:0", "--tls-cert", str(files[0]),
                                "--tls-key", str(files[1]))
            self.assertEqual(done.returncode, CERTIFICATE, done)
            self.assertIn("--tls-", done.stderr)
        done = mini_server.run_cli("--tls-ca", self.home / "none", "workspace", "list")
        self.assertEqual(done.status, CERTIFICATE, done)
        done = mini_server.run_cli("workspace", "list", server="host.invalid:50051")
        self.assertEqual(done.status, ADDRESS, done)
        self.assertIn("is unknown", done.err)
        done = mini_server.run_cli("workspace", "list",
                                   server=f"127.0.0.1:{mini_server.free_port()}")
        self.assertEqual(done.status, UNAVAILABLE, done)
        self.fill("w")
        database = sqlite3.connect(self.data / "server.db")
        database.execute("PRAGMA user_version = 77")
        database.close()
        self.assertEqual(self.stratad("--listen", "127.0.0.1:0").returncode, SCHEMA)
        self.assertEqual(self.cli("workspace", "list").status, SCHEMA)


class DamagedWorkspace(Folder):
    def test_it_keeps_nobody_from_the_others(self):
        self.fill("good", "bad", "newer")
        files = self.data / "workspaces"
        (files / "bad.db").write_bytes(b"\x07\x1f" * 20_000)
        database = sqlite3.connect(files / "newer.db")
        database.execute("PRAGMA user_version = 77")
        database.close()
        (files / "notes.txt").write_text("mine")

        self.revenue("good")
        listed = self.cli("workspace", "list")
        self.assertEqual(listed.status, DONE, listed)
        self.assertIn('workspace "bad" cannot be served: bad.db', listed.out)
        for name, status in (("bad", BAD_DATA), ("newer", SCHEMA)):
            done = self.cli("-w", name, "kpi", "query", "revenue")
            self.assertEqual(done.status, status, done)
            self.assertIn(f"{name}.db", done.err)

        with mini_server.Stratad(data_dir=self.data) as server, server.client() as client:
            self.assertTrue(client.is_serving())
            self.assertTrue(client.is_serving("workspaces/good"))
            self.assertFalse(client.is_serving("workspaces/bad"))
            self.assertFalse(client.is_serving("workspaces/newer"))
            self.assertFalse(client.is_serving("workspaces"))
            problems = {w.workspace: w.problem for w in client.workspaces.ListWorkspaces(
                workspace_service_pb2.ListWorkspacesRequest(), timeout=10).workspaces}
            self.assertEqual(problems["good"], "")
            self.assertIn("77", problems["newer"])
            self.assertIn("restore the file from a backup", problems["bad"])
            for name, reason in (("bad", "WORKSPACE_DAMAGED"), ("newer", "WORKSPACE_SCHEMA")):
                with self.assertRaises(wire.RichError) as failed:
                    client.query(name, ["revenue"])
                self.assertEqual(failed.exception.code, grpc.StatusCode.FAILED_PRECONDITION)
                self.assertEqual(failed.exception.reason, reason)
            client.append("good", [wire.customer("new")])
            client.create_workspace("third")
            self.assertTrue(client.is_serving("workspaces/third"))
            for name in ("bad", "newer", "third"):
                client.workspaces.DeleteWorkspace(workspace_service_pb2.DeleteWorkspaceRequest(
                    workspace=name, force=True), timeout=10)
            self.assertTrue(client.is_serving("workspaces"))
            log = server.log()
        self.assertIn('"workspace":"bad"', log.replace('": "', '":"'))
        self.assertIn("notes.txt", log)

    def test_a_damaged_list_of_workspaces_is_said_clearly(self):
        self.fill("w")
        (self.data / "server.db").write_bytes(b"not a database, " * 1_000)
        done = self.cli("workspace", "list")
        self.assertEqual(done.status, BAD_DATA, done)
        self.assertIn("server.db", done.err)
        self.assertIn("restore it from a backup", done.err)


class ServiceManager(Folder):
    """sd_notify(3): datagrams of NAME=value lines to the socket that NOTIFY_SOCKET names."""

    def setUp(self):
        super().setUp()
        self.manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(self.manager.close)
        self.manager.bind(str(self.home / "notify"))
        self.manager.settimeout(20)

    def serve(self, *flags, notify=None):
        log = open(self.home / "log", "w")
        self.addCleanup(log.close)
        process = subprocess.Popen(
            [mini_server.STRATAD, "--data-dir", str(self.data), *flags], stdin=subprocess.DEVNULL,
            stdout=log, stderr=log,
            env={**os.environ, "NOTIFY_SOCKET": str(notify or self.home / "notify")})
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def told(self):
        return dict(line.split("=", 1) for line in self.manager.recv(4096).decode().splitlines())

    def told_nothing_more(self):
        self.manager.setblocking(False)
        with self.assertRaises(BlockingIOError):
            self.manager.recv(4096)

    def test_ready_when_it_listens_and_stopping_when_it_drains(self):
        address = f"127.0.0.1:{mini_server.free_port()}"
        server = self.serve("--listen", address)
        self.assertEqual(self.told(), {"READY": "1", "STATUS": f"Listening on {address}"})
        with wire.Client(address) as client:
            self.assertTrue(client.is_serving())
        self.told_nothing_more()
        self.manager.settimeout(20)
        server.send_signal(signal.SIGTERM)
        self.assertEqual(self.told(), {"STOPPING": "1", "STATUS": "Draining"})
        self.assertEqual(server.wait(30), DONE)
        self.told_nothing_more()

    def test_a_server_that_cannot_start_was_never_ready(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            server = self.serve("--listen", f"127.0.0.1:{taken.getsockname()[1]}")
            self.assertEqual(server.wait(30), ADDRESS)
        self.told_nothing_more()

    def test_a_manager_that_is_gone_keeps_nobody_from_serving(self):
        address = f"127.0.0.1:{mini_server.free_port()}"
        server = self.serve("--listen", address, notify=self.home / "nobody")
        with wire.Client(address) as client:
            end = time.monotonic() + 20
            while not client.is_serving() and time.monotonic() < end:
                time.sleep(0.05)
            self.assertTrue(client.is_serving())
        server.send_signal(signal.SIGTERM)
        self.assertEqual(server.wait(30), DONE)
        self.assertIn("NOTIFY_SOCKET: No such file or directory", (self.home / "log").read_text())


class Keepalive(mini_server.ServerTest):
    def test_pings_every_two_seconds_end_no_watch(self):
        """gRPC's own default ends the connection at the third ping without data in five minutes."""
        self.client.create_workspace("w")
        channel = grpc.insecure_channel(self.server.address, options=[
            ("grpc.keepalive_time_ms", 2_000), ("grpc.keepalive_permit_without_calls", 1),
            ("grpc.http2.max_pings_without_data", 0),
            ("grpc.http2.min_ping_interval_without_data_ms", 2_000),
            ("grpc.use_local_subchannel_pool", 1)])
        self.addCleanup(channel.close)
        stub = segmentation_service_pb2_grpc.SegmentationServiceStub(channel)
        watch = stub.WatchSegment(segmentation_service_pb2.WatchSegmentRequest(
            workspace="w", segment="tier/strategic"), timeout=11)
        with self.assertRaises(grpc.RpcError) as ended:
            for _ in watch:
                pass
        self.assertEqual(ended.exception.code(), grpc.StatusCode.DEADLINE_EXCEEDED)


if __name__ == "__main__":
    mini_server.main()
