"""What a request means for the run itself: its summary, system metrics, state. Pure."""

from __future__ import annotations

from typing import Any

from steelyard.columnar import rows
from steelyard.domains.history.model import Stream
from steelyard.domains.runs.model import Progress
from steelyard.ingest.frames import Chunk, Frame
from steelyard.kernel import jsontext

_SYSTEM = "system."


def progress_of(frame: Frame, derived_summary: str | None) -> Progress:
    """Return what `frame` tells of its run; the client's own summary goes before a derived one."""
    return Progress(
        has_rows=bool(frame.chunks),
        complete=frame.complete,
        exit_code=frame.exit_code,
        preempting=frame.preempting,
        summary=frame.summary if frame.summary is not None else derived_summary,
        system_metrics=_system_metrics(frame),
    )


def _system_metrics(frame: Frame) -> str | None:
    """Return the newest sample's `system.` values as a JSON text. Reads one line."""
    last = _last(frame, Stream.EVENTS)
    if last is None:
        return None
    row = rows.decode_row(last.body[last.body.rfind(b"\n") + 1 :])
    sample = {key: value for key, value in row.items() if key.startswith(_SYSTEM)}
    return jsontext.dumps(sample) if sample else None


def _last(frame: Frame, stream: Stream) -> Chunk | None:
    return next((chunk for chunk in reversed(frame.chunks) if chunk.stream is stream), None)


def derive_summary(frame: Frame) -> dict[str, Any]:
    """Return the last value of each key in the request's history (header X-WANDB-SERVER-SIDE-DERIVED-SUMMARY)."""
    latest: dict[str, Any] = {}
    for chunk in frame.chunks:
        if chunk.stream is Stream.HISTORY:
            for row in rows.decode_rows(chunk.body):
                _merge(latest, row)
    return latest


def merge_summary(stored: str, derived: dict[str, Any]) -> str:
    """Return the stored summary with the derived values laid over it."""
    try:
        summary = jsontext.loads(stored)
    except ValueError:
        summary = {}
    merged: dict[str, Any] = summary if isinstance(summary, dict) else {}
    _merge(merged, derived)
    return jsontext.dumps(merged)


def _merge(target: dict[str, Any], values: dict[str, Any]) -> None:
    for key, value in values.items():
        old = target.get(key)
        if isinstance(value, dict) and isinstance(old, dict) and "_type" not in value:
            _merge(old, value)
        elif value is not None:
            target[key] = value
