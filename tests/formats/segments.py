"""The rows in the segment files of this folder. Once per new format: python -m tests.formats.segments"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from steelyard.columnar.blocks import decode_block
from steelyard.columnar.directory import FORMAT
from steelyard.columnar.gather import gather
from steelyard.columnar.groups import encode_groups
from steelyard.columnar.lines import Lines
from steelyard.columnar.row_groups import group_rows
from steelyard.columnar.segment_writer import write_segment

FOLDER = Path(__file__).parent
COUNT = 1200


def rows() -> Iterator[dict[str, Any]]:
    """Every kind of value that a segment can hold. Never change them: the files hold these."""
    for i in range(COUNT):
        row: dict[str, Any] = {"_step": 2 * i, "_runtime": i / 4, "_timestamp": 1.7e9 + i / 4, "loss": 1 / (i + 1)}
        row["mixed"] = i if i % 3 else i / 2
        row["nested"] = {"count": i, "a.b": {"deep": i % 7 == 0}}
        if i % 5 == 0:
            row |= {"diverged": float(["nan", "inf", "-inf"][i % 3]), "text": f"epoch {i // 100}", "dotted.name": i}
        if i % 100 == 0:
            row |= {"list": [i, i + 0.5], "null": None, "either": {"x": 1} if i % 200 else "y", "big": i << 70}
            row["media"] = {"_type": "image-file", "path": f"media/{i}.png"} | ({"size": i} if i else {})
        yield row


def lines() -> Lines:
    """Two writers, one of which begins at a line that is not the first."""
    every = list(rows())
    halves = [("", 0, every[::2]), ("second", 7, every[1::2])]
    blocks = [
        decode_block(writer, first, len(half), encode_groups(group_rows(half), len(half)))
        for writer, first, half in halves
    ]
    return gather(blocks, {})[0]


if __name__ == "__main__":
    segment = write_segment(lines())
    (FOLDER / f"segment_{FORMAT}.parquet").write_bytes(segment.body)
    (FOLDER / f"segment_{FORMAT}.directory").write_bytes(segment.directory.to_bytes())
