"""Chooses the object stores that the settings name."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from steelyard.adapters.objects.local import LocalStore
from steelyard.adapters.objects.marked import MarkedSigner, MarkedStore
from steelyard.adapters.objects.offered import OfferedBuckets
from steelyard.adapters.objects.proxied import ProxiedStore
from steelyard.adapters.objects.routed import RoutedStore
from steelyard.adapters.objects.sas import ContainerSigner
from steelyard.adapters.objects.signing import UrlSigner
from steelyard.adapters.objects.sigv4 import BucketSigner
from steelyard.config.bucket_url import Bucket
from steelyard.config.container_url import Container
from steelyard.config.groups.places import ObjectSettings
from steelyard.config.places import bucket_of, folder_of_objects, public_endpoint_of
from steelyard.config.team_buckets import TeamPlace, team_places
from steelyard.kernel.errors import Invalid
from steelyard.ports.objects import ObjectStore
from steelyard.ports.team_buckets import TeamBucket

Where = Bucket | Container | Path


def open_store(settings: ObjectSettings, data_dir: Path, signing_key: str) -> RoutedStore:
    """Return the main store, a folder under `data_dir` when no bucket is set, and the buckets of teams, as one.

    Raises `Invalid` for a bucket URL we cannot read.
    """
    return _open_routed(settings, data_dir, signing_key, team_places(settings, data_dir))


def open_with_offers(settings: ObjectSettings, data_dir: Path, signing_key: str) -> tuple[RoutedStore, OfferedBuckets]:
    """Return the same, and which buckets a team may have."""
    places = team_places(settings, data_dir)
    store = _open_routed(settings, data_dir, signing_key, places)
    offers = [TeamBucket(place.name, place.location, place.provider, place.bucket, place.path) for place in places]
    return store, OfferedBuckets(offers, store)


def open_place(where: str, settings: ObjectSettings) -> ObjectStore:
    """Return the folder or the bucket at `where`, a path or a URL, for objects that nobody is given URLs of.

    Of the settings count those that a URL may leave out. Raises `Invalid` for a URL that we cannot read.
    """
    if "://" not in where:
        return LocalStore(Path(where), UrlSigner(""))
    there = ObjectSettings(bucket=where, region=settings.region, storage_key=settings.storage_key)
    return open_store(there, Path(), "").main


def _open_routed(settings: ObjectSettings, data_dir: Path, signing_key: str, places: list[TeamPlace]) -> RoutedStore:
    signer = UrlSigner(signing_key)
    main: Where = bucket_of(settings) or folder_of_objects(settings, data_dir)
    store = _open(main, settings, signer)
    return RoutedStore(store, signer, {place.name: _open_marked(place, settings, signing_key) for place in places})


def _open_marked(place: TeamPlace, settings: ObjectSettings, signing_key: str) -> MarkedStore:
    try:
        own = replace(settings, kms_key_id="")  # that of the main bucket
        return MarkedStore(place.name, _open(place.where, own, MarkedSigner(signing_key, place.name)))
    except OSError as error:
        told = f"the folder of {place.name}, {place.where}, cannot be used: {error.strerror}"
        raise Invalid(f"STEELYARD_OBJECTS_TEAM_BUCKETS: {told}") from error


def _open(where: Where, settings: ObjectSettings, signer: UrlSigner) -> ObjectStore:
    if isinstance(where, Path):
        return LocalStore(where, signer)
    bucket = _open_bucket(where, signer, replace(settings, public_endpoint=public_endpoint_of(settings, where)))
    return ProxiedStore(bucket, signer) if settings.proxied else bucket


def _open_bucket(place: Bucket | Container, signer: UrlSigner, settings: ObjectSettings) -> ObjectStore:
    # a large library that a folder does not need
    if isinstance(place, Container):
        from steelyard.adapters.objects.azure import AzureObjects

        return AzureObjects(place, signer, public_root=settings.public_endpoint)
    from steelyard.adapters.objects.s3 import S3Objects, S3Options

    options = S3Options(settings.public_endpoint, settings.kms_key_id, settings.purge_versions)
    return S3Objects(place, signer, options)


def bucket_origins(settings: ObjectSettings, data_dir: Path) -> str:
    """Return the origins of signed bucket URLs, separated by blanks; empty when all lead to ourselves."""
    if settings.proxied:
        return ""
    places: list[Where | None] = [bucket_of(settings), *(place.where for place in team_places(settings, data_dir))]
    origins = [_origin(where, settings) for where in places if where is not None and not isinstance(where, Path)]
    return " ".join(dict.fromkeys(origins))


def _origin(where: Bucket | Container, settings: ObjectSettings) -> str:
    public = public_endpoint_of(settings, where)
    if isinstance(where, Container):
        return ContainerSigner(where, root=public).origin
    return BucketSigner(where, endpoint=public).origin
