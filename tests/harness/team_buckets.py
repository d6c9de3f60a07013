"""Buckets for teams beside the main one, as the engine has them: folders, or another bucket of the S3 server."""

import secrets
from pathlib import Path

from tests.harness.engines import SQLITE, Engine
from tests.services import s3


def team_bucket_urls(engine: Engine, folder: Path, *names: str) -> dict[str, str]:
    """Return name → URL of places that are empty, side by side."""
    apart = secrets.token_hex(6)
    if engine.name == SQLITE:
        return {name: (folder / f"{name}-{apart}").as_uri() for name in names}
    other = s3.make_other_bucket(engine.reach["s3"])
    return {name: s3.bucket_url(other, f"{apart}/{name}") for name in names}


def setting_of(urls: dict[str, str]) -> dict[str, str]:
    return {"STEELYARD_OBJECTS_TEAM_BUCKETS": ",".join(f"{name}={url}" for name, url in urls.items())}
