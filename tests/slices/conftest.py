"""One site per module and engine; each test makes users and projects of its own."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.harness.engines import Engine
from tests.harness.site import Caller, Site, open_site


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    with engine.fresh() as env:
        async with open_site(tmp_path_factory.mktemp("site"), env) as opened:
            yield opened


@pytest_asyncio.fixture(loop_scope="module")
async def user(site: Site) -> Caller:
    return await site.user()
