"""The short form of `python -m tests.faults`, on SQLite and a folder: a few deaths at random moments."""

import random
from collections.abc import Callable

import pytest

from tests.faults.campaign import SMALL, Campaign
from tests.harness.engines import SQLITE, Engine
from tests.harness.server import Server

KILLS = 8


@pytest.fixture(scope="module")
def sqlite_only(engine: Engine) -> None:
    if engine.name != SQLITE:
        pytest.skip("the long form takes the other engine by a flag")


def test_what_was_acknowledged_is_there_once_after_any_death(
    sqlite_only: None, start_server: Callable[..., Server]
) -> None:
    seed = random.SystemRandom().randrange(10**6)
    print(f"seed {seed}")
    print(Campaign([start_server(**SMALL)], seed, KILLS).run())
