"""The short form of what schemathesis asks in `make fuzz`: the same requests every time."""

from pathlib import Path

import pytest

from tests.fuzz.generated import ask_generated
from tests.fuzz.tenants import open_tenants
from tests.harness.engines import Engine
from tests.harness.site import open_site

EXAMPLES = 2


@pytest.mark.asyncio
async def test_all_that_is_described_is_answered_as_described(engine: Engine, tmp_path: Path):
    with engine.fresh() as env:
        async with open_site(tmp_path, env) as site:
            answers, broken = await ask_generated(await open_tenants(site), seed=1, examples=EXAMPLES)
    assert not broken, "\n\n".join(map(str, broken))
    # Some of those who ask have no account, and most things have one name that is right.
    assert answers[200] > answers.total() / 12, f"too few get further than the door: {dict(answers)}"
