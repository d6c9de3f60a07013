"""A word of the operator that the web app shows on top of every page."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Banner:
    """Plain text. `type` is `info`, `warning` or `error`; `heading` may be empty."""

    name: str
    type: str
    heading: str
    message: str
    dismissable: bool
