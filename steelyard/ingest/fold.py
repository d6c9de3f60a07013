"""What a request means for the run itself: its summary, system metrics, state. Pure."""

from __future__ import annotations

from steelyard.domains.runs.model import Progress
from steelyard.ingest.frames import Frame
from steelyard.kernel import jsontext

_SYSTEM = "system."


def progress_of(frame: Frame, derived_summary: str | None) -> Progress:
    """Return what `frame` tells of its run. A client that leaves the summary to us sends no whole one."""
    return Progress(
        has_rows=bool(frame.chunks),
        complete=frame.complete,
        exit_code=frame.exit_code,
        preempting=frame.preempting,
        summary=derived_summary if frame.derives else frame.summary,
        system_metrics=_system_metrics(frame),
    )


def _system_metrics(frame: Frame) -> str | None:
    """Return the `system.` values of the newest sample as a JSON text."""
    row = frame.system_sample or {}
    sample = {key: value for key, value in row.items() if key.startswith(_SYSTEM)}
    return jsontext.dumps(sample) if sample else None
