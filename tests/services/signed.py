"""One S3 request signed with AWS Signature Version 4, for the few things tests ask of a store by themselves."""

import datetime as dt
import hashlib
import hmac
import urllib.error
import urllib.parse
import urllib.request

TIMEOUT_S = 5


def signed_request(method: str, url: str, key: str, secret: str, region: str, body: bytes = b"") -> int:
    """Send the request and return the answer's status. Raises `OSError` when there is no answer."""
    moment = dt.datetime.now(dt.UTC).strftime("%Y%m%dT%H%M%SZ")
    parts = urllib.parse.urlsplit(url)
    digest = hashlib.sha256(body).hexdigest()
    headers = {"host": parts.netloc, "x-amz-content-sha256": digest, "x-amz-date": moment}
    names = ";".join(headers)
    lines = "".join(f"{name}:{value}\n" for name, value in headers.items())
    canonical = f"{method}\n{parts.path}\n{parts.query}\n{lines}\n{names}\n{digest}"
    scope = f"{moment[:8]}/{region}/s3/aws4_request"
    to_sign = "\n".join(["AWS4-HMAC-SHA256", moment, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    chain = f"AWS4{secret}".encode()
    for step in scope.split("/"):
        chain = hmac.digest(chain, step.encode(), "sha256")
    signature = hmac.digest(chain, to_sign.encode(), "sha256").hex()
    headers["authorization"] = f"AWS4-HMAC-SHA256 Credential={key}/{scope},SignedHeaders={names},Signature={signature}"
    request = urllib.request.Request(url, data=body or None, method=method, headers=headers)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=TIMEOUT_S) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
