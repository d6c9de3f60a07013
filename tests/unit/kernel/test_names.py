"""Which names may be given."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steelyard.kernel.errors import Invalid
from steelyard.kernel.names import RESERVED, check_entity_name, check_project_name, check_run_id, fold

ENTITY = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}", fullmatch=True)


@given(ENTITY)
def test_entities_have_up_to_64_letters_digits_and_a_few_signs(name: str) -> None:
    if fold(name) not in RESERVED:
        assert check_entity_name(name) == name


@pytest.mark.parametrize("name", ["", "a" * 65, "-a", ".a", "_a", "a b", "a/b", "ä", "a\n", "a\x00", "…", "ａ"])
def test_unfit_entity_names(name: str) -> None:
    with pytest.raises(Invalid, match="1 to 64"):
        check_entity_name(name)


@pytest.mark.parametrize("name", ["graphql", "Settings", "APP", "robots.txt"])
def test_our_own_routes_are_no_entities(name: str) -> None:
    with pytest.raises(Invalid, match="reserved"):
        check_entity_name(name)


@pytest.mark.parametrize("name", ["p", "a" * 128, "two words", "naïve", "a.b-c_d", "日本", "a+b&c"])
def test_project_names_that_clients_let_through(name: str) -> None:
    assert check_project_name(name) == name


@pytest.mark.parametrize("name", ["", "  ", "a" * 129, *(f"a{sign}b" for sign in "/\\#?%:\r\n\x00")])
def test_unfit_project_names(name: str) -> None:
    with pytest.raises(Invalid, match="project name"):
        check_project_name(name)


@pytest.mark.parametrize("run_id", ["a1b2c3d4", "a" * 128, "with space", "100%", "ünï", "a.b\\c"])
def test_run_ids_that_clients_let_through(run_id: str) -> None:
    assert check_run_id(run_id) == run_id


@pytest.mark.parametrize("run_id", ["", " a", "a ", "a" * 129, *(f"a{sign}b" for sign in ":;,#?/'\x00")])
def test_unfit_run_ids(run_id: str) -> None:
    with pytest.raises(Invalid, match="run id"):
        check_run_id(run_id)


@given(st.text(max_size=70))
def test_names_that_differ_in_case_alone_are_one(name: str) -> None:
    assert fold(fold(name)) == fold(name)
    assert fold("Alice") == fold("aLICE")
