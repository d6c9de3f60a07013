"""Objects by signed URLs of our own address: whole, in part, and refused. On MySQL + S3 the bucket is behind us."""

from collections.abc import Callable

import httpx
import pytest

from tests.contract.wire import Wire
from tests.harness.server import Server

BODY = bytes(range(256)) * 40


@pytest.fixture
def address(start_server: Callable[..., Server]) -> str:
    """The download URL of a file that was just put."""
    server = start_server(BUCKET_PROXY="true")
    user = server.create_user()
    wire = Wire(server.url, user.name, user.api_key, project="objects")
    wire.start("objects")
    document = """mutation($e:String!,$p:String!,$f:[String!]!){createRunFiles(input:{entityName:$e,projectName:$p,
        runName:"objects",files:$f}){files{name uploadUrl}}}"""
    (opened,) = wire.data(document, e=user.name, p="objects", f=["a b%.bin"])["createRunFiles"]["files"]
    assert opened["uploadUrl"].startswith(server.url)
    assert httpx.put(opened["uploadUrl"], content=BODY).is_success
    document = """query($e:String!,$p:String!){project(entityName:$e,name:$p){run(name:"objects"){
        files(names:["a b%.bin"]){edges{node{directUrl sizeBytes}}}}}}"""
    (edge,) = wire.data(document, e=user.name, p="objects")["project"]["run"]["files"]["edges"]
    assert edge["node"]["sizeBytes"] == len(BODY)
    return str(edge["node"]["directUrl"])


@pytest.mark.parametrize(
    ("asked", "status", "first", "last"),
    [(None, 200, 0, len(BODY)), ("bytes=5-9", 206, 5, 10), ("bytes=10000-", 206, 10_000, len(BODY))],
)
def test_an_object_is_served_whole_and_in_part(
    address: str, asked: str | None, status: int, first: int, last: int
) -> None:
    answer = httpx.get(address, headers={"Range": asked} if asked else {})
    assert (answer.status_code, answer.content) == (status, BODY[first:last])
    assert answer.headers["access-control-allow-origin"] == "*"
    if asked:
        assert answer.headers["content-range"] == f"bytes {first}-{last - 1}/{len(BODY)}"
    head = httpx.head(address)
    assert (head.status_code, head.headers["content-length"], head.content) == (200, str(len(BODY)), b"")
    assert httpx.get(address, headers={"Range": "bytes=99999-"}).status_code == 416
    assert httpx.get(address.replace("signature=", "signature=0")).status_code == 403
    assert httpx.put(address, content=b"x").status_code == 403
