"""Prometheus's own checker of rules and of metrics, from the machine's Debian packages."""

from pathlib import Path

from tests.services.packages import ensure_debian


def install() -> Path:
    """The program, fetched if absent."""
    return ensure_debian("promtool", "prometheus")
