"""Whether an answer is one that the OpenAPI description foresees: its status, and all that its JSON holds."""

import json
from functools import cache
from importlib.resources import files
from typing import Any

from jsonschema_rs import Draft202012Validator

from tests.harness.site import Answer

DESCRIPTION = json.loads((files("steelyard") / "domains" / "admin" / "openapi.json").read_text())


def check_described(name: str, answer: Answer) -> None:
    """Raise `AssertionError` for an answer of the route `name` that is not described. Routes that are not, pass."""
    method, path = name.replace(":path}", "}").split(" ")
    operation = DESCRIPTION["paths"].get(path, {}).get(method.lower())
    if operation is None:
        return
    told = operation["responses"]
    assert str(answer.status) in told, f"{name} answers {answer.status}, and says it answers {', '.join(told)}"
    validator = _validator(method.lower(), path, str(answer.status))
    if validator is not None and answer.body is not None:
        wrong = [
            f"{'/'.join(map(str, error.instance_path))}: {error.message[:300]}"
            for error in validator.iter_errors(answer.body)
        ]
        assert not wrong, f"{name} answers {answer.status} otherwise than it says:\n" + "\n".join(wrong)


@cache
def _validator(method: str, path: str, status: str) -> Draft202012Validator | None:
    response = DESCRIPTION["paths"][path][method]["responses"][status]
    if "$ref" in response:
        response = DESCRIPTION["components"]["responses"][status]
    schemas = [body["schema"] for body in response.get("content", {}).values() if "schema" in body]
    components = {"schemas": DESCRIPTION["components"]["schemas"]}
    one = schemas[0] if len(schemas) == 1 else {"anyOf": schemas}
    return Draft202012Validator(_closed(one | {"components": components})) if schemas else None


def _closed(schema: Any) -> Any:
    """Return the schema with no room for fields that it does not name."""
    if isinstance(schema, list):
        return [_closed(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {key: _closed(item) for key, item in schema.items()}
    is_whole = schema.get("type") == "object" and isinstance(schema.get("properties"), dict)
    return closed | {"additionalProperties": closed.get("additionalProperties", False)} if is_whole else closed
