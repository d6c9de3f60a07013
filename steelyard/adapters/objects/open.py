"""Chooses the object store that the settings name."""

from __future__ import annotations

from pathlib import Path

from steelyard.adapters.objects.local import LocalStore
from steelyard.adapters.objects.proxied import ProxiedStore
from steelyard.adapters.objects.sas import ContainerSigner
from steelyard.adapters.objects.signing import UrlSigner
from steelyard.adapters.objects.sigv4 import BucketSigner
from steelyard.config.bucket_url import Bucket
from steelyard.config.container_url import Container
from steelyard.config.places import bucket_of, folder_of_objects
from steelyard.config.settings import ObjectSettings
from steelyard.ports.objects import ObjectStore


def open_store(settings: ObjectSettings, data_dir: Path, signing_key: str) -> ObjectStore:
    """Return a folder under `data_dir` when no bucket is set. Raises `Invalid` for a bucket URL we cannot read."""
    place = bucket_of(settings)
    if place is None:
        return LocalStore(folder_of_objects(settings, data_dir), UrlSigner(signing_key))
    signer = UrlSigner(signing_key)
    bucket = _open_bucket(place, signer, settings)
    return ProxiedStore(bucket, signer) if settings.proxied else bucket


def open_place(where: str, settings: ObjectSettings) -> ObjectStore:
    """Return the folder or the bucket at `where`, a path or a URL, for objects that nobody is given URLs of.

    Of the settings count those that a URL may leave out. Raises `Invalid` for a URL that we cannot read.
    """
    if "://" not in where:
        return LocalStore(Path(where), UrlSigner(""))
    there = ObjectSettings(bucket=where, region=settings.region, storage_key=settings.storage_key)
    return open_store(there, Path(), "")


def _open_bucket(place: Bucket | Container, signer: UrlSigner, settings: ObjectSettings) -> ObjectStore:
    # a large library that a folder does not need
    if isinstance(place, Container):
        from steelyard.adapters.objects.azure import AzureObjects

        return AzureObjects(place, signer, public_root=settings.public_endpoint)
    from steelyard.adapters.objects.s3 import S3Objects, S3Options

    options = S3Options(settings.public_endpoint, settings.kms_key_id, settings.purge_versions)
    return S3Objects(place, signer, options)


def bucket_origin(settings: ObjectSettings) -> str:
    """Return the origin of signed bucket URLs, empty when they lead to ourselves."""
    bucket = bucket_of(settings)
    if bucket is None or settings.proxied:
        return ""
    if isinstance(bucket, Container):
        return ContainerSigner(bucket, root=settings.public_endpoint).origin
    return BucketSigner(bucket, endpoint=settings.public_endpoint).origin
