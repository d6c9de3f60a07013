"""The generated pages of docs/reference say what the code says."""

from pathlib import Path

import pytest

from scripts.write_reference import pages

PAGES = pages()


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_the_page_is_current(path: Path) -> None:
    assert path.read_text() == PAGES[path], "run: make reference"


def test_every_setting_and_every_command_has_a_line_of_documentation() -> None:
    for path, text in PAGES.items():
        if path.suffix == ".md":
            assert "|  |\n" not in text, path.name
