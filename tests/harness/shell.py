"""Many `steelyard` commands in one process, as a script that imports the command object calls them."""

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from tests.harness.server import ROOT, Server

# Reads one list of arguments per line and answers each with exit code, standard output and standard error.
PROGRAM = """
import asyncio, contextlib, io, json, sys
from steelyard.cli import cli

def call(arguments):
    out, err, code = io.StringIO(), io.StringIO(), 0
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            cli(arguments)
        except SystemExit as end:
            code = end.code or 0
    return [code, out.getvalue(), err.getvalue()]

def serve():
    for line in sys.stdin:
        print(json.dumps(call(json.loads(line))), flush=True)

async def serve_inside_a_loop():
    serve()

asyncio.run(serve_inside_a_loop()) if sys.argv[1:] == ["inside-a-loop"] else serve()
"""


@dataclass(frozen=True)
class Done:
    """How one command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


class Shell:
    """Runs commands on one data folder and environment."""

    def __init__(self, process: subprocess.Popen[str], data_dir: Path) -> None:
        self._process = process
        self._data_dir = data_dir

    def __call__(self, *arguments: str) -> Done:
        """Run `steelyard ARGUMENTS --data …`."""
        stdin, stdout = self._pipes()
        stdin.write(json.dumps([*arguments, "--data", str(self._data_dir)]) + "\n")
        stdin.flush()
        line = stdout.readline()
        assert line, f"steelyard {' '.join(arguments)}: the process ended"
        return Done(*json.loads(line))

    def _pipes(self) -> tuple[IO[str], IO[str]]:
        assert self._process.stdin, "opened with pipes"
        assert self._process.stdout, "opened with pipes"
        return self._process.stdin, self._process.stdout


@contextlib.contextmanager
def open_shell(server: Server, *, inside_a_loop: bool = False) -> Iterator[Shell]:
    """Start the process with the settings of `server`, which need not run."""
    arguments = ["inside-a-loop"] if inside_a_loop else []
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *arguments],
        cwd=ROOT,
        env=server.env,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        yield Shell(process, server.data_dir)
