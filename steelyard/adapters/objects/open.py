"""Chooses the object store that the settings name."""

from __future__ import annotations

from pathlib import Path

from steelyard.adapters.objects.local import LocalStore
from steelyard.adapters.objects.proxied import ProxiedStore
from steelyard.adapters.objects.signing import UrlSigner
from steelyard.adapters.objects.sigv4 import BucketSigner
from steelyard.config.bucket_url import folder_of, parse_bucket_url
from steelyard.config.places import bucket_of, folder_of_objects
from steelyard.config.settings import ObjectSettings
from steelyard.ports.objects import ObjectStore


def open_store(settings: ObjectSettings, data_dir: Path, signing_key: str) -> ObjectStore:
    """Return a folder under `data_dir` when no bucket is set. Raises `Invalid` for a bucket URL we cannot read."""
    place = bucket_of(settings)
    if place is None:
        return LocalStore(folder_of_objects(settings, data_dir), UrlSigner(signing_key))
    from steelyard.adapters.objects.s3 import S3Objects  # a large library that a folder does not need

    signer = UrlSigner(signing_key)
    bucket = S3Objects(place, signer, public_endpoint=settings.public_endpoint, kms_key_id=settings.kms_key_id)
    return ProxiedStore(bucket, signer) if settings.proxied else bucket


def open_place(where: str, region: str) -> ObjectStore:
    """Return the folder or the bucket at `where`, a path or a URL, for objects that nobody is given URLs of.

    Raises `Invalid` for a URL that we cannot read.
    """
    folder = folder_of(where) if "://" in where else Path(where)
    if folder is not None:
        return LocalStore(folder, UrlSigner(""))
    from steelyard.adapters.objects.s3 import S3Objects  # as above

    return S3Objects(parse_bucket_url(where, region), UrlSigner(""))


def bucket_origin(settings: ObjectSettings) -> str:
    """Return the origin of signed bucket URLs, empty when they lead to ourselves."""
    bucket = bucket_of(settings)
    if bucket is None or settings.proxied:
        return ""
    return BucketSigner(bucket, endpoint=settings.public_endpoint).origin
