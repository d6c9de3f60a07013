"""The pages that code and docs lead to exist, with the headings that are named."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SEARCHED = {
    "": ("*.md", "Makefile", "pyproject.toml"),
    "docs": ("**/*.md",),
    "examples": ("**/*.md", "**/*.py"),
    "scripts": ("*.py",),
    "steelyard": ("**/*.py", "**/*.graphql"),
    "tests": ("**/*.py",),
    "web/src": ("**/*.ts", "**/*.tsx"),
}
PAGE = re.compile(r"docs/[\w/-]+\.(?:md|graphql)(?:, ([A-Za-z][^();:.#]*))?")
LINK = re.compile(r"\]\(([^)\s]+)\)")


def sources() -> Iterator[Path]:
    for folder, patterns in SEARCHED.items():
        for pattern in patterns:
            yield from (ROOT / folder).glob(pattern)


def headings(page: Path) -> list[str]:
    return [line.lstrip("# ").lower() for line in page.read_text().splitlines() if line.startswith("#")]


def slug(heading: str) -> str:
    """The fragment that leads to a heading, as git hosts make it."""
    return re.sub(r"[^\w -]", "", heading).replace(" ", "-")


def test_pages_named_in_code_and_docs_exist_with_their_headings() -> None:
    missing = []
    for source in sources():
        # A docstring or comment may break the line between the page and the heading.
        text = re.sub(r"\s*\n\s*(?:#|//|\*)?\s*", " ", source.read_text())
        for found in PAGE.finditer(text):
            page = ROOT / found[0].partition(",")[0]
            wanted = " ".join((found[1] or "").lower().split())
            if source != Path(__file__) and not (page.is_file() and (not wanted or _has_heading(page, wanted))):
                missing.append(f"{source.relative_to(ROOT)}: {found[0]}")
    assert not missing


def _has_heading(page: Path, wanted: str) -> bool:
    """Prose may follow the heading."""
    return any(wanted == heading or wanted.startswith(f"{heading} ") for heading in headings(page))


PAGES = sorted([*ROOT.glob("docs/**/*.md"), *ROOT.glob("*.md")])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    for target in LINK.findall(page.read_text()):
        if "://" in target or target.startswith("mailto:"):
            continue
        path, _, fragment = target.partition("#")
        other = (page.parent / path).resolve() if path else page
        assert other.exists(), target
        if fragment:
            assert fragment in [slug(heading) for heading in headings(other)], target
