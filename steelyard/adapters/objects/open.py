"""Chooses the object store that the settings name."""

from __future__ import annotations

from pathlib import Path

from steelyard.adapters.objects.bucket_url import parse_bucket_url
from steelyard.adapters.objects.local import LocalStore
from steelyard.adapters.objects.proxied import ProxiedStore
from steelyard.adapters.objects.signing import UrlSigner
from steelyard.config.settings import ObjectSettings
from steelyard.ports.objects import ObjectStore


def open_store(settings: ObjectSettings, data_dir: Path, signing_key: str) -> ObjectStore:
    """Return a folder under `data_dir` when no bucket is set. Raises `Invalid` for a bucket URL we cannot read."""
    if not settings.bucket:
        return LocalStore(data_dir / "objects", UrlSigner(signing_key))
    from steelyard.adapters.objects.s3 import S3Objects  # a large library that a folder does not need

    signer = UrlSigner(signing_key)
    bucket = S3Objects(parse_bucket_url(settings.bucket, settings.region), signer)
    return ProxiedStore(bucket, signer) if settings.proxied else bucket


def bucket_origin(settings: ObjectSettings) -> str:
    """Return the origin of signed bucket URLs, empty when they lead to ourselves."""
    if not settings.bucket or settings.proxied:
        return ""
    bucket = parse_bucket_url(settings.bucket, settings.region)
    return bucket.endpoint or f"https://{bucket.bucket}.s3.{bucket.region}.amazonaws.com"
