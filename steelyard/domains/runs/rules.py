"""How a run's state follows from what happens to it (docs/protocol/ingest.md, effects; existing runs). Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from steelyard.domains.runs.model import Condition, Progress, RunState
from steelyard.kernel.errors import Invalid

ENDED = frozenset({RunState.FINISHED, RunState.FAILED, RunState.CRASHED, RunState.KILLED, RunState.PREEMPTED})
# Ends that a mere sign of life takes back: the process was there all along, or is there again.
_PRESUMED_ENDED = frozenset({RunState.CRASHED, RunState.PREEMPTED})
_TOLD_ENDED = ENDED - _PRESUMED_ENDED
# States in which silence means that the process is gone. A pending run was never started.
WATCHED = frozenset({RunState.RUNNING, RunState.PREEMPTING})

_ALLOWED_BY_HAND = {
    RunState.PENDING: {RunState.RUNNING, RunState.FAILED, RunState.CRASHED, RunState.PREEMPTED},
    RunState.FAILED: {RunState.PENDING, RunState.RUNNING},
}


def after_start(before: Condition) -> Condition:
    """A client began to work under this id: a new attempt unless the run is on its way already."""
    if before.state in ENDED:
        return Condition(RunState.RUNNING)
    if before.state is RunState.PENDING:
        return replace(before, state=RunState.RUNNING, exit_code=None)
    return before


def after_progress(before: Condition, progress: Progress) -> Condition:
    """A stream request arrived.

    Rows for an ended run open it again; its end is told only by `complete`. A run that was announced as preempting
    stays marked so until its attempt ends.
    """
    if progress.complete:
        code = progress.exit_code or 0
        marked = replace(before, preempting=before.preempting or progress.preempting)
        return replace(marked, state=_ended(marked, code), exit_code=code)
    if progress.preempting:
        return replace(before, state=RunState.PREEMPTING, preempting=True, exit_code=None)
    if before.state in _TOLD_ENDED and not progress.has_rows:
        return before
    if before.state in ENDED:
        return replace(before, state=RunState.RUNNING, exit_code=None, preempting=False)
    return before if before.state is RunState.RUNNING else replace(before, state=RunState.RUNNING)


def _ended(before: Condition, exit_code: int) -> RunState:
    if exit_code == 0:
        return RunState.FINISHED
    if before.preempting:
        return RunState.PREEMPTED
    return RunState.KILLED if before.stop_requested else RunState.FAILED


def after_silence(before: Condition) -> Condition:
    """No sign of life for the time of grace."""
    if before.state not in WATCHED:
        return before
    if before.preempting:
        return replace(before, state=RunState.PREEMPTED)
    return replace(before, state=RunState.KILLED if before.stop_requested else RunState.CRASHED)


def after_stop(before: Condition) -> Condition:
    """A person asks the program to stop; one that told its own end hears nothing any more."""
    if before.state in _TOLD_ENDED:
        return before
    return replace(before, stop_requested=True)


def after_edit(before: Condition, wanted: RunState, *, in_sweep: bool) -> Condition:
    """A person sets the state by hand. Raises `Invalid` where that would contradict a sweep or a finished run."""
    if in_sweep:
        raise Invalid("the state of a sweep's run is set by the sweep alone")
    if before.state not in _ALLOWED_BY_HAND.get(wanted, set()):
        raise Invalid(f"a run cannot be set from {before.state} to {wanted}")
    return Condition(wanted)


def parse_state(text: str) -> RunState:
    try:
        return RunState(text.lower())
    except ValueError as error:
        raise Invalid(f"there is no run state {text[:40]!r}") from error


def runtime_s(summary: dict[str, Any]) -> float | None:
    """Return how long the program ran in all its attempts, as its client counts, in seconds."""
    own = summary.get("_wandb")
    found: list[Any] = [own.get("runtime") if isinstance(own, dict) else None, summary.get("_runtime")]
    seconds = [float(value) for value in found if type(value) in {int, float} and 0 <= value < 1e12]
    return max(seconds, default=None)
