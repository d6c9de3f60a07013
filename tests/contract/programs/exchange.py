"""How a program that runs in a client's own environment gets its arguments and hands back what it found.

`python PROGRAM ARGUMENTS ANSWER`: two files of JSON. Numbers keep every bit; NaN and infinities use Python's tokens.
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any


def answer_with(program: Callable[[dict], Any]) -> None:
    given, taken = (Path(name) for name in sys.argv[1:3])
    found = program(json.loads(given.read_text(encoding="utf-8")))
    taken.write_text(json.dumps(found, ensure_ascii=False), encoding="utf-8")


def flat(row: dict, prefix: str = "") -> dict:
    """`row` with nested dicts under dotted keys, media values kept whole."""
    found = {}
    for key, value in row.items():
        if isinstance(value, dict) and "_type" not in value:
            found |= flat(value, f"{prefix}{key}.")
        else:
            found[prefix + key] = value
    return found
