"""Global ids go out and come back as the same number, and nothing else is taken for one."""

import base64
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steelyard.kernel.errors import NotFound
from steelyard.kernel.ids import decode_global_id, encode_global_id, find_global_id, random_name

TYPES = st.sampled_from(["Run", "Project", "Artifact", "ApiKey", "ArtifactFile:7", "User"])
NUMBERS = st.integers(0, 2**63 - 1).filter(lambda number: number < 10**18)


@given(TYPES, NUMBERS)
def test_an_id_comes_back_padded_or_not(type_name: str, number: int) -> None:
    text = encode_global_id(type_name, number)
    assert find_global_id(type_name, text) == number
    assert find_global_id(type_name, text.rstrip("=")) == number


@given(TYPES, NUMBERS)
def test_an_id_is_padded_base64_that_fits_into_addresses(type_name: str, number: int) -> None:
    text = encode_global_id(type_name, number)
    assert re.fullmatch(r"[A-Za-z0-9]+=*", text)
    assert base64.b64encode(base64.b64decode(text, validate=True)).decode() == text


@given(NUMBERS)
def test_an_id_of_one_type_is_none_of_another(number: int) -> None:
    assert find_global_id("Run", encode_global_id("Project", number)) is None


@given(st.text())
def test_no_text_breaks_the_reader(text: str) -> None:
    number = find_global_id("Run", text)
    assert number is None or number >= 0


@pytest.mark.parametrize(
    "inner", ["Run:", "Run:-1", "Run:1.0", "Run: 1", "Run:²", "Run:99999999999999999999", "run:1", "1"]
)
def test_what_looks_like_an_id_but_is_none_is_absent(inner: str) -> None:
    text = base64.b64encode(inner.encode()).decode()
    assert find_global_id("Run", text) is None
    with pytest.raises(NotFound, match="run"):
        decode_global_id("Run", text)


def test_random_names_have_the_form_of_run_ids_and_differ() -> None:
    names = {random_name() for _ in range(500)}
    assert len(names) == 500
    assert all(re.fullmatch(r"[a-z0-9]{8}", name) for name in names)
