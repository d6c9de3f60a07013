"""What the server says about itself to clients and to people."""

from dataclasses import replace

import pytest

from steelyard.domains.admin.features import OFF, ON
from steelyard.graphql.unsupported import UNSUPPORTED
from tests.harness.site import Caller, Site

pytestmark = pytest.mark.asyncio(loop_scope="module")

FEATURES = "{ serverInfo { features { name isEnabled } } }"


async def test_clients_and_people_are_told_the_same(user):
    told = (await user.graphql(FEATURES)).data["serverInfo"]["features"]
    shown = (await user.send("GET", "/app/compat")).body
    assert [(item["name"], item["isEnabled"]) for item in told] == [
        (item["name"], item["on"]) for item in shown["features"]
    ]
    assert {item["name"] for item in told if item["isEnabled"]} == ON.keys()
    assert sorted(field for row in shown["unsupported"] for field in row["operations"]) == sorted(UNSUPPORTED)
    assert shown["areas"], "the matrix comes with the server"
    assert shown["versions"][0] == "0.31.0"


async def test_an_operator_switches_a_capability_off(site, user):
    policy = replace(site.ports.policy, features_off=frozenset({"ARTIFACT_TAGS", next(iter(OFF))}))
    other = Caller(Site(replace(site.ports, policy=policy), site.clock), user.name, user.key)
    told = {item["name"]: item["isEnabled"] for item in (await other.graphql(FEATURES)).data["serverInfo"]["features"]}
    assert (told["ARTIFACT_TAGS"], told["FILESTREAM_GZIP"]) == (False, True)
    shown = {item["name"]: item for item in (await other.send("GET", "/app/compat")).body["features"]}
    assert shown["ARTIFACT_TAGS"]["switchedOff"]
    assert not shown[next(iter(OFF))]["switchedOff"]
    await other.site.http.aclose()
