"""The CORS rule that browsers need on a bucket: written out for operators, compared with what the bucket answers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from xml.sax.saxutils import escape

from steelyard.doctor.findings import Finding, fail, ok, warn

METHODS = ("GET", "HEAD", "PUT")
EXPOSED = ("ETag", "Content-Length", "Content-Range", "Accept-Ranges")
MAX_AGE_S = 3000
FIX = "`steelyard doctor bucket --set-cors`, or put the rule on the bucket that it prints, or set BUCKET_PROXY=true"


def as_json(origin: str) -> str:
    """Return the rule as `aws s3api put-bucket-cors --cors-configuration` takes it."""
    rule = {
        "AllowedOrigins": [origin],
        "AllowedMethods": list(METHODS),
        "AllowedHeaders": ["*"],
        "ExposeHeaders": list(EXPOSED),
        "MaxAgeSeconds": MAX_AGE_S,
    }
    return json.dumps({"CORSRules": [rule]}, indent=2)


def as_xml(origin: str) -> str:
    """Return the rule as the S3 protocol has it (`PUT /?cors`, `mc cors set`)."""
    return f"<CORSConfiguration>\n{rule_as_xml(origin)}\n</CORSConfiguration>"


def as_command(origin: str, account: str) -> str:
    """Return the command that sets the rule for an account of Azure."""
    return (
        f"az storage cors add --account-name {account} --services b --origins {origin} --methods {' '.join(METHODS)}"
        f" --allowed-headers '*' --exposed-headers '*' --max-age {MAX_AGE_S}"
    )


def rule_as_xml(origin: str) -> str:
    lines = [
        f"    <AllowedOrigin>{escape(origin)}</AllowedOrigin>",
        *(f"    <AllowedMethod>{method}</AllowedMethod>" for method in METHODS),
        "    <AllowedHeader>*</AllowedHeader>",
        *(f"    <ExposeHeader>{name}</ExposeHeader>" for name in EXPOSED),
        f"    <MaxAgeSeconds>{MAX_AGE_S}</MaxAgeSeconds>",
    ]
    body = "\n".join(lines)
    return f"  <CORSRule>\n{body}\n  </CORSRule>"


def look_at_answers(origin: str, preflights: Mapping[str, Mapping[str, str]], plain: Mapping[str, str]) -> Finding:
    """Judge the headers of the preflight answers, by method, and of a GET with an origin."""
    id_ = "bucket.cors"
    wanted = f"origin {origin}, methods {', '.join(METHODS)}, all headers, ETag exposed"
    refused = [method for method, headers in preflights.items() if not _lets_in(origin, headers)]
    if len(refused) == len(preflights):
        return fail(id_, f"pages of {origin} are not let in", wanted, FIX)
    short = [method for method, headers in preflights.items() if method in refused or method not in _listed(headers)]
    faults = [f"not allowed: {', '.join(short)}"] if short else []
    if not {"etag", "*"} & {name.strip().lower() for name in plain.get("access-control-expose-headers", "").split(",")}:
        faults.append("ETag is not exposed")
    return warn(id_, "; ".join(faults), wanted, FIX) if faults else ok(id_, f"pages of {origin} are let in")


def _lets_in(origin: str, headers: Mapping[str, str]) -> bool:
    return headers.get("access-control-allow-origin", "") in {origin, "*"}


def _listed(headers: Mapping[str, str]) -> set[str]:
    """Return the methods that a preflight allows; a store may answer with the one that was asked for."""
    return {name.strip().upper() for name in headers.get("access-control-allow-methods", "").split(",")}
