"""Structured logs: text for people, JSON lines for collectors."""

from __future__ import annotations

import logging
import sys
from typing import Any

import structlog

from steelyard.kernel.errors import Invalid

_LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}


def configure_logs(level: str, *, json: bool) -> None:
    """Log from `level` on. Raises `Invalid` for a level that there is not."""
    if level.lower() not in _LEVELS:
        raise Invalid(f"logs.level must be one of {', '.join(_LEVELS)}, not {level!r}")
    renderer: Any = structlog.processors.JSONRenderer() if json else structlog.dev.ConsoleRenderer(colors=False)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[level.lower()]),
        logger_factory=_to_stderr,
    )


def _to_stderr(*_: Any) -> structlog.PrintLogger:
    """Log to what is standard error now: results own standard output, and callers in this process may redirect both."""
    return structlog.PrintLogger(sys.stderr)
