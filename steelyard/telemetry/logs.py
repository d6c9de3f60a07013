"""Structured logs: text for people, JSON lines for collectors."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import orjson
import structlog

from steelyard.kernel.errors import Invalid
from steelyard.telemetry.traces import TRACES

_ACCOUNT = re.compile(r"://[^/\s?#@'\"]*:[^\s'\"]*@")
_SIGNATURE = re.compile(r"(?i)((?:x-amz-|x-goog-)?(?:signature|security-token|credential))=[^&\s'\"]+")
_WORD = re.compile(r"[\x21\x23-\x26\x28-\x7e\u00a1-\u1fff]+")
_LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}


def configure_logs(level: str, *, json: bool) -> None:
    """Log from `level` on. Raises `Invalid` for a level that there is not."""
    if level.lower() not in _LEVELS:
        raise Invalid(f"logs.level must be one of {', '.join(_LEVELS)}, not {level!r}")
    as_json: list[Any] = [_in_order, structlog.processors.JSONRenderer(_dump)]
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="ts"),
            structlog.processors.format_exc_info,
            _name_trace,
            _hide_secrets,
            *(as_json if json else [_as_text]),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[level.lower()]),
        logger_factory=_to_stderr,
    )


def _in_order(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Put what every line has in front, under the names that collectors look for."""
    return {"ts": event.pop("ts"), "level": event.pop("level"), "msg": event.pop("event"), **event}


def _as_text(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> str:
    """Return the line as people read it: every request writes one, and this takes half of the library's time."""
    head = f"{event.pop('ts')} [{event.pop('level'):<8}] {event.pop('event')!s:<30}"
    exception = event.pop("exception", None)
    line = " ".join([head, *(f"{name}={_quoted(value)}" for name, value in event.items() if value is not None)])
    return line.rstrip() if exception is None else f"{line.rstrip()}\n{exception}"


def _quoted(value: Any) -> str:
    """Return the text as it is where it is one word, else in quotes: a line stays one line, whatever users name."""
    text = value if isinstance(value, str) else str(value)
    return text if _WORD.fullmatch(text) else repr(text)


def _dump(event: Any, **_: Any) -> str:
    return orjson.dumps(event, default=str, option=orjson.OPT_NON_STR_KEYS).decode()


def _name_trace(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    event.update(TRACES.ids())
    return event


def _hide_secrets(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Blot out what would let a reader of the log in: accounts and signatures in URLs, wherever they came from."""
    for name, value in event.items():
        if isinstance(value, str) and ("://" in value or "=" in value):
            event[name] = _SIGNATURE.sub(r"\1=***", _ACCOUNT.sub("://***@", value))
    return event


def _to_stderr(*_: Any) -> structlog.PrintLogger:
    """Log to what is standard error now: results own standard output, and callers in this process may redirect both."""
    return structlog.PrintLogger(sys.stderr)
