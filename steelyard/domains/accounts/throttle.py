"""Slows down who guesses passwords: a growing delay per account and address, which nobody else feels.

The rule is pure. The state is in the memory of one process and bounded, so several processes together let through a
few more guesses, and a restart forgets them.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta

from steelyard.kernel.errors import TooMany

# People mistype a few times in a row before they look for the right password.
FREE_ATTEMPTS = 5
# Enough to make a list of common passwords take days, and short enough to wait for.
DELAY_MAX_S = 60
# Attempts this long ago no longer count.
FORGOTTEN_AFTER = timedelta(minutes=10)
# Pairs of account and address remembered at most; each is under 300 bytes.
REMEMBERED_MAX = 10_000


@dataclass(frozen=True)
class Guesser:
    """An account as it was named, or its number when there is one, tried from one address."""

    account: str
    address: str


@dataclass(frozen=True)
class Tries:
    """Attempts in a row that have not succeeded, and when the last one was."""

    count: int
    last_at: datetime


def wait_s(tries: Tries, now: datetime) -> float:
    """Return the seconds until the next attempt is let through, 0 for at once."""
    over = tries.count - FREE_ATTEMPTS
    if over < 0:
        return 0.0
    delay_s = min(2.0 ** min(over, 10), DELAY_MAX_S)
    return max(0.0, delay_s - (now - tries.last_at).total_seconds())


class Attempts:
    """Every attempt counts as failed until it is said to have succeeded, so that many at once are counted too."""

    def __init__(self) -> None:
        self._known: OrderedDict[Guesser, Tries] = OrderedDict()

    def __len__(self) -> int:
        return len(self._known)

    def begin(self, guesser: Guesser, now: datetime) -> None:
        """Count an attempt. Raises `TooMany`, telling how long to wait, for one that comes too early."""
        self.refuse_hasty(guesser, now)
        self.failed(guesser, now)

    def refuse_hasty(self, guesser: Guesser, now: datetime) -> None:
        """Count nothing. Raises `TooMany`, telling how long to wait, where the next attempt would come too early."""
        waiting_s = wait_s(self._tries(guesser, now), now)
        if waiting_s > 0:
            seconds = math.ceil(waiting_s)
            raise TooMany(f"too many attempts; try again in {seconds} s", retry_after_s=seconds)

    def failed(self, guesser: Guesser, now: datetime) -> None:
        tries = self._tries(guesser, now)
        self._known[guesser] = Tries(tries.count + 1, now)
        self._known.move_to_end(guesser)
        while len(self._known) > REMEMBERED_MAX:
            self._known.popitem(last=False)

    def forget_one(self, guesser: Guesser) -> None:
        """Take back the last attempt: nothing was tried by it."""
        tries = self._known.get(guesser)
        if tries is not None:
            self._known[guesser] = Tries(max(tries.count - 1, 0), tries.last_at)

    def _tries(self, guesser: Guesser, now: datetime) -> Tries:
        tries = self._known.get(guesser)
        return Tries(0, now) if tries is None or now - tries.last_at > FORGOTTEN_AFTER else tries

    def succeeded(self, guesser: Guesser) -> None:
        self._known.pop(guesser, None)
