"""`steelyard doctor`: checks that all that the server needs is in order, and says what to do if not."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from steelyard.cli.running import data_options, failures_in_a_line, print_result, run_apart
from steelyard.config import sources
from steelyard.config.bucket_url import Bucket, check_bucket_url
from steelyard.config.container_url import Container
from steelyard.config.groups.places import ObjectSettings
from steelyard.config.places import bucket_of
from steelyard.config.settings import Settings
from steelyard.config.sources import Loaded
from steelyard.config.team_buckets import team_places
from steelyard.doctor import cors
from steelyard.doctor.examination import AREAS, examine, readers_of
from steelyard.doctor.findings import Finding, exit_code, summary
from steelyard.doctor.store_check import Readers
from steelyard.doctor.stores import look_at_store, set_rule_of
from steelyard.kernel.errors import Invalid


@click.group(invoke_without_command=True)
@click.pass_context
@click.option("--only", multiple=True, type=click.Choice(AREAS), help="look at this alone; may be given again")
@click.option("--deep", is_flag=True, help="look for the object of every row, not of some")
@click.option("--consistency", is_flag=True, help="the same as --only consistency --deep")
@data_options
def doctor(
    ctx: click.Context, only: tuple[str, ...], deep: bool, consistency: bool, data: Path | None, as_json: bool
) -> None:
    """Check settings, database, object store, public address, mail, Slack, sign-on, and whether rows and objects match.

    Nothing is changed.

    Ends with 0 when all is well, 1 with warnings, 2 when something fails.
    """
    if ctx.invoked_subcommand is None:
        areas = only or (("consistency",) if consistency else AREAS)
        findings = examine({"data_dir": data}, sources.environment(), areas, deep=deep or consistency)
        _end(run_apart(_run(findings, as_json=as_json)))


@doctor.command()
@click.argument("url", required=False)
@click.option("--origin", help="origin of the pages that read the bucket (default: HOST)")
@click.option("--set-cors", is_flag=True, help="put the CORS rule on the bucket first, beside those that are there")
@data_options
def bucket(url: str | None, origin: str | None, set_cors: bool, data: Path | None, as_json: bool) -> None:
    """Check a bucket by signed URLs, and print the CORS rule that it needs: the server's own, or the one of URL.

    URL may be the name of a bucket for teams, too.

    Everything is written below steelyard-doctor/ under the prefix, and removed. Exit codes as of `steelyard doctor`.
    """
    with failures_in_a_line():
        loaded = sources.load({"data_dir": data}, sources.environment())
        settings = loaded.settings
        sources.trust(settings)
        if url and "://" not in url:
            place = _of_team(settings, url)
        else:
            settings = _of_url(loaded, url) if url else settings
            place = bucket_of(settings.objects)
        if place is None:
            raise Invalid("no bucket is set: name one, s3://…, or see `steelyard doctor` for a folder")
    readers = readers_of(settings, origin or "", place)
    asked, findings = readers.origin, _look(place, readers, set_cors=set_cors)
    rules = _rules(place, asked)
    code = run_apart(_run(findings, as_json=as_json, more={"cors": {kind: rule for kind, (_, rule) in rules.items()}}))
    if not as_json:
        for title, rule in rules.values():
            click.echo(f"\n{title}:\n{rule if isinstance(rule, str) else json.dumps(rule, indent=2)}")
    _end(code)


def _rules(place: Bucket | Container, origin: str) -> dict[str, tuple[str, Any]]:
    """Return the CORS rule in the forms that the store's own programs take, each with what it is for."""
    if isinstance(place, Container):
        return {
            "az": ("CORS rule of the account, for the command line of Azure", cors.as_command(origin, place.account))
        }
    return {
        "json": ("CORS rule for `aws s3api put-bucket-cors --cors-configuration`", json.loads(cors.as_json(origin))),
        "xml": ("the same as XML, for `mc cors set`", cors.as_xml(origin)),
    }


async def _look(place: Bucket | Container, readers: Readers, *, set_cors: bool) -> AsyncIterator[Finding]:
    if set_cors:
        yield await set_rule_of(place, readers.origin)
    async for finding in look_at_store(place, readers):
        yield finding


def _of_team(settings: Settings, name: str) -> Bucket | Container | None:
    """Return the bucket for teams of this name, None for a folder. Raises `Invalid` when there is none."""
    for place in team_places(settings.objects, settings.data_dir):
        if place.name == name:
            return None if isinstance(place.where, Path) else place.where
    raise Invalid(f"there is no bucket for teams called {name[:80]!r}: name one, or a URL, s3://…")


def _of_url(loaded: Loaded, url: str) -> Settings:
    check_bucket_url(url)
    own = loaded.settings.objects
    objects = ObjectSettings(
        bucket=url, region=own.region, storage_key=own.storage_key, purge_versions=own.purge_versions
    )
    return replace(loaded.settings, objects=objects)


async def _run(findings: AsyncIterator[Finding], *, as_json: bool, more: dict[str, Any] | None = None) -> int:
    """Print each finding as it comes, or all as one document; return the exit code."""
    found = []
    async for finding in findings:
        found.append(finding)
        if not as_json:
            click.echo(finding.as_text())
    code = exit_code(found)
    document = {"exit_code": code, "findings": [finding.as_json() for finding in found], **(more or {})}
    print_result(document, f"\n{summary(found)}", as_json=as_json)
    return code


def _end(code: int) -> None:
    if code:
        raise SystemExit(code)
