"""Loading modules, which is most of a start."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """Keep the garbage collector out of what loads modules: they stay, and it would look at them over and over."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
