"""The specs of `sampledHistory` (docs/protocol/queries.md, history reads)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from steelyard.kernel import jsontext
from steelyard.kernel.errors import Invalid

DEFAULT_SAMPLES = 500


@dataclass(frozen=True, slots=True)
class SampleSpec:
    """Rows that have all of `keys`, of steps from `step_min` to below `step_end`."""

    keys: tuple[str, ...]
    samples: int = DEFAULT_SAMPLES
    step_min: int | None = None
    step_end: int | None = None


def parse_spec(text: str) -> SampleSpec:
    """Return the spec. Raises `Invalid` for what is none; an empty one has no keys and finds no rows.

    `maxStep` is inclusive, and a page then has one sample more than the difference of its steps. Clients up to 0.25
    mean it exclusively and ask for exactly the difference; answering them inclusively would repeat rows between
    pages (docs/protocol/compat.md, history reads).
    """
    try:
        spec = jsontext.loads(text)
    except ValueError as error:
        raise Invalid(f"the spec is not JSON: {error}") from error
    if not isinstance(spec, dict):
        raise Invalid("a spec must be an object")
    keys = spec.get("keys") or []
    if not isinstance(keys, list) or not all(isinstance(key, str) for key in keys):
        raise Invalid("keys of a spec must be a list of texts")
    samples = _number(spec, "samples")
    low, high = _number(spec, "minStep"), _number(spec, "maxStep")
    exclusive = high is not None and samples is not None and high - (low or 0) == samples
    return SampleSpec(
        tuple(dict.fromkeys(keys)),
        DEFAULT_SAMPLES if samples is None else max(0, samples),
        low,
        high if high is None or exclusive else high + 1,
    )


def _number(spec: dict[str, Any], name: str) -> int | None:
    value = spec.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 1 << 62:
        raise Invalid(f"{name} of a spec must be a number")
    return int(value)
