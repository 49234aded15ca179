"""Starts the real stratad in a temporary folder on a free port, and runs the real CLI against it."""

import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, os.environ["STRATA_STUBS"])

import client as wire  # noqa: E402  (needs the stubs' folder on the path)

STRATAD = os.environ["STRATA_STRATAD"]
CLI = os.environ["STRATA_CLI"]
SOURCE = pathlib.Path(os.environ["STRATA_SOURCE_DIR"])
SHARED_DATA = SOURCE.parent / "shared" / "data"
START_SECONDS = 30


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Stratad:
    """One server process over a data folder; the folder outlives restarts and goes at close()."""

    def __init__(self, data_dir=None, flags=()):
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="strata-e2e-"))
        self.data_dir = pathlib.Path(data_dir) if data_dir else self.home / "data"
        self.log_path = self.home / "stratad.log"
        self.flags = list(flags)
        self.process = None
        self.port = None

    def start(self, port=None):
        """Starts and waits until the health service says SERVING."""
        self.port = port or free_port()
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                [STRATAD, "--data-dir", str(self.data_dir), "--listen", self.address, *self.flags],
                stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise RuntimeError(f"stratad left with {self.process.returncode}:\n{self.log()}")
            if self.healthy(timeout=1):
                return self
            time.sleep(0.02)
        raise RuntimeError(f"stratad did not come up in {START_SECONDS} s:\n{self.log()}")

    @property
    def address(self):
        return f"127.0.0.1:{self.port}"

    def healthy(self, timeout=5):
        with wire.Client(self.address) as client:
            return client.is_serving(timeout=timeout)

    def client(self):
        return wire.Client(self.address)

    def log(self):
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    def kill(self):
        """As a power cut would: no handler runs."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self, timeout=30):
        """SIGTERM, as an orchestrator does it; returns the exit status."""
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise

    def workspace_file(self, workspace):
        return self.data_dir / "workspaces" / f"{workspace}.db"

    def close(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.home, ignore_errors=True)

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.close()


class CliResult:
    def __init__(self, args, completed):
        self.args = args
        self.status = completed.returncode
        self.out = completed.stdout
        self.err = completed.stderr

    def __repr__(self):
        return f"strata {' '.join(self.args)}\nexit {self.status}\n{self.out}\n{self.err}"


def run_cli(*args, server=None, data_dir=None, timeout=120, stdin=None):
    """Runs the CLI as a user would; nothing of this process's STRATA_* settings leaks in."""
    args = [str(a) for a in args]
    if server:
        args = ["--server", server, *args]
    if data_dir:
        args = ["--data-dir", str(data_dir), *args]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("STRATA_")}
    return CliResult(args, subprocess.run(
        [CLI, *args], input=stdin, capture_output=True, text=True, timeout=timeout,
        env=environment))


class ServerTest(unittest.TestCase):
    """A test case with one server for the class."""

    flags = ()

    @classmethod
    def setUpClass(cls):
        cls.server = Stratad(flags=cls.flags)
        cls.addClassCleanup(cls.server.close)
        cls.server.start()

    def setUp(self):
        self.client = self.server.client()
        self.addCleanup(self.client.close)


def main():
    """Runs the module's tests; status 77, which ctest shows as skipped, when every one was."""
    program = unittest.main(verbosity=2, exit=False)
    result = program.result
    if result.wasSuccessful() and result.testsRun and len(result.skipped) >= result.testsRun:
        sys.exit(77)
    sys.exit(0 if result.wasSuccessful() and result.testsRun else 1)
