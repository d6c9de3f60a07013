"""What reading keeps in memory, per process: one room for tails, directories, columns and tables, bounded in bytes."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any
from weakref import WeakKeyDictionary

from steelyard.columnar.cache import BoundedCache
from steelyard.context import Context
from steelyard.sql.engine import Database

Memory = BoundedCache[Hashable, Any]

_memories: WeakKeyDictionary[Database, Memory] = WeakKeyDictionary()


def memory_of(ctx: Context) -> Memory:
    """Return the room of this process. Keys are tuples that begin with what kind of thing is kept."""
    memory = _memories.get(ctx.database)
    if memory is None:
        memory = _memories[ctx.database] = Memory(ctx.ports.policy.history.cache_bytes)
    return memory
