"""How large a document may be. Measured before validation, whose time grows faster than the document."""

from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    OperationDefinitionNode,
    SelectionSetNode,
)

# The deepest document of client versions 0.15 to 0.31 has 15 levels; the usual introspection query has 18.
MAX_DEPTH = 30
# The largest client document selects 72 fields once its fragments are spread; the introspection query 220.
MAX_FIELDS = 2_000
# Client documents have at most three fields at the root; the web app and people's own scripts a few more.
MAX_ROOT_FIELDS = 50


@dataclass(frozen=True)
class Cost:
    """`depth` counts nested selection sets, those of fragments too; `fields` are counted with fragments spread."""

    depth: int
    fields: int
    root_fields: int


def check_cost(document: DocumentNode) -> list[GraphQLError]:
    """One error for each limit that the document breaks; time grows with the document's length only."""
    cost = measure(document)
    limits = (
        ("nested selections", cost.depth, MAX_DEPTH),
        ("selected fields", cost.fields, MAX_FIELDS),
        ("fields at the root", cost.root_fields, MAX_ROOT_FIELDS),
    )
    return [
        GraphQLError(f"the document is too large: {found} {what}, at most {limit} are allowed; ask for less at a time")
        for what, found, limit in limits
        if found > limit
    ]


def measure(document: DocumentNode) -> Cost:
    """The cost of the dearest operation of a document. A fragment that contains itself counts once."""
    meter = _Meter(document)
    costs = [meter.operation(item) for item in document.definitions if isinstance(item, OperationDefinitionNode)]
    return Cost(
        depth=max((cost.depth for cost in costs), default=0),
        fields=max((cost.fields for cost in costs), default=0),
        root_fields=max((cost.root_fields for cost in costs), default=0),
    )


class _Meter:
    def __init__(self, document: DocumentNode) -> None:
        self._fragments = {
            item.name.value: item for item in document.definitions if isinstance(item, FragmentDefinitionNode)
        }
        self._measured: dict[str, tuple[int, int, int]] = {}

    def operation(self, operation: OperationDefinitionNode) -> Cost:
        return Cost(*self._selections(operation.selection_set))

    def _selections(self, selection_set: SelectionSetNode | None) -> tuple[int, int, int]:
        """Depth, fields, and fields of the topmost level."""
        if selection_set is None:
            return 0, 0, 0
        depth, fields, top = 0, 0, 0
        for selection in selection_set.selections:
            inner_depth, inner_fields, inner_top = self._selection(selection)
            depth = max(depth, inner_depth)
            fields += inner_fields
            top += inner_top
        return depth + 1, fields, top

    def _selection(self, selection: Any) -> tuple[int, int, int]:
        if isinstance(selection, FragmentSpreadNode):
            return self._fragment(selection.name.value)
        depth, fields, top = self._selections(selection.selection_set)
        return (depth, fields + 1, 1) if isinstance(selection, FieldNode) else (depth, fields, top)

    def _fragment(self, name: str) -> tuple[int, int, int]:
        if name not in self._measured:
            self._measured[name] = (0, 0, 0)  # what a spread of it within itself adds
            fragment = self._fragments.get(name)
            self._measured[name] = self._selections(fragment.selection_set if fragment else None)
        return self._measured[name]
