"""The JSON documents of a run, config and summary: checks, merging, and the parts that are asked for. Pure."""

from __future__ import annotations

import math
from typing import Any

from steelyard.domains.runs.model import BranchPoint
from steelyard.kernel import jsontext
from steelyard.kernel.errors import Invalid


def check_object(text: str, what: str) -> str:
    """Return `text`, unchanged to the byte. Raises `Invalid` unless it holds a JSON object."""
    try:
        value = jsontext.loads(text)
    except ValueError as error:
        raise Invalid(f"{what} is not JSON: {error}") from error
    if not isinstance(value, dict):
        raise Invalid(f"{what} must be a JSON object")
    return text


def read_object(text: str) -> dict[str, Any]:
    """Return the object that `text` holds, an empty one for anything else."""
    try:
        value = jsontext.loads(text)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def merge_configs(before: str, after: str) -> str:
    """Return `after` with the keys that only `before` has, and the environments of both writers.

    Several processes that write one run send a config each (docs/protocol/ingest.md, shared mode).
    """
    old, new = read_object(before), read_object(after)
    merged = old | new
    old_own, new_own = _own(old), _own(new)
    if old_own and new_own:
        own = old_own | new_own
        own["e"] = _dict(old_own.get("e")) | _dict(new_own.get("e"))
        merged["_wandb"] = {"value": own}
    return jsontext.dumps(merged)


def branch_point(config: str) -> BranchPoint | None:
    """Return what a client that forks a run tells of the other one, None where it forks none. Raises `Invalid`.

    docs/protocol/ingest.md, fork.
    """
    if '"branch_point"' not in config:
        return None
    given = _own(read_object(config)).get("branch_point")
    if given is None:
        return None
    run_id, step = _dict(given).get("run_id"), _dict(given).get("step")
    if not isinstance(run_id, str) or not isinstance(step, int | float) or not abs(step) < math.inf:
        raise Invalid("a branch point must name a run and a step")
    return BranchPoint(run_id, math.floor(step))


def _own(config: dict[str, Any]) -> dict[str, Any]:
    return _dict(_dict(config.get("_wandb")).get("value"))


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def client_config(config: str, keys: list[str] | None) -> dict[str, Any]:
    """Return those of `keys` that the client keeps under `_wandb`, all for None."""
    own = _own(read_object(config))
    return own if keys is None else {key: own[key] for key in keys if key in own}


def config_values(config: dict[str, Any]) -> dict[str, Any]:
    """Return the config as its author gave it: values without their wrapping, the client's own keys left out."""
    return {key: item for key, item in config_tree(config).items() if key not in {"_wandb", "wandb_version"}}


def config_tree(config: dict[str, Any]) -> dict[str, Any]:
    """Return every key of the config, the client's own too, with its value out of its wrapping."""
    return {key: item["value"] if isinstance(item, dict) and "value" in item else item for key, item in config.items()}


def flatten(tree: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """Return the leaves of `tree` by their dotted path. Dicts with a `_type` (media, histograms) count as leaves."""
    flat: dict[str, Any] = {}
    for key, value in tree.items():
        if isinstance(value, dict) and value and "_type" not in value:
            flat |= flatten(value, f"{prefix}{key}.")
        else:
            flat[prefix + key] = value
    return flat


def run_info(config: str) -> dict[str, Any] | None:
    """Return what the client found out about machine and program, in the words of the wire's `RunInfo`.

    It is the environment of the first writer; None when none told any.
    """
    own = _own(read_object(config))
    environment = next((item for item in _dict(own.get("e")).values() if isinstance(item, dict)), None)
    if environment is None:
        return None
    git = _dict(environment.get("git"))
    return {
        "program": environment.get("program") or environment.get("codePath"),
        "args": [str(item) for item in environment.get("args") or ()],
        "os": environment.get("os"),
        "python": environment.get("python"),
        "colab": environment.get("colab"),
        "executable": environment.get("executable"),
        "codeSaved": bool(environment.get("codePath")),
        "cpuCount": environment.get("cpu_count"),
        "gpuCount": environment.get("gpu_count"),
        "gpu": environment.get("gpu"),
        "git": {"remote": git.get("remote"), "commit": git.get("commit")} if git else None,
    }
