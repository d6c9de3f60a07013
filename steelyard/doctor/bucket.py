"""Checks of an S3-compatible bucket."""

from __future__ import annotations

import hashlib
import re
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import httpx

from steelyard.adapters.objects.account import BucketAccount
from steelyard.adapters.objects.sigv4 import PLAIN, BucketSigner, Credentials, Signed
from steelyard.config.bucket_url import Bucket
from steelyard.doctor.findings import Finding, fail, info, ok, warn
from steelyard.doctor.store_check import PART, TTL_S, Readers, StepError, StoreCheck, open_client
from steelyard.kernel.errors import Invalid, Unavailable

_POLICY = "the account needs GetObject, PutObject, DeleteObject, AbortMultipartUpload and ListBucket on the bucket"


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


class BucketCheck(StoreCheck):
    policy = _POLICY

    def __init__(self, bucket: Bucket, account: Credentials, client: httpx.AsyncClient, readers: Readers) -> None:
        super().__init__(bucket.endpoint or "AWS", bucket.prefix, client, readers.origin)
        self._bucket = bucket
        self._purges = readers.purges
        self._account = account
        self._own, self._public = BucketSigner(bucket), BucketSigner(bucket, endpoint=readers.public_endpoint)

    def _url(self, method: str, name: str, *, ttl_s: int = TTL_S, more: Signed = PLAIN) -> str:
        signer = self._public if name and method in {"GET", "HEAD", "PUT"} else self._own
        return signer.sign(self._account, method, f"{self._root}/{name}" if name else "", ttl_s, more)

    async def _ask(self, method: str, name: str, query: list[tuple[str, str]] | None = None) -> httpx.Response:
        return await self._client.request(method, self._url(method, name, more=Signed(query or [])))

    async def _list(self) -> Finding:
        query = [("list-type", "2"), ("max-keys", "1"), ("prefix", self._bucket.prefix)]
        answer = await self._ask("GET", "", query)
        if answer.status_code == 200:
            return ok("bucket.list", f"{self._bucket.bucket} can be listed")
        return self._denied("bucket.list", answer)

    def _written(self, answer: httpx.Response) -> Finding:
        etag = answer.headers.get("etag", "").strip('"')
        if etag == hashlib.md5(self._body, usedforsecurity=False).hexdigest():
            return ok("bucket.write", "a signed PUT without credentials; the ETag is the MD5")
        return info("bucket.write", f"a signed PUT; the ETag {etag or 'is missing'} is not the MD5, as with KMS")

    def _denied(self, id_: str, answer: httpx.Response) -> Finding:
        return _refused(id_, answer, self._bucket)

    async def _in_parts(self) -> tuple[int, str]:
        upload = await self._start_parts("large")
        etags = [await self._put_part("large", upload, number) for number in (1, 2, 3)]
        listed = "".join(
            f"<Part><PartNumber>{number}</PartNumber><ETag>{etag}</ETag></Part>" for number, etag in enumerate(etags, 1)
        )
        url = self._url("POST", "large", more=Signed([("uploadId", upload)]))
        self._stored.add("large")
        done = await self._client.post(url, content=f"<CompleteMultipartUpload>{listed}</CompleteMultipartUpload>")
        head = await self._ask("HEAD", "large")
        other = await self._start_parts("given-up")
        aborted = await self._ask("DELETE", "given-up", [("uploadId", other)])
        size = int(head.headers.get("content-length", "0"))
        if done.status_code != 200 or size != 2 * PART + 1024 or aborted.status_code >= 300:
            seen = f"completing answers {done.status_code}, giving up {aborted.status_code}, {size} bytes are there"
            raise StepError(seen)
        return size, "another given up"

    async def _start_parts(self, name: str) -> str:
        answer = await self._ask("POST", name, [("uploads", "")])
        found = re.search(r"<UploadId>([^<]+)</UploadId>", answer.text)
        if found is None:
            raise StepError(f"beginning answers {answer.status_code} {_code(answer)}")
        return found[1]

    async def _put_part(self, name: str, upload: str, number: int) -> str:
        url = self._url("PUT", name, more=Signed([("partNumber", str(number)), ("uploadId", upload)]))
        answer = await self._client.put(url, content=b"x" * (PART if number < 3 else 1024))
        if answer.status_code != 200 or "etag" not in answer.headers:
            raise StepError(f"part {number} answers {answer.status_code} {_code(answer)}")
        return answer.headers["etag"]

    async def _facts(self) -> AsyncIterator[Finding]:
        yield await self._versioning(await self._told("versioning", "Status"))
        yield info("bucket.encryption", await self._told("encryption", "SSEAlgorithm"))

    async def _told(self, what: str, element: str) -> str:
        answer = await self._ask("GET", "", [(what, "")])
        found = re.search(f"<{element}>([^<]+)<", answer.text) if answer.status_code == 200 else None
        return found[1] if found else "off" if answer.status_code == 200 else "it does not say"

    async def _versioning(self, seen: str) -> Finding:
        """Say what becomes of old versions: they take space until somebody deletes them."""
        id_ = "bucket.versioning"
        if not self._purges:
            kept = seen not in {"off", "it does not say"}
            more = ": what is deleted stays as an old version" if kept else ""
            fix = "a lifecycle rule that ends old versions (NoncurrentVersionExpiration), or"
            return info(id_, f"{seen}{more}", fix=f"{fix} STEELYARD_OBJECTS_PURGE_VERSIONS=true" if kept else "")
        answer = await self._ask("GET", "", [("versions", ""), ("max-keys", "1"), ("prefix", f"{self._root}/")])
        if answer.status_code == 200:
            return ok(id_, f"{seen}: what is deleted goes with its versions")
        fix = "the account needs ListBucketVersions and DeleteObjectVersion, or STEELYARD_OBJECTS_PURGE_VERSIONS=false"
        return fail(id_, f"{answer.status_code} {_code(answer)}".strip(), "versions that can be listed", fix)


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
    """Yield what is found by using it."""
    try:
        account = await BucketAccount(bucket).credentials()
    except (Invalid, Unavailable) as error:
        fix = "keys in the bucket URL, or a role of this machine (EKS, ECS, EC2), or AWS_ACCESS_KEY_ID"
        yield fail("bucket.account", error.message, "credentials for the bucket", fix)
        return
    async with open_client() as client:
        async for finding in BucketCheck(bucket, account, client, readers).run(needs_cors=not readers.proxied):
            yield finding
