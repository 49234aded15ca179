"""Runs the Node.js client of tests/e2e/node against a real server."""

import os
import pathlib
import shutil
import subprocess
import unittest

import mini_server

SOURCE = pathlib.Path(__file__).parent / "node"
# Packages are installed beside the stubs, in the build folder; the source tree stays clean.
WORK = pathlib.Path(os.environ["STRATA_STUBS"]).parent / "node"


def install_packages():
    WORK.mkdir(parents=True, exist_ok=True)
    lock = (SOURCE / "package-lock.json").read_text()
    installed = WORK / "installed-lock.json"
    for name in ("package.json", "package-lock.json", ".npmrc", "client.mjs"):
        shutil.copy(SOURCE / name, WORK / name)
    if installed.exists() and installed.read_text() == lock:
        return
    done = subprocess.run(
        ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"],
        cwd=WORK, capture_output=True, text=True, timeout=180)
    if done.returncode:
        raise RuntimeError(f"npm ci failed:\n{done.stdout}{done.stderr}")
    installed.write_text(lock)


@unittest.skipUnless(shutil.which("node") and shutil.which("npm"), "no Node.js on this machine")
class NodeClient(mini_server.ServerTest):
    def test_ingest_query_rich_error(self):
        install_packages()
        done = subprocess.run(
            ["node", "client.mjs"], cwd=WORK, capture_output=True, text=True, timeout=60,
            env={**os.environ, "STRATA_ADDRESS": self.server.address,
                 "STRATA_PROTO": str(mini_server.SOURCE / "proto")})
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("decoded a rich error", done.stdout)

    def test_lock_file_records_no_download_addresses(self):
        self.assertNotIn('"resolved"', (SOURCE / "package-lock.json").read_text())


if __name__ == "__main__":
    mini_server.main()
