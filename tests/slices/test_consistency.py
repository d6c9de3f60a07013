"""Rows whose objects are missing, or are others, are told of by kind and project; what is deleted is no fault."""

from collections.abc import AsyncIterator

import pytest

from steelyard.doctor.consistency import look_at_consistency
from steelyard.doctor.findings import Finding, Level
from tests.harness.site import Caller, Site
from tests.slices.every_object import fill

pytestmark = pytest.mark.asyncio(loop_scope="module")

KINDS = {"history": "segments/", "files": "runs/", "manifests": "/manifests/", "content": "/content/"}


async def look(site: Site, *, deep: bool) -> dict[str, Finding]:
    found = [item async for item in look_at_consistency(site.ports.database, site.ports.objects, deep=deep)]
    return {item.id: item for item in found}


async def body(content: bytes) -> AsyncIterator[bytes]:
    yield content


async def test_what_is_gone_is_named_with_its_project_and_what_was_deleted_is_not(site: Site, user: Caller):
    objects = site.ports.objects
    before = {item.key async for item in objects.list("")}
    await fill(site, user)
    made = {item.key async for item in objects.list("")} - before
    for deep in (False, True):
        levels = {id_: item.level for id_, item in (await look(site, deep=deep)).items()}
        assert levels == {f"consistency.{kind}": Level.OK for kind in KINDS}

    gone: set[str] = set()
    for kind, part in KINDS.items():
        ours = sorted(key for key in made if part in key and not key.startswith("derived/"))
        assert ours
        await objects.put(ours[0], body(b"of another length"))
        if kind in {"history", "content"}:
            damaged = (await look(site, deep=True))[f"consistency.{kind}"]
            assert damaged.level is Level.FAIL
            assert "0 missing, 1 of another size" in damaged.seen
        for key in ours:
            await objects.delete(key)
        gone.add(f"consistency.{kind}")
        for deep in (False, True):
            found = await look(site, deep=deep)
            assert {id_ for id_, item in found.items() if item.level is not Level.OK} == gone
            told = found[f"consistency.{kind}"]
            assert f"{len(ours)} missing" in told.seen
            assert all(f"{key} of {user.name}/" in told.seen for key in ours)

    for project in ("demo", "p"):
        assert (await user.send("DELETE", f"/app/projects/{user.name}/{project}")).status in {200, 204}
    for deep in (False, True):
        assert {item.level for item in (await look(site, deep=deep)).values()} <= {Level.OK, Level.INFO}
