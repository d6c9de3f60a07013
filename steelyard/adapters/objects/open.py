"""Chooses the object store that the settings name."""

from __future__ import annotations

from pathlib import Path

from steelyard.adapters.objects.local import LocalStore
from steelyard.adapters.objects.signing import UrlSigner
from steelyard.config.settings import ObjectSettings
from steelyard.kernel.errors import Invalid
from steelyard.ports.objects import ObjectStore


def open_store(settings: ObjectSettings, data_dir: Path, signing_key: str) -> ObjectStore:
    """Return a folder under `data_dir` when no bucket is set. Raises `Invalid` for a bucket URL we cannot read."""
    if not settings.bucket:
        return LocalStore(data_dir / "objects", UrlSigner(signing_key))
    raise Invalid(f"the bucket URL {settings.bucket.split(':', 1)[0]}: is of no known kind; use s3://")


def bucket_origin(settings: ObjectSettings) -> str:
    """Return the origin of signed bucket URLs, empty when they lead to ourselves."""
    del settings
    return ""
