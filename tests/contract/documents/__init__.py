"""Every GraphQL document that an installed client can send, read from its package without running it.

`collect_documents` takes the folder of an installed `wandb` package. Python documents come from `python_source`, which
evaluates string expressions along every path through a function; those of the client's Go process from `go_binary`.
"""

from dataclasses import dataclass
from pathlib import Path

from tests.contract.documents.go_binary import go_documents
from tests.contract.documents.python_source import python_documents


@dataclass(frozen=True)
class ClientDocument:
    """The text of a document and the place in the client where it was first found."""

    text: str
    origin: str


def collect_documents(package: Path) -> list[ClientDocument]:
    """The distinct documents of the `wandb` package at `package`, in a stable order."""
    found = python_documents(package)
    binary = package / "bin" / "wandb-core"
    if binary.is_file():
        for text in go_documents(binary.read_bytes()):
            found.setdefault(text, "bin/wandb-core")
    return [ClientDocument(text, origin) for text, origin in sorted(found.items(), key=lambda item: item[::-1])]
