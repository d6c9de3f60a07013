"""What a start costs on data that is there: processor time, memory, modules. A busy machine changes none of them."""

import os
import re
import sys
from pathlib import Path

from tests.harness.engines import Engine
from tests.harness.server import Server

# What a machine without other work needs in wall time too: a start does not wait.
CPU_MAX_S = 1.5
MEMORY_MAX_MB = 120
# Heavy, and for work that a server may never do; each comes with its first use.
LATER = {
    "pyarrow",
    "numpy",
    "botocore",
    "alembic",
    "aiosmtpd",
    "opentelemetry",
    "joserfc",
    "ldap3",
    "pydantic",
    "sqlalchemy.orm",
}
STARTS = 2
# A library for logs loads `rich` where it finds it; it comes with tools of development, and no installation has it.
AS_INSTALLED = "import sys; sys.modules['rich'] = None; from steelyard.cli import main; main()"


def test_a_start_costs_little(engine: Engine, tmp_path: Path) -> None:
    """The first start compiles what installers compile, and makes the data; it also tells what it loads."""
    with engine.fresh() as env:
        compiled = {"PYTHONPYCACHEPREFIX": str(tmp_path / "compiled"), "PYTHONDONTWRITEBYTECODE": ""}
        server = Server(tmp_path / "data", env | compiled, program=[sys.executable, "-c", AS_INSTALLED])
        server.start().stop()
        costs = [cost_of_start(server) for _ in range(STARTS)]
        loaded = modules_of_start(server)
    assert min(cpu_s for cpu_s, _ in costs) <= CPU_MAX_S, costs
    assert min(memory_mb for _, memory_mb in costs) <= MEMORY_MAX_MB, costs
    assert {"sqlalchemy", "graphql"} <= loaded, "the list of modules was not understood"
    assert not loaded & LATER


def cost_of_start(server: Server) -> tuple[float, float]:
    """Processor seconds and megabytes of a server that has just become ready."""
    try:
        server.start()
        return cpu_s(server), memory_mb(server)
    finally:
        server.stop()


def modules_of_start(server: Server) -> set[str]:
    before = len(server.log_text())
    server.program = [server.program[0], "-X", "importtime", *server.program[1:]]
    server.start().stop()
    lines = re.findall(r"^import time:.*\|\s*(\S+)$", server.log_text()[before:], re.MULTILINE)
    return {*lines, *(name.partition(".")[0] for name in lines)}


def cpu_s(server: Server) -> float:
    assert server.process is not None
    fields = Path(f"/proc/{server.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory_mb(server: Server) -> float:
    assert server.process is not None
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    found = re.search(r"^VmRSS:\s+(\d+) kB$", status, re.MULTILINE)
    assert found is not None, status
    return int(found[1]) / 1024
