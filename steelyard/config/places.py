"""Where the settings say that data is kept: by URL, or by parts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from steelyard.config.bucket_url import Bucket, folder_of, parse_bucket_url
from steelyard.config.container_url import Container, is_container_url, parse_container_url
from steelyard.config.groups.places import DatabaseSettings, ObjectSettings
from steelyard.config.mysql_url import MysqlAddress, parse_mysql_url, tls_mode
from steelyard.kernel.errors import Invalid


def mysql_of(settings: DatabaseSettings) -> MysqlAddress | None:
    """Return the database's address, None for SQLite. Raises `Invalid`."""
    if settings.url:
        return parse_mysql_url(settings.url)
    if not settings.host:
        return None
    return MysqlAddress(
        host=settings.host,
        port=settings.port,
        username=settings.username,
        password=settings.password,
        database=settings.name,
        tls=tls_mode("preferred", settings.ca),
        ca=settings.ca,
    )


def bucket_of(settings: ObjectSettings) -> Bucket | Container | None:
    """Return the bucket, None for a folder. Raises `Invalid`.

    Endpoint and bucket that are set by themselves count, whatever the URL was read as.
    """
    if not settings.bucket or folder_of(settings.bucket):
        return None
    if is_container_url(settings.bucket):
        return _container_of(settings)
    found = parse_bucket_url(settings.bucket, settings.region)
    if settings.name and found.endpoint.partition("://")[2] == settings.name:
        # the bucket was taken for the host, and what follows it for the bucket
        prefix = f"{found.bucket}/{found.prefix}".strip("/")
        found = replace(found, bucket=settings.name, prefix=prefix, endpoint="", path_style=False)
    elif settings.name:
        found = replace(found, bucket=settings.name)
    if settings.endpoint:
        found = replace(found, endpoint=settings.endpoint.rstrip("/"), path_style=True)
    return found


def _container_of(settings: ObjectSettings) -> Container:
    found = parse_container_url(settings.bucket, settings.storage_key, settings.endpoint)
    if not found.key:
        raise Invalid("the container's account has no key: set AZURE_STORAGE_KEY, or write az://:key@account/container")
    return replace(found, container=settings.name) if settings.name else found


def public_endpoint_of(settings: ObjectSettings, bucket: Bucket | Container | None = None) -> str:
    """Return where clients reach the service of a bucket; the setting is about that of the main one."""
    main = bucket_of(settings)
    is_there = bucket is None or (main is not None and _service_of(main) == _service_of(bucket))
    return settings.public_endpoint if is_there else ""


def _service_of(bucket: Bucket | Container) -> str:
    return bucket.root if isinstance(bucket, Container) else bucket.endpoint


def folder_of_objects(settings: ObjectSettings, data_dir: Path) -> Path:
    """Return where objects lie when there is no bucket."""
    folder = folder_of(settings.bucket)
    if settings.bucket and folder is None:
        raise Invalid("objects are in a bucket")
    return folder or data_dir / "objects"
