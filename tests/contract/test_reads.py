"""What was logged is there right after finish, exact, whichever way the client asks for it."""

import json
from typing import Any

import pytest

from tests.contract.runner import Programs

pytestmark = pytest.mark.compatibility("Reading what was logged")

NAN, INF = float("nan"), float("inf")
ODD_ROWS: list[list[Any]] = [
    [0, {"x": 1, "loss": 0.1}],
    [3, {"x": NAN, "loss": INF, "nested": {"deep": {"a": -INF, "b": [1, 2.5, "three"]}}}],
    [7, {"x": -7.25e-300, "loss": 5e-324, "text": "naïve – 8×8 \U0001f600"}],
    [8, {"x": 2**53 + 1, "loss": 1.7976931348623157e308, "flag": True}],
    [20, {"x": 1e-7, "with.dot": 1, "with/slash": 2, "with space": 3}],
    [21, {"only": 1}],
]


@pytest.fixture(scope="module")
def odd(module_programs: Programs) -> dict[str, Any]:
    """Rows with gaps, nesting and numbers at the edge, read in every way."""
    logged = module_programs.run("log_run", init={"project": "reads", "id": "odd"}, rows=ODD_ROWS)
    ask = {
        "facts": ["facts", {}],
        "rows": ["scan", {}],
        "pages": ["scan", {"page_size": 2}],
        "loss": ["scan", {"keys": ["loss"]}],
        "loss_and_x": ["scan", {"keys": ["x", "loss"], "page_size": 5}],
        "deep": ["scan", {"keys": ["_step", "nested.deep.a"]}],
        "from_7": ["scan", {"min_step": 7}],
        "to_8": ["scan", {"max_step": 8}],
        "keyed_window": ["scan", {"keys": ["loss"], "min_step": 3, "max_step": 8}],
        "absent": ["scan", {"keys": ["never"]}],
        "sampled": ["sampled", {"samples": 100}],
        "two": ["sampled", {"samples": 2}],
        "keys": ["history_keys", {}],
    }
    return module_programs.run("read_run", path=f"{logged['entity']}/reads/odd", ask=ask)


def same(one: Any, other: Any) -> bool:
    """Equal, where NaN equals NaN and 1 is neither 1.0 nor True; the order of keys says nothing."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def test_rows_come_back_with_every_value(odd: dict[str, Any]) -> None:
    found = {row["_step"]: row for row in odd["rows"]}
    assert list(found) == [step for step, _ in ODD_ROWS]
    for step, values in ODD_ROWS[:1] + ODD_ROWS[2:]:
        assert all(same(found[step][key], value) for key, value in values.items()), found[step]
    assert same(found[3]["nested.deep.a"], -INF)
    assert same(found[3]["x"], NAN)
    assert same(found[3]["loss"], INF)
    assert found[3]["nested.deep.b"] == [1, 2.5, "three"]
    assert same(odd["pages"], odd["rows"])


def test_a_keyed_scan_has_the_rows_that_have_all_keys(odd: dict[str, Any]) -> None:
    assert [row["loss"] for row in odd["loss"]] == [0.1, "Infinity", 5e-324, 1.7976931348623157e308]
    assert [set(row) for row in odd["loss_and_x"]] == [{"_step", "x", "loss"}] * 4
    assert odd["deep"] == [{"_step": 3, "nested.deep.a": "-Infinity"}]
    assert odd["absent"] == []


def test_windows_include_their_first_step_only(odd: dict[str, Any]) -> None:
    assert [row["_step"] for row in odd["from_7"]] == [7, 8, 20, 21]
    assert [row["_step"] for row in odd["to_8"]] == [0, 3, 7]
    assert [row["loss"] for row in odd["keyed_window"]] == ["Infinity", 5e-324]


def test_samples_keep_first_and_last(odd: dict[str, Any]) -> None:
    assert same(odd["sampled"], odd["rows"])
    assert [row["_step"] for row in odd["two"]] == [0, 21]


def test_history_keys_are_exact(odd: dict[str, Any]) -> None:
    keys = odd["keys"]["keys"]
    assert odd["keys"]["lastStep"] == odd["facts"]["last_step"] == 21
    assert {"loss", "x", "nested.deep.a", "text", "flag", "with/slash", "with space", "only", "_step"} <= set(keys)
    assert keys["only"]["previousValue"] == 1
    assert keys["text"]["typeCounts"] == [{"type": "string", "count": 1}]
    assert keys["_step"]["monotonic"] is True


def test_summary_is_the_last_of_each(odd: dict[str, Any]) -> None:
    summary = odd["facts"]["summary"]
    assert (summary["x"], summary["loss"], summary["only"], summary["_step"]) == (1e-7, 1.7976931348623157e308, 1, 21)
    assert summary["nested"]["deep"]["b"] == [1, 2.5, "three"]
    assert summary["nested"]["deep"]["a"] in ("-Infinity", -INF)


def test_progress_bars_leave_one_line(programs: Programs) -> None:
    """The client redraws a line in place; the store keeps its last form, not its history."""
    bar = "".join(f"\rloading {done:3d}%" for done in range(101)) + "\n"
    colours = "\x1b[31mred\x1b[0m and \x1b[1;34mblue\x1b[0m\n"
    logged = programs.run("log_run", init={"project": "reads"}, rows=[[None, {"a": 1}]], console=[bar, colours])
    path = f"{logged['entity']}/reads/{logged['id']}"
    found = programs.run(
        "read_run", path=path, ask={"logs": ["logs", {}], "file": ["file_text", {"name": "output.log"}]}
    )
    lines = [line["text"] for line in found["logs"]]
    assert [line for line in lines if "loading" in line] == ["loading 100%"]
    assert any("\x1b[31mred" in line for line in lines)
    assert [line["number"] for line in found["logs"]] == list(range(len(lines)))
    assert "loading 100%" in found["file"]
