"""Checks of an S3-compatible bucket, by signed URLs as clients and browsers use them.

Everything is written below `steelyard-doctor/<random>/` under the bucket's prefix, and removed at the end.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
import ssl
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from secrets import token_bytes, token_hex
from urllib.parse import urlsplit

import httpx

from steelyard.adapters.objects.account import BucketAccount
from steelyard.adapters.objects.sigv4 import PLAIN, BucketSigner, Credentials, Signed
from steelyard.config.bucket_url import Bucket
from steelyard.doctor import cors
from steelyard.doctor.certificates import look_at_certificate
from steelyard.doctor.findings import Finding, fail, info, ok, warn
from steelyard.kernel.clock import utc_now
from steelyard.kernel.errors import Invalid, Unavailable

_TTL_S = 300
_TIMEOUT = httpx.Timeout(30.0, connect=5.0)
_PART = 5 << 20
_ODD_KEY = "odd/a b+c%25#d?e&f=ü/日本 '(1)'.txt"
_SKEW_FAIL_S, _SKEW_WARN_S = 300.0, 30.0
_POLICY = "the account needs GetObject, PutObject, DeleteObject, AbortMultipartUpload and ListBucket on the bucket"


@asynccontextmanager
async def open_client() -> AsyncIterator[httpx.AsyncClient]:
    """Yield a client that trusts what the server trusts and asks without credentials of its own."""
    async with httpx.AsyncClient(timeout=_TIMEOUT, verify=ssl.create_default_context()) as client:
        yield client


def look_at_url(bucket: Bucket) -> Finding:
    """Say how the URL was read: the same text names a store or a bucket, by rules that surprise."""
    style = "in the path" if bucket.path_style else "in the host's name"
    who = "with the machine's own credentials" if not bucket.key else f"as {bucket.key}"
    seen = (
        f"store {bucket.endpoint or 'AWS'}, bucket {bucket.bucket} {style}, prefix {bucket.prefix or 'none'},"
        f" region {bucket.region}, {who}"
    )
    if bucket.endpoint and "." not in bucket.endpoint and ":" not in bucket.endpoint.partition("://")[2]:
        fix = f"if {urlsplit(bucket.endpoint).hostname} is the bucket, set STEELYARD_OBJECTS_NAME to it"
        return warn("bucket.url", seen, "a host with a dot or a port where a store is meant", fix)
    return ok("bucket.url", seen)


@dataclass(frozen=True)
class Readers:
    """Those who read the bucket by signed URLs: where their pages come from, and where they reach the store."""

    origin: str
    public_endpoint: str = ""
    proxied: bool = False


class BucketCheck:
    """The steps, in their order. Later ones use what earlier ones have stored."""

    def __init__(self, bucket: Bucket, account: Credentials, client: httpx.AsyncClient, readers: Readers) -> None:
        self._bucket = bucket
        self._account = account
        self._client = client
        self._origin = readers.origin
        self._own, self._public = BucketSigner(bucket), BucketSigner(bucket, endpoint=readers.public_endpoint)
        self._root = "/".join(part for part in (bucket.prefix, "steelyard-doctor", token_hex(8)) if part)
        self._stored: set[str] = set()
        self._body = token_bytes(1024)

    def _url(self, method: str, name: str, *, ttl_s: int = _TTL_S, more: Signed = PLAIN) -> str:
        """Sign for ourselves what we do, and for clients what they do, who may reach the store elsewhere."""
        signer = self._public if name and method in {"GET", "HEAD", "PUT"} else self._own
        return signer.sign(self._account, method, f"{self._root}/{name}" if name else "", ttl_s, more)

    async def _ask(self, method: str, name: str, query: list[tuple[str, str]] | None = None) -> httpx.Response:
        return await self._client.request(method, self._url(method, name, more=Signed(query or [])))

    async def _put(self, name: str, body: bytes) -> httpx.Response:
        self._stored.add(name)
        return await self._client.put(self._url("PUT", name), content=body)

    async def run(self, *, needs_cors: bool) -> AsyncIterator[Finding]:
        """Yield what is found; nothing more once the bucket cannot be reached, read or written."""
        try:
            for step in (self._reach, self._list, self._write, self._read):
                finding = await step()
                yield finding
                if finding.fix and finding.level.word == "FAIL":
                    return
            for step in (self._head_and_range, self._odd_key, self._overwrite, self._tampered, self._expired):
                yield await step()
            yield await self._parts()
            yield await self._cors() if needs_cors else info("bucket.cors", "not needed: bytes pass through the server")
            async for finding in self._facts():
                yield finding
        except httpx.TransportError as error:
            yield self._unreachable(error)
        finally:
            await self._clean_up()

    async def _reach(self) -> Finding:
        try:
            answer = await self._client.get(self._url("HEAD", ""))
        except httpx.TransportError as error:
            return self._unreachable(error)
        return self._clock(answer)

    def _unreachable(self, error: httpx.TransportError) -> Finding:
        url, said = error.request.url, f"{error or type(error).__name__}"
        place = f"{url.scheme}://{url.netloc.decode()}"
        if re.search(r"certificate|ssl|tls|record", said, re.IGNORECASE):
            fix = (
                "a store without TLS is written without tls=true; the authority of its certificate is named in"
                " STEELYARD_SERVER_AUTHORITIES"
            )
            return fail("bucket.tls", f"{place}: {said}", "a certificate that can be checked", fix)
        fix = "host and port of the bucket URL; is the store up, and does a firewall let us through?"
        return fail("bucket.reach", f"{place}: {said}", "a store that answers", fix)

    def _clock(self, answer: httpx.Response) -> Finding:
        place = self._bucket.endpoint or "AWS"
        try:
            ahead = (parsedate_to_datetime(answer.headers["date"]) - utc_now()).total_seconds()
        except (KeyError, ValueError):
            return ok("bucket.reach", f"{place}; it does not say what time it is")
        seen = f"{place}; its clock is {abs(ahead):.0f} s {'ahead' if ahead > 0 else 'behind'}"
        fix = "synchronise the clocks (chrony, systemd-timesyncd): signed URLs are refused otherwise"
        if abs(ahead) > _SKEW_FAIL_S:
            return fail("bucket.clock", seen, "clocks within 30 s of each other", fix)
        if abs(ahead) > _SKEW_WARN_S:
            return warn("bucket.clock", seen, "clocks within 30 s of each other", fix)
        return ok("bucket.reach", place)

    async def _list(self) -> Finding:
        query = [("list-type", "2"), ("max-keys", "1"), ("prefix", self._bucket.prefix)]
        answer = await self._ask("GET", "", query)
        if answer.status_code == 200:
            return ok("bucket.list", f"{self._bucket.bucket} can be listed")
        return _refused("bucket.list", answer, self._bucket)

    async def _write(self) -> Finding:
        answer = await self._put("object", self._body)
        if answer.status_code != 200:
            return _refused("bucket.write", answer, self._bucket)
        etag = answer.headers.get("etag", "").strip('"')
        if etag == hashlib.md5(self._body, usedforsecurity=False).hexdigest():
            return ok("bucket.write", "a signed PUT without credentials; the ETag is the MD5")
        return info("bucket.write", f"a signed PUT; the ETag {etag or 'is missing'} is not the MD5, as with KMS")

    async def _read(self) -> Finding:
        answer = await self._ask("GET", "object")
        if answer.status_code != 200:
            return _refused("bucket.read", answer, self._bucket)
        if answer.content != self._body:
            return fail(
                "bucket.read", "other bytes come back", "what was written", "look for a cache or a proxy between"
            )
        return ok("bucket.read", "a signed GET gives the same bytes")

    async def _head_and_range(self) -> Finding:
        head = await self._ask("HEAD", "object")
        part = await self._client.get(self._url("GET", "object"), headers={"Range": "bytes=10-19"})
        if head.status_code == 200 and part.status_code == 206 and part.content == self._body[10:20]:
            return ok("bucket.ranges", "HEAD and ranges work")
        seen = f"HEAD answers {head.status_code}, a range {part.status_code}"
        return fail("bucket.ranges", seen, "200 and 206", "a proxy before the store must pass HEAD and Range")

    async def _odd_key(self) -> Finding:
        put = await self._put(_ODD_KEY, self._body)
        got = await self._ask("GET", _ODD_KEY)
        if put.status_code == 200 and got.content == self._body:
            return ok("bucket.names", "names with spaces, %, # and other scripts")
        fix = "a proxy before the store must pass paths as they are, without decoding them"
        seen = f"PUT answers {put.status_code}, GET {got.status_code}"
        return fail("bucket.names", seen, "files may have names with spaces, % and #", fix)

    async def _overwrite(self) -> Finding:
        await self._put("object", b"second")
        second = await self._ask("GET", "object")
        await self._ask("DELETE", "object")
        gone = await self._ask("GET", "object")
        if second.content == b"second" and gone.status_code == 404:
            return ok("bucket.delete", "objects can be written over and deleted")
        if gone.status_code != 404:
            fix = f"{_POLICY}; without deleting, space is never freed"
            return fail("bucket.delete", f"after DELETE a GET answers {gone.status_code}", "404", fix)
        return fail("bucket.delete", "the first content comes back", "the second", "look for a cache before the store")

    async def _tampered(self) -> Finding:
        await self._put("object", self._body)
        url = self._url("GET", "object")
        answer = await self._client.get(url[:-4] + ("0000" if not url.endswith("0000") else "1111"))
        if answer.status_code in {400, 401, 403}:
            return ok("bucket.signature", f"a wrong signature answers {answer.status_code}")
        fix = "the bucket is open to everybody: block public access"
        return fail("bucket.signature", f"a wrong signature answers {answer.status_code}", "403", fix)

    async def _expired(self) -> Finding:
        url = self._url("GET", "object", ttl_s=1)
        await asyncio.sleep(2.5)
        answer = await self._client.get(url)
        if answer.status_code in {400, 401, 403}:
            return ok("bucket.expiry", f"an address that has ended answers {answer.status_code}")
        fix = "block public access, and look for a cache before the store"
        return fail("bucket.expiry", f"an address that has ended answers {answer.status_code}", "403", fix)

    async def _parts(self) -> Finding:
        fix = f"{_POLICY}; a proxy before the store must pass bodies of 5 MB and POST"
        began = time.monotonic()
        try:
            upload = await self._start_parts("large")
            etags = [await self._put_part("large", upload, number) for number in (1, 2, 3)]
            listed = "".join(
                f"<Part><PartNumber>{number}</PartNumber><ETag>{etag}</ETag></Part>"
                for number, etag in enumerate(etags, 1)
            )
            url = self._url("POST", "large", more=Signed([("uploadId", upload)]))
            body = f"<CompleteMultipartUpload>{listed}</CompleteMultipartUpload>"
            self._stored.add("large")
            done = await self._client.post(url, content=body)
            head = await self._ask("HEAD", "large")
            other = await self._start_parts("given-up")
            aborted = await self._ask("DELETE", "given-up", [("uploadId", other)])
        except _StepError as error:
            return fail("bucket.parts", str(error), "an upload in three parts", fix)
        size = int(head.headers.get("content-length", "0"))
        if done.status_code != 200 or size != 2 * _PART + 1024 or aborted.status_code >= 300:
            seen = f"completing answers {done.status_code}, giving up {aborted.status_code}, {size} bytes are there"
            return fail("bucket.parts", seen, "an upload in three parts", fix)
        return ok(
            "bucket.parts", f"three parts, {size >> 20} MB, in {time.monotonic() - began:.1f} s; another given up"
        )

    async def _start_parts(self, name: str) -> str:
        answer = await self._ask("POST", name, [("uploads", "")])
        found = re.search(r"<UploadId>([^<]+)</UploadId>", answer.text)
        if found is None:
            raise _StepError(f"beginning answers {answer.status_code} {_code(answer)}")
        return found[1]

    async def _put_part(self, name: str, upload: str, number: int) -> str:
        url = self._url("PUT", name, more=Signed([("partNumber", str(number)), ("uploadId", upload)]))
        answer = await self._client.put(url, content=b"x" * (_PART if number < 3 else 1024))
        if answer.status_code != 200 or "etag" not in answer.headers:
            raise _StepError(f"part {number} answers {answer.status_code} {_code(answer)}")
        return answer.headers["etag"]

    async def _cors(self) -> Finding:
        preflights: dict[str, Mapping[str, str]] = {}
        for method in ("GET", "HEAD", "PUT"):
            asked = {
                "Origin": self._origin,
                "Access-Control-Request-Method": method,
                "Access-Control-Request-Headers": "content-md5,content-type",
            }
            answer = await self._client.options(self._url(method, "object"), headers=asked)
            preflights[method] = answer.headers if answer.status_code < 300 else {}
        plain = await self._client.get(self._url("GET", "object"), headers={"Origin": self._origin})
        return cors.look_at_answers(self._origin, preflights, plain.headers)

    async def _facts(self) -> AsyncIterator[Finding]:
        """What the bucket does by itself; many stores, and many accounts, do not say."""
        for what, id_ in (("versioning", "bucket.versioning"), ("encryption", "bucket.encryption")):
            answer = await self._ask("GET", "", [(what, "")])
            found = re.search(r"<(?:Status|SSEAlgorithm)>([^<]+)<", answer.text) if answer.status_code == 200 else None
            yield info(id_, found[1] if found else "off" if answer.status_code == 200 else "it does not say")

    async def _clean_up(self) -> None:
        for name in self._stored:
            try:
                await self._ask("DELETE", name)
            except httpx.TransportError:
                return


class _StepError(Exception):
    """A step of several was refused; the text says which."""


def _code(answer: httpx.Response) -> str:
    found = re.search(r"<Code>([^<]+)</Code>", answer.text)
    return found[1] if found else ""


def _refused(id_: str, answer: httpx.Response, bucket: Bucket) -> Finding:
    code, seen = _code(answer), f"{answer.status_code} {_code(answer)}".strip()
    wanted = f"the account may use the bucket {bucket.bucket}"
    if code == "NoSuchBucket" or (answer.status_code == 404 and not code):
        fix = f"make the bucket {bucket.bucket}, or name another one in the bucket URL"
        return fail(id_, seen, f"a bucket {bucket.bucket}", fix)
    if code in {"InvalidAccessKeyId", "SignatureDoesNotMatch"}:
        fix = "key and secret of the bucket URL; special characters are percent-encoded"
        return fail(id_, seen, "keys that the store knows", fix)
    if code in {
        "AuthorizationHeaderMalformed",
        "AuthorizationQueryParametersError",
        "PermanentRedirect",
        "InvalidRegion",
    }:
        fix = "the region: ?region= in the bucket URL, or AWS_REGION"
        return fail(id_, f"{seen}: region {bucket.region}", "the region that the bucket is in", fix)
    if code == "RequestTimeTooSkewed":
        return fail("bucket.clock", seen, "clocks within 30 s of each other", "synchronise the clocks of both machines")
    return fail(id_, seen, wanted, _POLICY)


async def look_at_bucket(bucket: Bucket, readers: Readers) -> AsyncIterator[Finding]:
    """Yield all that is found of a bucket."""
    yield look_at_url(bucket)
    seen_at = BucketSigner(bucket, endpoint=readers.public_endpoint).origin
    for address in dict.fromkeys((bucket.endpoint, seen_at)):
        if address.startswith("https://"):
            certificate = await look_at_certificate("bucket.certificate", address)
            if certificate is not None:
                yield certificate
    if urlsplit(readers.origin).scheme == "https" and seen_at.startswith("http://") and not readers.proxied:
        yield fail(
            "bucket.mixed_content",
            f"pages come from {readers.origin}, objects from {seen_at}",
            "https for both: browsers refuse the rest",
            "give the store TLS (tls=true, or STEELYARD_OBJECTS_PUBLIC_ENDPOINT), or set BUCKET_PROXY=true",
        )
    try:
        account = await BucketAccount(bucket).credentials()
    except (Invalid, Unavailable) as error:
        fix = "keys in the bucket URL, or a role of this machine (EKS, ECS, EC2), or AWS_ACCESS_KEY_ID"
        yield fail("bucket.account", error.message, "credentials for the bucket", fix)
        return
    async with open_client() as client:
        async for finding in BucketCheck(bucket, account, client, readers).run(needs_cors=not readers.proxied):
            yield finding
