"""Loading modules, which is most of a start, and a good part of the memory of a process that does nothing."""

from __future__ import annotations

import gc
import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import RLock
from types import ModuleType
from typing import Any


@contextmanager
def uncollected() -> Iterator[None]:
    """Keep the garbage collector out of what loads modules: they stay, and it would look at them over and over."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def load_at_first_use(name: str) -> None:
    """Let `import name` cost nothing until something of it is used, by whichever thread."""
    if name not in sys.modules:
        sys.modules[name] = _Later(name)


def leave_out(name: str) -> None:
    """Let modules that take names from `name` have them without loading it. Only where nothing uses those names."""
    if name not in sys.modules:
        sys.modules[name] = _LeftOut(name)


class _LeftOut(ModuleType):
    def __getattr__(self, attribute: str) -> None:
        if attribute.startswith("__"):
            raise AttributeError(attribute)


class _Later(ModuleType):
    """Stands for a module and becomes it: whoever has imported it before has it whole afterwards."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._loading = RLock()

    def __getattr__(self, attribute: str) -> Any:
        with self.__dict__["_loading"]:
            if sys.modules.get(self.__name__) is self:
                del sys.modules[self.__name__]
            found = importlib.import_module(self.__name__)
            self.__dict__.update(vars(found))
            self.__class__ = ModuleType  # type: ignore[assignment]  # looks at it cost no more than at others
        return getattr(found, attribute)
