"""The first rows of columns and lines: what a cut segment keeps."""

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from steelyard.columnar.columns import first_rows, values_column
from steelyard.columnar.lines import Lines

values = st.one_of(st.none(), st.integers(-5, 5), st.floats(allow_nan=False), st.text(max_size=2))


@given(
    rows=st.lists(st.dictionaries(st.sampled_from("abc"), values), max_size=8),
    count=st.integers(0, 9),
)
def test_the_first_rows_are_those_of_a_shorter_list(rows: list[dict[str, Any]], count: int) -> None:
    found = first_rows(_columns(rows), count)
    wanted = _columns(rows[:count])
    assert found.keys() == wanted.keys()
    for key, column in found.items():
        assert column.rows.tolist() == wanted[key].rows.tolist()
        assert column.nulls.tolist() == wanted[key].nulls.tolist()
        assert list(map(repr, column.values())) == list(map(repr, wanted[key].values()))


def _columns(rows: list[dict[str, Any]]) -> dict[str, Any]:
    keys = dict.fromkeys(key for row in rows for key in row)
    where = {key: [at for at, row in enumerate(rows) if key in row] for key in keys}
    return {key: values_column(np.array(at, dtype=np.int64), [rows[i][key] for i in at]) for key, at in where.items()}


def test_lines_keep_their_writers_and_numbers() -> None:
    column = values_column(np.array([0, 2]), [1, 2])
    lines = Lines(np.array([1, 1, 4]), ("", "w"), np.array([0, 1, 0]), np.array([5, 0, 6]), {"v": column})
    first = lines.first(2)
    assert (first.steps.tolist(), first.of_writer.tolist(), first.numbers.tolist()) == ([1, 1], [0, 1], [5, 0])
    assert first.columns["v"].values() == [1]
    assert lines.first(0).columns == {}
