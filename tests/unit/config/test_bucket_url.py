"""How bucket URLs are read: the grammar of W&B Server, case by case."""

from pathlib import Path

import pytest

from steelyard.config.bucket_url import Bucket, check_bucket_url, folder_of, parse_bucket_url
from steelyard.config.groups.places import ObjectSettings
from steelyard.config.places import bucket_of, folder_of_objects
from steelyard.kernel.errors import Invalid

# URL → bucket, prefix, endpoint, region, key, secret, path style; the region set apart is eu-9
CASES: dict[str, tuple[str, str, str, str, str, str, bool]] = {
    # AWS with the machine's own credentials
    "s3://data": ("data", "", "", "eu-9", "", "", False),
    "s3://data/team/a": ("data", "team/a", "", "eu-9", "", "", False),
    "s3://data/team/a/?region=us-west-2": ("data", "team/a", "", "us-west-2", "", "", False),
    # keys without a path: AWS
    "s3://AK:SK@data": ("data", "", "", "eu-9", "AK", "SK", False),
    "s3://AK:SK@data/": ("data", "", "", "eu-9", "AK", "SK", False),
    # keys and a path, or a port: the authority is an endpoint
    "s3://AK:SK@s3.example.org/data": ("data", "", "http://s3.example.org", "eu-9", "AK", "SK", True),
    "s3://AK:SK@s3.example.org/data/a/b?tls=true": ("data", "a/b", "https://s3.example.org", "eu-9", "AK", "SK", True),
    "s3://AK:SK@10.0.0.1:9000/data?tls=1": ("data", "", "https://10.0.0.1:9000", "eu-9", "AK", "SK", True),
    "s3://minio:9000/data": ("data", "", "http://minio:9000", "eu-9", "", "", True),
    "s3://AK:SK@[::1]:9000/data": ("data", "", "http://[::1]:9000", "eu-9", "AK", "SK", True),
    "s3://AK:SK@store:9000/data?tls=false&forcePathStyle=false": (
        *("data", "", "http://store:9000", "eu-9", "AK", "SK", False),
    ),
    # keys and a prefix at AWS need its regional endpoint, which says the region as well
    "s3://AK:SK@s3.us-west-2.amazonaws.com/data/a": (
        *("data", "a", "https://s3.us-west-2.amazonaws.com", "us-west-2", "AK", "SK", False),
    ),
    "s3://AK:SK@s3.amazonaws.com/data?tls=false": ("data", "", "https://s3.amazonaws.com", "eu-9", "AK", "SK", False),
    "s3://AK:SK@s3.us-west-2.amazonaws.com/data?region=x&forcePathStyle=true": (
        *("data", "", "https://s3.us-west-2.amazonaws.com", "x", "AK", "SK", True),
    ),
    # the question mark repeated, empty options, options of others
    "s3://AK:SK@h:1/data?region=x?tls=true": ("data", "", "https://h:1", "x", "AK", "SK", True),
    "s3://AK:SK@h:1/data?tls=&region=&partSize=5": ("data", "", "http://h:1", "eu-9", "AK", "SK", True),
    "s3://AK:SK@h:1/data?tls=TRUE&ForcePathStyle=True": ("data", "", "https://h:1", "eu-9", "AK", "SK", True),
    # percent-encoded and raw secrets
    "s3://A%2FK:S%2FK%2B%40@h:1/data": ("data", "", "http://h:1", "eu-9", "A/K", "S/K+@", True),
    "s3://AK:ab/cd+ef==@h:1/data": ("data", "", "http://h:1", "eu-9", "AK", "ab/cd+ef==", True),
    "s3://AK:p@ss:w%rd?x&y@h:1/data": ("data", "", "http://h:1", "eu-9", "AK", "p@ss:w%rd?x&y", True),
    "s3://AK:ab/cd+ef@data": ("data", "", "", "eu-9", "AK", "ab/cd+ef", False),
    "s3://h:1/data/my%20runs": ("data", "my runs", "http://h:1", "eu-9", "", "", True),
    # Google, by its S3 interface
    "gs://AK:S%2FK@data": ("data", "", "https://storage.googleapis.com", "auto", "AK", "S/K", True),
    "gs://AK:S/K@data/team/a": ("data", "team/a", "https://storage.googleapis.com", "auto", "AK", "S/K", True),
    # CoreWeave
    "cw://data?tls=true": ("data", "", "https://cwobject.com", "eu-9", "", "", False),
    "cw://AK:SK@cwobject.com/data/a": ("data", "a", "https://cwobject.com", "eu-9", "AK", "SK", False),
}


@pytest.mark.parametrize("url", CASES)
def test_a_url_is_read_as(url: str) -> None:
    assert parse_bucket_url(url, "eu-9") == Bucket(*CASES[url])


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("data", "must look like s3://"),
        ("", "must look like s3://"),
        ("s3:/data", "must look like s3://"),
        ("s3://", "names no bucket"),
        ("s3://AK:SK@", "names no bucket"),
        ("s3://host:9000", "names no bucket"),
        ("s3://host:9000/?tls=true", "names no bucket"),
        ("s3://AK:SK@host:9000/data?tls=maybe", "tls .* must be true or false"),
        ("s3://AK:SK@host:9000/data?forcePathStyle=2", "forcepathstyle .* must be true or false"),
        ("gs://data", "S3 interface, with an HMAC key"),
        ("gs://me%40project.iam.gserviceaccount.com:-----SK@data", "S3 interface, with an HMAC key"),
        ("gs://me@project.iam.gserviceaccount.com:-----SK@data", "S3 interface, with an HMAC key"),
        ("gs://AK:SK@", "names no bucket"),
        ("gcs://data", "gs://"),
        ("az://account", "no account and container"),
        ("azure://account/container", "az://"),
        ("https://s3.example.org/data", "write s3://"),
        ("file://relative/folder", "whole/path"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_reason(url: str, says: str) -> None:
    with pytest.raises(Invalid, match=says) as told:
        check_bucket_url(url)
    assert "SK" not in told.value.message


def test_a_folder_of_its_own(tmp_path: Path) -> None:
    assert folder_of("file:///vol/files") == Path("/vol/files")
    assert folder_of("s3://data") is None
    settings = ObjectSettings(bucket="file:///vol/my%20files")
    assert bucket_of(settings) is None
    assert folder_of_objects(settings, tmp_path) == Path("/vol/my files")
    assert folder_of_objects(ObjectSettings(), tmp_path) == tmp_path / "objects"


def test_endpoint_and_bucket_set_apart_settle_what_a_url_leaves_open() -> None:
    """The chart of W&B Server writes `s3://key:secret@bucket/prefix` for AWS, which reads as an endpoint."""
    url = "s3://AK:SK@data/a/b"
    assert bucket_of(ObjectSettings(bucket=url)) == Bucket("a", "b", "http://data", "us-east-1", "AK", "SK", True)
    told = bucket_of(ObjectSettings(bucket=url, name="data"))
    assert told == Bucket("data", "a/b", "", "us-east-1", "AK", "SK", False)
    elsewhere = bucket_of(ObjectSettings(bucket=url, name="data", endpoint="https://s3.example.org/"))
    assert elsewhere == Bucket("data", "a/b", "https://s3.example.org", "us-east-1", "AK", "SK", True)
