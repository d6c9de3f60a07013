"""`steelyard federation`: whose signed tokens count, and for which accounts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from steelyard.cli.running import command, load_settings, print_result, run_command
from steelyard.domains.accounts import federation as service
from steelyard.domains.accounts.model import TokenIssuer


@click.group()
def federation() -> None:
    """Issuers of identity tokens."""


def _json(found: TokenIssuer) -> dict[str, Any]:
    return {"issuer": found.issuer, "audience": found.audience, "byEmail": found.by_email}


@command(federation, "add")
@click.argument("issuer")
@click.option("--audience", default="", help="what tokens must be for (default: wandb, HOST, or an organization)")
@click.option("--by-email", is_flag=True, help="its tokens name people by their e-mail address")
def federation_add(issuer: str, audience: str, by_email: bool, data: Path | None, as_json: bool) -> None:
    """Let tokens of an issuer count."""
    made = run_command(load_settings(data), lambda ctx: service.add_issuer(ctx, issuer, audience, by_email=by_email))
    print_result(_json(made), f"tokens of {issuer} count", as_json=as_json)


@command(federation, "list")
def federation_list(data: Path | None, as_json: bool) -> None:
    """List the issuers whose tokens count."""
    found = run_command(load_settings(data), service.list_issuers)
    lines = [f"{item.issuer}\t{item.audience or '-'}\t{'by e-mail' if item.by_email else ''}" for item in found]
    print_result([_json(item) for item in found], "\n".join(lines), as_json=as_json)


@command(federation, "remove")
@click.argument("issuer")
def federation_remove(issuer: str, data: Path | None, as_json: bool) -> None:
    """Let tokens of an issuer count no more, and end the access tokens that were given for them."""
    run_command(load_settings(data), lambda ctx: service.remove_issuer(ctx, issuer))
    print_result({"issuer": issuer}, f"tokens of {issuer} count no more", as_json=as_json)


@command(federation, "bind")
@click.argument("issuer")
@click.argument("subject")
@click.argument("username")
def federation_bind(issuer: str, subject: str, username: str, data: Path | None, as_json: bool) -> None:
    """Have the tokens of a subject name an account, of a person or of a service."""
    run_command(load_settings(data), lambda ctx: service.bind_subject(ctx, issuer, subject, username))
    bound = {"issuer": issuer, "subject": subject, "username": username}
    print_result(bound, f"{subject} is {username}", as_json=as_json)


@command(federation, "unbind")
@click.argument("issuer")
@click.argument("subject")
def federation_unbind(issuer: str, subject: str, data: Path | None, as_json: bool) -> None:
    """Have the tokens of a subject name nobody."""
    found = run_command(load_settings(data), lambda ctx: service.unbind_subject(ctx, issuer, subject))
    print_result({"issuer": issuer, "subject": subject}, f"{subject} is no more {found.username}", as_json=as_json)
