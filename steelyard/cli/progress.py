"""How far a command is, on standard error: nothing for what is done within two seconds."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import click

_FIRST_S = 2.0
# A terminal shows one line that changes; a file or a pipe gets a line now and then.
_TERMINAL_S, _FILE_S = 0.5, 15.0


class Progress:
    """`describe` returns the line as of now."""

    def __init__(self, describe: Callable[[], str]) -> None:
        self._describe = describe
        self._due_at = time.monotonic() + _FIRST_S
        self._width = 0

    async def beat(self) -> None:
        """Show the line, if it is time."""
        now = time.monotonic()
        if now < self._due_at:
            return
        on_terminal = sys.stderr.isatty()
        self._due_at = now + (_TERMINAL_S if on_terminal else _FILE_S)
        line = self._describe()
        click.echo(f"\r{line.ljust(self._width)}" if on_terminal else line, err=True, nl=not on_terminal)
        self._width = len(line) if on_terminal else 0

    def end(self) -> None:
        """Leave the line of a terminal."""
        if self._width:
            click.echo(err=True)
            self._width = 0
