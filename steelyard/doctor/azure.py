"""Checks of a container of Azure Blob Storage, and the CORS rule that browsers need on its account."""

from __future__ import annotations

import base64
import re
from collections.abc import AsyncIterator
from xml.sax.saxutils import escape

import httpx

from steelyard.adapters.objects.sas import KIND, ContainerSigner
from steelyard.config.container_url import Container
from steelyard.doctor import cors
from steelyard.doctor.findings import Finding, fail, info, ok
from steelyard.doctor.store_check import PART, TTL_S, Readers, StepError, StoreCheck, open_client

_RIGHTS = {"GET": "r", "HEAD": "r", "PUT": "w", "DELETE": "d"}
_RULE = re.compile(r"<CorsRule>.*?</CorsRule>", re.DOTALL)
_ID, _WANTED = "bucket.cors_rule", "the rule that is printed below"
_SERVICE = [("restype", "service"), ("comp", "properties")]
_KEY_FIX = "AZURE_STORAGE_KEY: one of the two access keys of the storage account, which may sign"


def look_at_container_url(container: Container) -> Finding:
    where = f"account {container.account} at {container.root}, container {container.container}"
    return ok("bucket.url", f"Azure Blob Storage, {where}, prefix {container.prefix or 'none'}")


async def look_at_container(container: Container, readers: Readers) -> AsyncIterator[Finding]:
    """Yield what is found by using it."""
    async with open_client() as client:
        async for finding in ContainerCheck(container, client, readers).run(needs_cors=not readers.proxied):
            yield finding


class ContainerCheck(StoreCheck):
    policy = "the account's key may do all of it, unless a lock or a policy of the account forbids it"
    put_headers = KIND

    def __init__(self, container: Container, client: httpx.AsyncClient, readers: Readers) -> None:
        super().__init__(container.root, container.prefix, client, readers.origin)
        self._container = container
        self._own, self._public = ContainerSigner(container), ContainerSigner(container, root=readers.public_endpoint)
        self._versions = False

    def _url(self, method: str, name: str, *, ttl_s: int = TTL_S, query: tuple[tuple[str, str], ...] = ()) -> str:
        if not name:
            return self._own.container([("restype", "container"), *query], ttl_s)
        signer = self._public if method in {"GET", "HEAD", "PUT"} and not query else self._own
        return signer.blob(f"{self._root}/{name}", _RIGHTS[method], ttl_s, query=query)

    async def _list(self) -> Finding:
        query = (("comp", "list"), ("maxresults", "1"), ("prefix", self._container.prefix))
        answer = await self._client.get(self._url("GET", "", query=query))
        if answer.is_success:
            return ok("bucket.list", f"{self._container.container} can be listed")
        return self._denied("bucket.list", answer)

    def _written(self, answer: httpx.Response) -> Finding:
        self._versions = "x-ms-version-id" in answer.headers
        return ok("bucket.write", "a signed PUT without credentials")

    def _denied(self, id_: str, answer: httpx.Response) -> Finding:
        name, code = self._container.container, answer.headers.get("x-ms-error-code", "")
        seen = f"{answer.status_code} {code}".strip()
        if code == "ContainerNotFound":
            return fail(
                id_, seen, f"a container {name}", f"make the container {name}, or name another in the bucket URL"
            )
        if code in {"AuthenticationFailed", "InvalidAuthenticationInfo", "AuthorizationFailure"}:
            return fail(
                id_, seen, "a key that the account knows, which may be used from here", f"{_KEY_FIX}; its firewall"
            )
        if code == "KeyBasedAuthenticationNotPermitted":
            return fail(id_, seen, "an account whose keys may be used", "allow storage account key access")
        return fail(id_, seen, f"the account may use the container {name}", _KEY_FIX)

    async def _in_parts(self) -> tuple[int, str]:
        blocks = [base64.b64encode(f"block {number}".encode()).decode() for number in (1, 2, 3)]
        self._stored.add("large")
        for number, block in enumerate(blocks, 1):
            url = self._url("PUT", "large", query=(("comp", "block"), ("blockid", block)))
            answer = await self._client.put(url, content=b"x" * (PART if number < 3 else 1024))
            if not answer.is_success:
                raise StepError(f"part {number} answers {answer.status_code}")
        listed = "".join(f"<Latest>{block}</Latest>" for block in blocks)
        url = self._url("PUT", "large", query=(("comp", "blocklist"),))
        done = await self._client.put(url, content=f"<BlockList>{listed}</BlockList>")
        size = int((await self._ask("HEAD", "large")).headers.get("content-length", "0"))
        if not done.is_success or size != 2 * PART + 1024:
            raise StepError(f"completing answers {done.status_code}, {size} bytes are there")
        return size, "those that are given up go by themselves after a week"

    async def _facts(self) -> AsyncIterator[Finding]:
        yield info("bucket.versioning", "on: what is deleted stays as a version" if self._versions else "off")
        answer = await self._client.get(self._own.service(_SERVICE, TTL_S))
        kept = re.search(r"<DeleteRetentionPolicy>.*?<Enabled>true<.*?<Days>(\d+)<", answer.text, re.DOTALL)
        seen = f"for {kept[1]} days: that long, what is deleted takes space" if kept else "off"
        yield info("bucket.soft_delete", seen if answer.is_success else "it does not say")


async def set_container_rule(container: Container, origin: str) -> Finding:
    """Add the rule for pages of `origin` to those of the account's blob service, unless it is there."""
    url = ContainerSigner(container).service(_SERVICE, TTL_S)
    try:
        async with open_client() as client:
            there = await client.get(url)
            if not there.is_success:
                return _refused("reading", there)
            rules = _RULE.findall(there.text)
            ours = _rule(origin)
            if _plain(ours) in map(_plain, rules):
                return ok(_ID, "it was there")
            # what is not named keeps its setting
            body = f"<StorageServiceProperties><Cors>{''.join([*rules, ours])}</Cors></StorageServiceProperties>"
            done = await client.put(url, content=f'<?xml version="1.0" encoding="utf-8"?>{body}')
    except httpx.TransportError as error:
        return fail(_ID, str(error) or type(error).__name__, _WANTED, "the account and the endpoint of the bucket URL")
    if not done.is_success:
        return _refused("setting", done)
    return ok(_ID, f"set for {origin}" + (f", beside {len(rules)} others" if rules else ""))


def _rule(origin: str) -> str:
    parts = {
        "AllowedOrigins": origin,
        "AllowedMethods": ",".join(cors.METHODS),
        "AllowedHeaders": "*",
        "ExposedHeaders": "*",
        "MaxAgeInSeconds": str(cors.MAX_AGE_S),
    }
    return f"<CorsRule>{''.join(f'<{name}>{escape(value)}</{name}>' for name, value in parts.items())}</CorsRule>"


def _plain(rule: str) -> set[tuple[str, str]]:
    """Return what the rule says: services give it back in another order."""
    return set(re.findall(r"<((?:Allowed|Exposed)\w+)>\s*([^<]*?)\s*</", rule))


def _refused(what: str, answer: httpx.Response) -> Finding:
    seen = f"{what} the rules answers {answer.status_code} {answer.headers.get('x-ms-error-code', '')}".strip()
    return fail(_ID, seen, _WANTED, "the account's key, or the rule set by whoever administers the account")
