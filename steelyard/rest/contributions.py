"""What higher slices add to an answer of a lower one, which does not know them.

RUN_DETAILS: Contributions[Run] = Contributions({"fileCount": 0})     # in the lower slice, with its defaults

@RUN_DETAILS.add                                                      # in a higher slice's `routes.py`
async def count_files(ctx, runs) -> dict[int, dict[str, Any]]: ...    # by id of the item
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Generic, Protocol, TypeVar

from steelyard.context import Context


class _Numbered(Protocol):
    @property
    def id(self) -> int: ...


T = TypeVar("T", bound=_Numbered)
Contribute = Callable[[Context, Sequence[T]], Awaitable[Mapping[int, Mapping[str, Any]]]]


class Contributions(Generic[T]):
    """The additions to one shape; a field that nobody adds keeps its default."""

    def __init__(self, defaults: Mapping[str, Any]) -> None:
        self._defaults = dict(defaults)
        self._added: list[Contribute[T]] = []

    def add(self, contribute: Contribute[T]) -> Contribute[T]:
        self._added.append(contribute)
        return contribute

    async def of(self, ctx: Context, items: Sequence[T]) -> dict[int, dict[str, Any]]:
        """Return the added fields of each item by its id; the caller has checked that they may be shown."""
        fields = {item.id: dict(self._defaults) for item in items}
        if not items:
            return fields
        for contribute in self._added:
            for number, values in (await contribute(ctx, items)).items():
                fields[number] |= values
        return fields
