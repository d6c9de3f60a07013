"""What a benchmark found: rows of named figures, printed as a Markdown table and kept as Markdown and JSON."""

import argparse
import json
import os
import platform
import statistics
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

FOLDER = Path("build/benchmarks")

Figures = dict[str, Any]


def add_output(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--output", type=Path, default=FOLDER, help="folder for the table as .md and .json")


def percentile(values: Sequence[float], percent: float) -> float:
    """The value that `percent` of all do not exceed; 0 for none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))] if ordered else 0.0


def median_figures(rounds: list[Figures]) -> Figures:
    """Each number as its median over the rounds; texts as in the last round."""
    merged = dict(rounds[-1])
    for name, value in merged.items():
        if isinstance(value, int | float):
            merged[name] = statistics.median(one[name] for one in rounds)
    return merged


def publish(title: str, rows: list[Figures], folder: Path, **facts: object) -> None:
    """Print the table; write it to `folder` as well, with every fact that tells how it was made."""
    name = title.partition(":")[0]
    facts = {"machine": machine(), "revision": revision(), **facts}
    text = f"## {title}\n\n{markdown(rows)}\n\n" + "\n".join(f"- {key}: {value}" for key, value in facts.items()) + "\n"
    print(text)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.md").write_text(text)
    (folder / f"{name}.json").write_text(
        json.dumps({"title": title, "facts": facts, "rows": rows}, indent=2, default=str)
    )


def markdown(rows: list[Figures]) -> str:
    columns = list(dict.fromkeys(name for row in rows for name in row))
    lines = ["| " + " | ".join(columns) + " |", "|" + "---|" * len(columns)]
    lines += ["| " + " | ".join(shown(row.get(name)) for name in columns) + " |" for row in rows]
    return "\n".join(lines)


def shown(value: object) -> str:
    """Three significant digits, thousands apart."""
    if value is None:
        return ""
    if not isinstance(value, int | float):
        return str(value)
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def machine() -> str:
    load = "/".join(f"{one:.1f}" for one in os.getloadavg())
    cores, python = os.cpu_count(), platform.python_version()
    return f"{cores} cores, {platform.machine()}, Python {python}, load average {load} at the end"


def revision(folder: Path = Path()) -> str:
    done = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=folder, capture_output=True, text=True, check=False
    )
    return done.stdout.strip() or "unknown"
