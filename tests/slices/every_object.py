"""A project that has an object of every kind in the store."""

from steelyard.domains.history.jobs import tend_segments
from tests.harness.site import Caller, Site
from tests.slices.artifact_wire import Logger
from tests.slices.logged_tables import in_version, put_file
from tests.slices.streamed import Run
from tests.unit.columnar.plain_tables import table_text

TABLE = table_text(["a"], [[1], [2]])


async def fill(site: Site, user: Caller) -> None:
    """Leave an object of every kind that rows know: content, manifest, run file, indexes, segments."""
    logger = Logger(user)
    await logger.log("set", {"t.table.json": TABLE, "other": b"more"})
    await in_version(logger, "set", "t.table.json").get()
    await (await put_file(user, "r1", "t.table.json", TABLE)).get()
    run = Run(user, "r1")
    await run.send(0, [{"_step": step, "x": step} for step in range(600)])
    await run.post({"complete": True, "exitcode": 0})
    await tend_segments(site.system)
