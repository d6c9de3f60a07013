"""Lists: which resources a filter means, in which order, and one page of them (RFC 7644, 3.4.2)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic

from pydantic import ValidationError
from scim2_models import SCIMException, ScimFilter, SearchRequest
from scim2_models.path.expressions import Comparison

from steelyard.domains.scim.refusals import Refused
from steelyard.domains.scim.resources import AnyOfOurs, refused

PAGE_MAX = 1000
FILTER_MAX = 2000


@dataclass(frozen=True)
class Asked:
    """A list that is asked for. `filter` and `sort_by` are empty for all of them, as they came."""

    start: int
    count: int
    filter: str
    sorting: dict[str, str]

    @property
    def is_plain(self) -> bool:
        return not self.filter and not self.sorting


@dataclass(frozen=True)
class Page(Generic[AnyOfOurs]):
    """`total` are meant; `start` is the number of the first on the page."""

    total: int
    start: int
    found: list[AnyOfOurs]


def asked_of(query: Mapping[str, str]) -> Asked:
    """Return what a query asks for. Raises `Refused`."""
    start, count = _number(query, "startIndex", 1), _number(query, "count", PAGE_MAX)
    text = query.get("filter", "").strip()
    if len(text) > FILTER_MAX:
        raise Refused(f"a filter has at most {FILTER_MAX} characters", 400, "invalidFilter")
    sorting = {name: query[name] for name in ("sortBy", "sortOrder") if query.get(name)}
    return Asked(max(start, 1), min(max(count, 0), PAGE_MAX), text, sorting if "sortBy" in sorting else {})


def _number(query: Mapping[str, str], name: str, usual: int) -> int:
    text = query.get(name, "")
    if not text:
        return usual
    try:
        return int(text[:18])
    except ValueError:
        raise Refused(f"{name} must be a whole number", 400, "invalidValue") from None


def single_value(filter_: str) -> tuple[str, str] | None:
    """Return attribute and value of a filter such as `userName eq "x"`, None for any other."""
    try:
        node = ScimFilter(filter_).ast
    except (SCIMException, ValueError) as error:
        raise _no_filter(error) from error
    if isinstance(node, Comparison) and node.op == "eq" and isinstance(node.value, str) and not node.attr_path.uri:
        return str(node.attr_path).lower(), node.value
    return None


async def page_of(model: type[AnyOfOurs], asked: Asked, make: Callable[[], Iterable[AnyOfOurs]]) -> Page[AnyOfOurs]:
    """Return the page of those that are meant, of the resources that `make` builds. In a thread, for they may be many.

    Raises `Refused` for a filter that cannot be read, or that compares what cannot be compared.
    """
    return await asyncio.to_thread(_page, model, asked, make)


def _page(model: type[AnyOfOurs], asked: Asked, make: Callable[[], Iterable[AnyOfOurs]]) -> Page[AnyOfOurs]:
    try:
        meant: Any = ScimFilter[model](asked.filter) if asked.filter else None  # type: ignore[valid-type]
        order: Any = SearchRequest[model].model_validate(asked.sorting) if asked.sorting else None  # type: ignore[valid-type]
        found = [item for item in make() if meant is None or meant.match(item)]
        found = order.sort(found) if order else found
    except (ValidationError, SCIMException) as error:
        raise refused(error) from error
    except (ValueError, TypeError) as error:
        raise _no_filter(error) from error
    return cut(asked, found)


def cut(asked: Asked, found: list[AnyOfOurs]) -> Page[AnyOfOurs]:
    return Page(len(found), asked.start, found[asked.start - 1 : asked.start - 1 + asked.count])


def _no_filter(error: Exception) -> Refused:
    return Refused(f"the filter cannot be read: {str(error)[:300]}", 400, "invalidFilter")
