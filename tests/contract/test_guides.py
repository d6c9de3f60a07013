"""The Python of the guides works as it is printed."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.harness.client import Client

GUIDES = Path(__file__).parents[2] / "docs" / "guide"


@pytest.mark.parametrize(("page", "blocks_min"), [("log-artifacts", 4), ("logging", 8), ("resume", 4)])
def test_everything_that_a_page_shows(client: Callable[..., Client], page: str, blocks_min: int) -> None:
    text = (GUIDES / f"{page}.md").read_text()
    blocks = re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    assert len(blocks) >= blocks_min
    client().run("\n".join(blocks))
