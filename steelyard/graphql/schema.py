"""The joined schema: `base.graphql` and the SDL of every slice, and its printed form under `docs/reference`.

`scripts/write_reference.py` writes the document that `docs/reference/schema.graphql` holds. Resolvers are not attached
here; that is the work of `binding`.
"""

from importlib.resources import files

from graphql import (
    DocumentNode,
    GraphQLSchema,
    Source,
    assert_valid_schema,
    build_ast_schema,
    concat_ast,
    lexicographic_sort_schema,
    parse,
    print_schema,
)

# Lower slices first. A slice's SDL names types of its own and of earlier slices only.
SLICES = (
    "accounts",
    "projects",
    "runs",
    "history",
    "files",
    "alerts",
    "artifacts",
    "registry",
    "sweeps",
    "reports",
    "launch",
    "automations",
    "admin",
)

REFERENCE_HEADER = "# Generated: make reference\n\n"


def load_documents() -> dict[str, DocumentNode]:
    """The parsed SDL by slice, `base` first; a slice without a `schema.graphql` is left out."""
    package = files("steelyard")
    sources = {"base": package / "graphql" / "base.graphql"}
    sources |= {name: package / "domains" / name / "schema.graphql" for name in SLICES}
    return {
        name: parse(Source(path.read_text(encoding="utf-8"), f"{name}.graphql"))
        for name, path in sources.items()
        if path.is_file()
    }


def build_schema() -> GraphQLSchema:
    """A new schema without resolvers, joined from all SDL and checked for validity (tens of milliseconds).

    Raises `TypeError` with every fault at once when the slices do not fit together.
    """
    schema = build_ast_schema(concat_ast(list(load_documents().values())))
    assert_valid_schema(schema)
    return schema


def print_reference() -> str:
    """The joined schema, sorted by name, so that a change of it reads well in review."""
    return REFERENCE_HEADER + print_schema(lexicographic_sort_schema(build_schema())) + "\n"
