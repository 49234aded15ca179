"""One bash that gets command after command, as a reader types them."""

import os
import select
import signal
import subprocess
import time
import uuid


class Shell:
    def __init__(self, folder, environment):
        self.process = subprocess.Popen(
            ["bash", "--noprofile", "--norc"], cwd=folder, env=environment, bufsize=0,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            start_new_session=True)
        self.end = f"--{uuid.uuid4()}--"

    def run(self, command, seconds):
        """What the command printed, as lines, and its status; TimeoutError after `seconds`."""
        # The braces keep the command from reading what follows as its input; the status of the
        # command stays that of the shell.
        script = (f"{{ {command}\n}} </dev/null\n"
                  f"__status=$?; printf '\\n%s%s\\n' {self.end} $__status; (exit $__status)\n")
        self.process.stdin.write(script.encode())
        text = self.read_to_end(time.monotonic() + seconds)
        printed, _, status = text.rpartition(self.end)
        lines = [line.rstrip() for line in printed.split("\n")]
        while lines and not lines[-1]:
            lines.pop()
        return lines, int(status)

    def read_to_end(self, deadline):
        pipe = self.process.stdout.fileno()
        data = b""
        marker = self.end.encode()
        while marker not in data or not data.endswith(b"\n"):
            if not select.select([pipe], [], [], max(0, deadline - time.monotonic()))[0]:
                raise TimeoutError(data.decode(errors="replace"))
            piece = os.read(pipe, 1 << 16)
            if not piece:
                raise RuntimeError("the shell has ended: " + data.decode(errors="replace"))
            data += piece
        return data.decode(errors="replace")

    def close(self):
        """Ends the shell and what it left running, a server above all."""
        try:
            os.killpg(self.process.pid, signal.SIGTERM)
        except ProcessLookupError:
            pass
        self.process.stdin.close()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        self.process.stdout.close()
