"""`python -m tests.fuzz [--minutes 30] [--seed N] [--engine sqlite|mysql_s3]`: the long form.

Prints the seed and the answers by status; ends with code 1 when a rule was broken, and goes on after one.
"""

import argparse
import asyncio
import random
import sys
import tempfile
import time
from pathlib import Path

from tests.fuzz.campaign import Broken, Campaign
from tests.fuzz.generated import ask_generated
from tests.fuzz.tenants import open_tenants
from tests.harness.engines import ENGINES, SQLITE, open_engine
from tests.harness.site import open_site

# Requests of each described operation, for what it takes and for what it does not; then as many of the campaign.
# What the tenants had is gone or changed by then: new ones follow.
_EXAMPLES, _STEPS = 10, 5000


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--engine", choices=ENGINES, default=SQLITE)
    chosen = parser.parse_args()
    print(f"seed {chosen.seed}, {chosen.minutes} minutes, {chosen.engine}", flush=True)
    until = time.monotonic() + chosen.minutes * 60
    broken: dict[str, str] = {}
    seed, asked = chosen.seed, 0
    while time.monotonic() < until:
        with (
            tempfile.TemporaryDirectory(prefix="steelyard-fuzz-") as folder,
            open_engine(chosen.engine) as engine,
            engine.fresh() as env,
        ):
            asked += asyncio.run(_run(Path(folder), env, seed, until, broken))
        print(f"seed {seed} done: {asked} requests in all, {len(broken)} kinds of failure", flush=True)
        seed += 1
    return 1 if broken else 0


async def _run(folder: Path, env: dict[str, str], seed: int, until: float, broken: dict[str, str]) -> int:
    async with open_site(folder, env) as site:
        tenants = await open_tenants(site)
        answers, errors = await ask_generated(tenants, seed, _EXAMPLES, until)
        for error in errors:
            _tell(error, broken)
        campaign = Campaign(tenants, seed)
        for _ in range(_STEPS):
            if time.monotonic() > until:
                break
            site.clock.move(0.01)
            try:
                await campaign.step()
            except Broken as error:
                _tell(error, broken)
        print(
            f"asked {dict(sorted(campaign.answers.items()))}, by the description {dict(sorted(answers.items()))}",
            flush=True,
        )
        return campaign.answers.total() + answers.total()


def _tell(error: Broken, broken: dict[str, str]) -> None:
    """Print a failure that is the first of its kind."""
    kind = str(error)[:120]
    if kind not in broken:
        broken[kind] = str(error)
        print(f"BROKEN {error}\n", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
