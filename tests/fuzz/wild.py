"""Values that nobody expects, and requests spoiled with them."""

import random
from typing import Any

_TEXTS = (
    "",
    " ",
    "\u0000",
    "\u202e",
    "é" * 300,
    "x" * 70_000,
    "🦔",
    "\ud7ff\ue000",
    "../../etc/passwd",
    "%2e%2e%2f",
    "a/b",
    "a:b",
    "'",
    '"; DROP TABLE users; --',
    "%",
    "_",
    "\\",
    "*",
    "[",
    "$in",
    "null",
    "NaN",
    "-1",
    "1e999",
    "{}",
    "[[]]",
    '{"$and": [{"config.a.value": {"$gt": {}}}]}',
    '{"$or": 3}',
    '{"keys": [1]}',
    "VXNlcjox",
    "UnVuOjA=",
    "UHJvamVjdDo5OTk5OTk5OTk5OTk5OTk5OTk5OTk=",
    "UnVuOi0x",
    "0001-01-01",
    "9999-12-31T23:59:59.999999+23:59",
    "2025-02-30",
    "latest",
    "v0",
    "v99999999999999999999",
)
_NUMBERS = (
    0,
    1,
    -1,
    2,
    2**31 - 1,
    2**31,
    -(2**31) - 1,
    2**53,
    2**63 - 1,
    2**63,
    -(2**63) - 1,
    10**30,
    0.5,
    -0.0,
    1e308,
)


def value(chance: random.Random, depth: int = 2) -> Any:
    """Return some JSON value."""
    kind = chance.randrange(8 if depth else 6)
    if kind < 3:
        return chance.choice(_TEXTS)
    if kind == 3:
        return chance.choice(_NUMBERS)
    if kind == 4:
        return chance.choice((None, True, False))
    if kind == 5:
        return "".join(chr(chance.choice((chance.randrange(32, 127), chance.randrange(160, 0xD7FF)))) for _ in range(8))
    size = chance.randrange(4)
    if kind == 6:
        return [value(chance, depth - 1) for _ in range(size)]
    return {str(value(chance, 0))[:40]: value(chance, depth - 1) for _ in range(size)}


def text(chance: random.Random) -> str:
    return chance.choice(_TEXTS)


def spoiled(chance: random.Random, given: Any, pool: list[Any]) -> Any:
    """Return `given` with some of it replaced, by wild values or by things of `pool`."""
    if chance.random() < 0.12:
        return chance.choice(pool) if pool and chance.random() < 0.5 else value(chance)
    if isinstance(given, dict):
        kept = {key: spoiled(chance, item, pool) for key, item in given.items() if chance.random() > 0.05}
        return kept | ({str(value(chance, 0))[:40]: value(chance)} if chance.random() < 0.05 else {})
    if isinstance(given, list):
        return [spoiled(chance, item, pool) for item in given]
    return given
