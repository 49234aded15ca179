"""One process a data folder: the second one leaves with status 5 and names the holder."""

import sqlite3
import subprocess

import mini_server
import client as wire


class FolderLock(mini_server.ServerTest):
    def second_server(self):
        return subprocess.run(
            [mini_server.STRATAD, "--data-dir", str(self.server.data_dir),
             "--listen", f"127.0.0.1:{mini_server.free_port()}"],
            capture_output=True, text=True, timeout=30)

    def test_second_server(self):
        second = self.second_server()
        self.assertEqual(second.returncode, 5, second)
        self.assertIn(str(self.server.process.pid), second.stdout + second.stderr)
        self.assertTrue(self.server.healthy())

    def test_cli_over_the_folder(self):
        second = mini_server.run_cli("workspace", "list", data_dir=self.server.data_dir)
        self.assertEqual(second.status, 5, second)
        self.assertIn(str(self.server.process.pid), second.err)

    def test_reading_with_sqlite3_stays_possible(self):
        self.client.create_workspace("open")
        self.client.append("open", [wire.customer("ann"),
                                    wire.order("o1", "ann", "2024-01-01T00:00:00", [(5, {})])])
        file = sqlite3.connect(f"file:{self.server.workspace_file('open')}?mode=ro", uri=True)
        self.assertEqual(file.execute("SELECT count(*) FROM orders").fetchone(), (1,))
        file.close()

    def test_the_lock_dies_with_its_holder(self):
        holder = mini_server.Stratad()
        self.addCleanup(holder.close)
        holder.start()
        holder.kill()
        holder.start()  # raises when the folder still counts as held
        self.assertEqual(holder.stop(), 0)


if __name__ == "__main__":
    mini_server.main()
