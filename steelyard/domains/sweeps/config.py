"""A sweep's config: YAML text of the client, read and checked once. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import yaml

from steelyard.domains.sweeps.search.parameters import Parameter, read_parameters
from steelyard.domains.sweeps.search.points import grid_size
from steelyard.kernel.errors import Invalid

# A sweep config is written by hand; a longer text is not one, and parsing it would cost.
CONFIG_MAX_BYTES = 1 << 20
_METHODS = ("grid", "random")
_KNOWN_METHODS = (*_METHODS, "bayes", "custom")


@dataclass(frozen=True)
class SweepConfig:
    """`metric` is the name of what is searched for, with `goal` minimize or maximize; None when there is none."""

    method: str
    parameters: tuple[Parameter, ...]
    metric: str | None
    goal: str
    run_cap: int | None
    title: str | None
    description: str | None
    program: str | None
    # Runs come from a program of the user's own (`wandb controller`, `wandb sweep-scheduler`); none from here.
    is_local: bool
    # The second of these.
    is_scheduled: bool

    @property
    def expected_runs(self) -> int | None:
        """How many runs the search will make, None when it has no end."""
        size = grid_size(self.parameters) if self.method == "grid" else None
        bounds = [bound for bound in (size, self.run_cap) if bound is not None]
        return min(bounds) if bounds else None


def parse_config(text: str) -> SweepConfig:
    """Return the config. Raises `Invalid` with the reason."""
    raw = read_yaml(text)
    method = raw.get("method")
    if method not in _KNOWN_METHODS:
        raise Invalid(f"a sweep needs a method, one of {', '.join(_METHODS)}")
    is_scheduled = _has(raw, "scheduler", "engine")
    is_local = is_scheduled or (_has(raw, "controller", "type") and raw["controller"]["type"] == "local")
    if method not in _METHODS and not is_local:
        raise Invalid(f"{method} search is not supported by this server yet; use {' or '.join(_METHODS)}")
    parameters = tuple(read_parameters(raw))
    if method == "grid":
        grid_size(parameters)
    metric, goal = _metric(raw.get("metric"))
    return SweepConfig(
        method=method,
        parameters=parameters,
        metric=metric,
        goal=goal,
        run_cap=_run_cap(raw.get("run_cap")),
        title=_text(raw.get("name")),
        description=_text(raw.get("description")),
        program=_text(raw.get("program")),
        is_local=is_local,
        is_scheduled=is_scheduled,
    )


def read_yaml(text: str) -> dict[str, Any]:
    """Return the YAML object. Only plain data is made of it, never objects of our program."""
    if len(text) > CONFIG_MAX_BYTES:
        raise Invalid("the sweep config is too long")
    try:
        raw = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError, ValueError) as error:  # the latter for a date that no calendar has
        raise Invalid(f"the sweep config is not valid YAML: {str(error)[:300]}") from error
    if not isinstance(raw, dict):
        raise Invalid("the sweep config must be an object")
    return raw


def warnings_of(text: str) -> list[str]:
    """Return what a good config asks for and this server does not do; the client prints these."""
    raw = read_yaml(text)
    return ["early_terminate is not applied by this server yet"] if raw.get("early_terminate") else []


def _has(raw: dict[str, Any], name: str, key: str) -> bool:
    given = raw.get(name)
    return isinstance(given, dict) and isinstance(given.get(key), str)


def _metric(given: Any) -> tuple[str | None, str]:
    if given is None:
        return None, "minimize"
    if not isinstance(given, dict) or not isinstance(given.get("name"), str):
        raise Invalid("metric must have a name")
    goal = given.get("goal", "minimize")
    if goal not in {"minimize", "maximize"}:
        raise Invalid("the goal of a metric is minimize or maximize")
    return given["name"], goal


def _run_cap(given: Any) -> int | None:
    if given is None:
        return None
    if not isinstance(given, int) or isinstance(given, bool) or given < 1:
        raise Invalid("run_cap must be a whole number above 0")
    return given


def _text(given: Any) -> str | None:
    return given if isinstance(given, str) and given else None
