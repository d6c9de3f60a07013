"""Checks of the object store that the settings name, whatever kind it is."""

from __future__ import annotations

from collections.abc import AsyncIterator
from urllib.parse import urlsplit

from steelyard.adapters.objects.sas import ContainerSigner
from steelyard.adapters.objects.sigv4 import BucketSigner
from steelyard.config.bucket_url import Bucket
from steelyard.config.container_url import Container
from steelyard.doctor.azure import look_at_container, look_at_container_url, set_container_rule
from steelyard.doctor.bucket import look_at_bucket, look_at_url
from steelyard.doctor.certificates import look_at_certificate
from steelyard.doctor.cors_setting import set_rule
from steelyard.doctor.findings import Finding, fail
from steelyard.doctor.store_check import Readers


async def look_at_store(place: Bucket | Container, readers: Readers) -> AsyncIterator[Finding]:
    """Yield all that is found of a bucket or a container."""
    if isinstance(place, Container):
        yield look_at_container_url(place)
        address, seen_at = place.root, ContainerSigner(place, root=readers.public_endpoint).origin
    else:
        yield look_at_url(place)
        address, seen_at = place.endpoint, BucketSigner(place, endpoint=readers.public_endpoint).origin
    for one in dict.fromkeys((address, seen_at)):
        if one.startswith("https://"):
            certificate = await look_at_certificate("bucket.certificate", one)
            if certificate is not None:
                yield certificate
    if urlsplit(readers.origin).scheme == "https" and seen_at.startswith("http://") and not readers.proxied:
        yield fail(
            "bucket.mixed_content",
            f"pages come from {readers.origin}, objects from {seen_at}",
            "https for both: browsers refuse the rest",
            "give the store TLS (tls=true, or STEELYARD_OBJECTS_PUBLIC_ENDPOINT), or set BUCKET_PROXY=true",
        )
    found = look_at_container(place, readers) if isinstance(place, Container) else look_at_bucket(place, readers)
    async for finding in found:
        yield finding


async def set_rule_of(place: Bucket | Container, origin: str) -> Finding:
    """Add the CORS rule for pages of `origin`, unless it is there."""
    return await (set_container_rule(place, origin) if isinstance(place, Container) else set_rule(place, origin))
