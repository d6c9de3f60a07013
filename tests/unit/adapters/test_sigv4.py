"""Signatures against the example that AWS publishes ("Authenticating Requests: Using Query Parameters")."""

from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

from steelyard.adapters.objects.sigv4 import BucketSigner, Credentials, Signed
from steelyard.config.bucket_url import Bucket

ACCOUNT = Credentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
MOMENT = datetime(2013, 5, 24, tzinfo=UTC)


def signer(endpoint: str = "https://s3.amazonaws.com", *, path_style: bool = False) -> BucketSigner:
    bucket = Bucket("examplebucket", "", endpoint, "us-east-1", "", "", path_style)
    return BucketSigner(bucket, clock=lambda: MOMENT)


def test_the_published_example() -> None:
    assert signer().sign(ACCOUNT, "GET", "test.txt", 86400) == (
        "https://examplebucket.s3.amazonaws.com/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256"
        "&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request"
        "&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host"
        "&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"
    )


def test_where_a_bucket_is() -> None:
    assert (
        signer(path_style=True)
        .sign(ACCOUNT, "GET", "a b/ü", 60)
        .startswith("https://s3.amazonaws.com/examplebucket/a%20b/%C3%BC?")
    )
    assert (
        signer("http://minio:9000/s3/", path_style=True)
        .sign(ACCOUNT, "GET", "", 60)
        .startswith("http://minio:9000/s3/examplebucket/?")
    )
    assert signer("").sign(ACCOUNT, "GET", "x", 60).startswith("https://examplebucket.s3.us-east-1.amazonaws.com/x?")


def test_everything_that_a_url_fixes_changes_its_signature() -> None:
    def signature(**more: object) -> str:
        url = signer().sign(ACCOUNT, "PUT", "key", 60, Signed(**more))  # type: ignore[arg-type]
        (found,) = parse_qs(urlsplit(url).query)["X-Amz-Signature"]
        return found

    variants = [
        {},
        {"query": [("partNumber", "1"), ("uploadId", "u")]},
        {"query": [("partNumber", "2"), ("uploadId", "u")]},
        {"headers": {"Content-MD5": "a"}},
        {"headers": {"Content-MD5": "b"}},
    ]
    assert len({signature(**more) for more in variants}) == len(variants)


def test_temporary_credentials_travel_in_the_url() -> None:
    account = Credentials("key", "secret", "a token/with+signs")
    query = parse_qs(urlsplit(signer().sign(account, "GET", "key", 60)).query)
    assert query["X-Amz-Security-Token"] == ["a token/with+signs"]


def test_the_signing_key_follows_day_and_secret() -> None:
    once = signer()
    first = once.sign(ACCOUNT, "GET", "key", 60)
    once.sign(Credentials("key", "another"), "GET", "key", 60)
    assert once.sign(ACCOUNT, "GET", "key", 60) == first
