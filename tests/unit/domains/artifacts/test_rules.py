"""Names of artifacts, aliases, tags and paths."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steelyard.domains.artifacts import rules
from steelyard.kernel.errors import Invalid


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("data", ("data", "latest")),
        ("data:", ("data", "latest")),
        ("data:v3", ("data", "v3")),
        ("data:best:of:all", ("data", "best:of:all")),
    ],
)
def test_first_colon_splits_a_version_name(name, expected):
    assert rules.split_version_name(name) == expected


@pytest.mark.parametrize(
    ("alias", "index"), [("v0", 0), ("v12", 12), ("v01", None), ("latest", None), ("v", None), ("V1", None)]
)
def test_only_vn_is_a_version_number(alias, index):
    assert rules.find_version_index(alias) == index


@pytest.mark.parametrize("alias", ["", " ", "a/b", "a:b", "v3", "x" * 129, "a\nb"])
def test_unfit_aliases_are_refused(alias):
    with pytest.raises(Invalid):
        rules.check_alias(alias)


@given(st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=128))
def test_letters_and_digits_make_a_collection_name(name):
    assert rules.check_collection_name(name) == name


@pytest.mark.parametrize("tag", ["good", "two words", "a-b_c"])
def test_fit_tags_pass(tag):
    assert rules.check_tag(tag) == tag


@pytest.mark.parametrize("tag", ["", " a", "a ", "a,b", "x" * 129])
def test_unfit_tags_are_refused(tag):
    with pytest.raises(Invalid):
        rules.check_tag(tag)


@pytest.mark.parametrize("path", ["", "/etc/passwd", "../up", "a/../../b", "a/..", "a\x00b", "a" * 4097])
def test_paths_outside_the_folder_are_refused(path):
    with pytest.raises(Invalid):
        rules.check_entry_path(path)


@pytest.mark.parametrize("path", ["a", "a/b.txt", "..a", "a..b/c", "with space %.html", "日本/x"])
def test_paths_inside_the_folder_pass(path):
    assert rules.check_entry_path(path) == path


@given(st.binary(min_size=16, max_size=16))
def test_a_digest_reads_as_hex(raw):
    assert rules.hex_of_digest(base64.b64encode(raw).decode()) == raw.hex()


@given(st.binary().filter(lambda raw: len(raw) != 16))
def test_a_digest_of_another_length_is_refused(raw):
    with pytest.raises(Invalid):
        rules.hex_of_digest(base64.b64encode(raw).decode())


@pytest.mark.parametrize(("given_s", "kept_s"), [(None, None), (-1, None), (-2, -2), (60, 60)])
def test_ttl_inherits_switches_off_or_counts(given_s, kept_s):
    assert rules.check_ttl(given_s) == kept_s


@pytest.mark.parametrize("ttl_s", [0, -3])
def test_ttl_without_meaning_is_refused(ttl_s):
    with pytest.raises(Invalid):
        rules.check_ttl(ttl_s)
