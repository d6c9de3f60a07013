"""The Python of the guides works as it is printed."""

import re
from collections.abc import Callable
from pathlib import Path

from tests.harness.client import Client

GUIDE = Path(__file__).parents[2] / "docs" / "guide" / "logging.md"


def test_everything_that_the_page_on_logging_shows(client: Callable[..., Client]) -> None:
    blocks = re.findall(r"^```python\n(.*?)^```", GUIDE.read_text(), re.MULTILINE | re.DOTALL)
    assert len(blocks) >= 8
    client().run("\n".join(blocks))
