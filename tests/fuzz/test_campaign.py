"""The short form of `make fuzz`: the same requests every time."""

from pathlib import Path

import pytest

from tests.fuzz.campaign import Broken, Campaign
from tests.fuzz.tenants import NAMED, STORED, Tenants, open_tenants
from tests.harness.engines import Engine
from tests.harness.site import Caller, open_site

STEPS = 300
# Where the canary is planted, as its own people read it.
READS = (
    "/app/projects/{e}/{p}",
    "/app/projects/{e}/{p}/artifacts/dataset/{n}-data/v0",
    "/app/projects/{e}/{p}/artifacts/dataset/{n}-data/v0/file?path={n}.txt",
    "/app/projects/{e}/{p}/sweeps",
    "/app/projects/{e}/{p}/views",
    "/app/entities/{e}/charts/{n}",
    "/app/runs/{e}/{p}/{n}-run",
    "/app/runs/{e}/{p}/{n}-run/files",
    "/app/runs/{e}/{p}/{n}-run/alerts",
    "/app/runs/{e}/{p}/{n}-run/logs",
    "/app/keys",
    "/app/teams/{e}",
)


@pytest.mark.asyncio
async def test_no_request_is_a_fault_of_ours_and_no_stranger_is_told_anything(engine: Engine, tmp_path: Path):
    with engine.fresh() as env:
        async with open_site(tmp_path, env) as site:
            tenants = await open_tenants(site)
            await _see(tenants)
            campaign = Campaign(tenants, seed=1)
            for _ in range(STEPS):
                site.clock.move(0.01)
                await campaign.step()
            assert campaign.answers.total() == STEPS
            await _notice(tenants, campaign)
    assert campaign.answers[200] > STEPS / 4, "most requests must get further than the door"


async def _see(tenants: Tenants) -> None:
    """What strangers are not told is there: else nothing would be shown by that."""
    caller = tenants.insiders["team admin"]
    for path in READS:
        filled = path.format(e=tenants.theirs.team, p=tenants.planted["projectName"], n=NAMED)
        text = await _read(caller, filled)
        assert STORED in text or (NAMED in text and filled.endswith(("/files", "txt"))), f"{filled}: {text}"


async def _read(caller: Caller, path: str) -> str:
    answer = await caller.site.http.get(path, auth=("api", str(caller.key)))
    assert answer.status_code == 200, f"{path}: {answer.text}"
    return answer.text


async def _notice(tenants: Tenants, campaign: Campaign) -> None:
    """A stranger who is let in is noticed: the rule can be broken."""
    campaign.pretend("team admin")
    path = f"/app/projects/{tenants.theirs.team}/{tenants.planted['projectName']}"
    with pytest.raises(Broken, match="another tenant"):
        await campaign.ask(tenants.insiders["team admin"], "GET", path, None)
