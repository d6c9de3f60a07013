"""What this server can do, for people: its page /compat."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from steelyard import __version__
from steelyard.context import Context
from steelyard.domains.accounts import access
from steelyard.domains.admin.features import Feature, list_features
from steelyard.graphql.unsupported import UNSUPPORTED
from steelyard.kernel.limiter import Counter


@dataclass(frozen=True)
class Compatibility:
    """`tested` is what the contract tests of this release found, by area, engine and client version."""

    version: str
    features: list[Feature]
    unsupported: dict[str, list[str]]
    tested: dict[str, Any]


def show_compatibility(ctx: Context) -> Compatibility:
    access.require_account(ctx)
    return Compatibility(__version__, list_features(ctx.ports.policy.features_off), _by_area(), _tested())


def _by_area() -> dict[str, list[str]]:
    areas: dict[str, list[str]] = {}
    for field, area in UNSUPPORTED.items():
        areas.setdefault(area, []).append(field)
    return areas


@cache
def _tested() -> dict[str, Any]:
    """Return what `make compatibility` wrote."""
    found: dict[str, Any] = json.loads(
        (files("steelyard") / "domains" / "admin" / "compatibility.json").read_text(encoding="utf-8")
    )
    return found


@cache
def _described() -> bytes:
    return (files("steelyard") / "domains" / "admin" / "openapi.json").read_bytes()


def show_routes(ctx: Context) -> bytes:
    """Return the OpenAPI description that `make reference` wrote."""
    access.require_account(ctx)
    return _described()


@dataclass(frozen=True)
class RateUse:
    """A rate as set, and how often this process let requests pass and refused them since its start."""

    name: str
    per_second: float
    passed: int
    refused: int


def show_limits(ctx: Context) -> list[RateUse]:
    """Return every rate, those that are off too. For administrators."""
    access.require_admin(ctx)
    limiter = ctx.ports.limiter
    windows = {name: limiter.rates.window_s(name) for name in limiter.rates.bounds}
    unused = Counter()
    return [
        RateUse(name, value if windows[name] == 1 else value / windows[name], counter.passed, counter.refused)
        for name, value in limiter.rates.bounds.items()
        for counter in [limiter.counters.get(name, unused)]
    ]
