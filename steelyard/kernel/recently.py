"""Things that happen often and are to be told now and then: once within a time for each."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Hashable


class Recently:
    """Remembers what was told within `window_s`, at most `limit` things: of more, the oldest may be told again."""

    def __init__(self, window_s: float, limit: int) -> None:
        self._window_s = window_s
        self._limit = limit
        self._told: OrderedDict[Hashable, float] = OrderedDict()

    def is_news(self, thing: Hashable) -> bool:
        """Tell whether it was not told within the window, and take it for told from now on."""
        now = time.monotonic()
        told = self._told.get(thing)
        if told is not None and told > now - self._window_s:
            return False
        self._told[thing] = now
        self._told.move_to_end(thing)
        while len(self._told) > self._limit:
            self._told.popitem(last=False)
        return True

    def forget(self, thing: Hashable) -> None:
        """Have it told the next time, whenever that is."""
        self._told.pop(thing, None)
