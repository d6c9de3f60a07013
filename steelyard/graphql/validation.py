"""From the text of a document to one that may be executed, or to the errors that clients can read.

The errors are worded as graphql-js words them, without suggestions: clients compare whole sentences such as
`Cannot query field "features" on type "ServerInfo".` (docs/protocol/graphql-operations.md).
"""

import re
from collections import OrderedDict
from dataclasses import dataclass

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    MaxIntrospectionDepthRule,
    NoUnusedVariablesRule,
    VariablesInAllowedPositionRule,
    parse,
    specified_rules,
    validate,
)

from steelyard.graphql.cost import check_cost
from steelyard.graphql.lenient import LenientVariablesInAllowedPosition, strip_unknown_fields

# The longest client document has 2,175 characters; large values belong into variables.
MAX_DOCUMENT_CHARS = 100_000
# The longest client document has 273 tokens.
MAX_DOCUMENT_TOKENS = 10_000
# All documents of one client version together have about 120,000 characters: room for every version in use at once.
CACHED_CHARS = 2_000_000

# A variable may have lost its only use to `strip_unknown_fields`, so an unused one is no error.
RULES = (
    *(rule for rule in specified_rules if rule not in {NoUnusedVariablesRule, VariablesInAllowedPositionRule}),
    LenientVariablesInAllowedPosition,
    MaxIntrospectionDepthRule,
)

_QUOTED = re.compile(r"'([^'\s]+)'")
_COORDINATE = re.compile(r' on field "(\w+)\.(\w+)"')


@dataclass(frozen=True)
class Prepared:
    """A document to execute, or the errors for which it must not be."""

    document: DocumentNode | None
    errors: tuple[GraphQLError, ...] = ()


class DocumentCache:
    """Prepares documents against one schema and remembers the results by text, the least used ones forgotten first."""

    def __init__(self, schema: GraphQLSchema, capacity_chars: int = CACHED_CHARS) -> None:
        self._schema = schema
        self._capacity_chars = capacity_chars
        self._prepared: OrderedDict[str, Prepared] = OrderedDict()
        self._held_chars = 0

    def prepare(self, text: str) -> Prepared:
        """Parse and validate `text`: microseconds when it is remembered, else some milliseconds."""
        found = self._prepared.get(text)
        if found is not None:
            self._prepared.move_to_end(text)
            return found
        prepared = prepare(self._schema, text)
        if len(text) <= MAX_DOCUMENT_CHARS:
            self._remember(text, prepared)
        return prepared

    def _remember(self, text: str, prepared: Prepared) -> None:
        self._prepared[text] = prepared
        self._held_chars += len(text)
        while self._held_chars > self._capacity_chars and self._prepared:
            forgotten, _ = self._prepared.popitem(last=False)
            self._held_chars -= len(forgotten)


def prepare(schema: GraphQLSchema, text: str) -> Prepared:
    """Parse, strip and validate a document. Never raises for what a client sent."""
    try:
        document = parse(
            text, no_location=True, max_lexical_tokens=MAX_DOCUMENT_TOKENS, max_source_length=MAX_DOCUMENT_CHARS
        )
    except GraphQLSyntaxError as error:
        return Prepared(None, (error.with_traceback(None),))  # its frames would hold the parser and all tokens
    stripped = strip_unknown_fields(schema, document)
    errors = _validate(schema, stripped)
    return Prepared(None, tuple(errors)) if errors else Prepared(stripped)


def validate_document(schema: GraphQLSchema, document: DocumentNode) -> list[GraphQLError]:
    """The errors of a document that is over the limits of `cost`, or invalid in spite of all leniency."""
    return _validate(schema, strip_unknown_fields(schema, document))


def _validate(schema: GraphQLSchema, document: DocumentNode) -> list[GraphQLError]:
    try:
        too_large = check_cost(document)
    except RecursionError:
        too_large = [GraphQLError("the document is too large: its fragments are nested too deeply")]
    if too_large:
        return too_large
    errors = validate(schema, document, RULES, hide_suggestions=True)
    for error in errors:
        error.message = _COORDINATE.sub(r' on field "\2" of type "\1"', _QUOTED.sub(r'"\1"', error.message))
    return errors
