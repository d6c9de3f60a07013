"""`python -m tests.faults [--kills 200] [--seed N] [--engine sqlite|mysql_s3]`: the long form.

Prints the seed and what was done; ends with code 1, and keeps the server's data and log, when a promise was broken.
`--kill-database` kills a MySQL server of our own as well, once, half-way. With `--processes` several servers share one
MySQL database, as behind a load balancer, and any one of them dies.
"""

import argparse
import contextlib
import json
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.faults.campaign import SMALL, Campaign
from tests.faults.database import OwnMySql
from tests.harness.engines import ENGINES, MYSQL_S3, SQLITE, open_engine
from tests.harness.server import Server
from tests.services import mysql


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--engine", choices=ENGINES, default=SQLITE)
    parser.add_argument("--kill-database", action="store_true")
    parser.add_argument("--processes", type=int, default=1)
    chosen = parser.parse_args()
    if chosen.processes > 1 and chosen.engine != MYSQL_S3:
        parser.error("several servers share a database on MySQL only: --engine mysql_s3")
    folder = Path(tempfile.mkdtemp(prefix="steelyard-faults-"))
    print(f"seed {chosen.seed}, {chosen.kills} kills, {chosen.engine}, in {folder}", flush=True)
    started = time.monotonic()

    def note(text: str) -> None:
        print(f"{time.monotonic() - started:6.0f} s  {text}", flush=True)

    with _settings(chosen.engine, folder, own=chosen.kill_database) as (env, kill_database):
        folders = [folder / f"server-{number}" / "data" for number in range(chosen.processes)]
        servers = [Server(data, {**SMALL, **env}) for data in folders]
        try:
            for server in servers:
                server.start()
            done = Campaign(servers, chosen.seed, chosen.kills, note, kill_database).run()
        except AssertionError as broken:
            print(f"BROKEN: {broken}\nthe data and the log are in {folder}", file=sys.stderr)
            return 1
        finally:
            for server in servers:
                server.stop()
    print(json.dumps(done))
    shutil.rmtree(folder)
    return 0


@contextlib.contextmanager
def _settings(engine: str, folder: Path, *, own: bool) -> Iterator[tuple[dict[str, str], Callable[[], None] | None]]:
    """Yield the settings of an empty database and store, and what kills the database, if that is to be done."""
    with open_engine(engine) as opened, opened.fresh() as env:
        if engine != MYSQL_S3 or not own:
            yield env, None
            return
        with OwnMySql(folder / "mysql").running() as database:
            url = mysql.create_database(database.port, "faults")
            yield {**env, "MYSQL": url}, database.kill_and_restart


if __name__ == "__main__":
    sys.exit(main())
