"""Puts the CORS rule that browsers need on a bucket, beside the rules that are there."""

from __future__ import annotations

import base64
import hashlib
import re

import httpx

from steelyard.adapters.objects.account import BucketAccount
from steelyard.adapters.objects.sigv4 import BucketSigner, Signed
from steelyard.config.bucket_url import Bucket
from steelyard.doctor import cors
from steelyard.doctor.findings import Finding, fail, ok
from steelyard.doctor.store_check import open_client
from steelyard.kernel.errors import Invalid, Unavailable

_RULE = re.compile(r"<CORSRule>.*?</CORSRule>", re.DOTALL)
_TTL_S = 300
_ID, _WANTED = "bucket.cors_rule", "the rule that is printed below"


async def set_rule(bucket: Bucket, origin: str) -> Finding:
    """Add the rule for pages of `origin`, unless it is there."""
    try:
        account = await BucketAccount(bucket).credentials()
    except (Invalid, Unavailable) as error:
        return fail(_ID, error.message, _WANTED, "keys in the bucket URL")
    url = {
        method: BucketSigner(bucket).sign(account, method, "", _TTL_S, Signed([("cors", "")]))
        for method in ("GET", "PUT")
    }
    try:
        async with open_client() as client:
            there = await client.get(url["GET"])
            if there.status_code not in {200, 404}:  # S3 answers 404 where no rule has ever been set
                return _refused("reading", there, "s3:GetBucketCORS")
            rules = _RULE.findall(there.text) if there.status_code == httpx.codes.OK else []
            ours = cors.rule_as_xml(origin)
            if _plain(ours) in map(_plain, rules):
                return ok(_ID, "it was there")
            body = f"<CORSConfiguration>{''.join([*rules, ours])}</CORSConfiguration>".encode()
            digest = base64.b64encode(hashlib.md5(body, usedforsecurity=False).digest()).decode()
            done = await client.put(url["PUT"], content=body, headers={"Content-MD5": digest})
    except httpx.TransportError as error:
        return fail(_ID, str(error) or type(error).__name__, _WANTED, "host and port of the bucket URL")
    if done.status_code >= 300:
        return _refused("setting", done, "s3:PutBucketCORS")
    return ok(_ID, f"set for {origin}" + (f", beside {len(rules)} others" if rules else ""))


def _plain(rule: str) -> set[tuple[str, str]]:
    """Return what the rule says: stores give it back in another order."""
    return set(re.findall(r"<(Allowed\w+|Expose\w+)>\s*([^<]*?)\s*</", rule))


def _refused(what: str, answer: httpx.Response, right: str) -> Finding:
    found = re.search(r"<Code>([^<]+)</Code>", answer.text)
    seen = f"{what} the rules answers {answer.status_code} {found[1] if found else ''}".strip()
    return fail(_ID, seen, _WANTED, f"an account with {right}, or the rule set by whoever administers the bucket")
