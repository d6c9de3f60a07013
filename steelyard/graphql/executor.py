"""How answers are completed: as graphql-core does it, but long lists of texts in one piece."""

from __future__ import annotations

from typing import Any

from graphql import GraphQLOutputType, GraphQLString, is_non_null_type
from graphql.execution.executor import Executor


class TextsExecutor(Executor[Any]):
    """Takes a list of texts as it is: completing rows of a run one by one costs as much as rendering them."""

    def complete_iterable_value(self, item_type: GraphQLOutputType, *rest: Any) -> Any:
        items = rest[3]
        of = item_type.of_type if is_non_null_type(item_type) else item_type
        if of is GraphQLString and type(items) is list and set(map(type, items)) <= {str}:
            return items
        return super().complete_iterable_value(item_type, *rest)
