"""Passwords and keys: what is accepted, and how they are kept."""

import re

import pytest
from argon2 import extract_parameters
from hypothesis import given
from hypothesis import strategies as st

from steelyard.domains.accounts import secrets
from steelyard.kernel.errors import Invalid


async def test_a_password_is_kept_as_argon2id_and_recognised() -> None:
    stored = await secrets.hash_password("correct horse")
    assert stored.startswith("$argon2id$")
    assert await secrets.password_matches(stored, "correct horse")
    assert not await secrets.password_matches(stored, "correct horse ")
    assert stored != await secrets.hash_password("correct horse"), "each has a salt of its own"


@pytest.mark.parametrize("stored", [None, "", "not a hash", "$argon2id$broken"])
async def test_nothing_fits_a_hash_that_is_none(stored: str | None) -> None:
    assert not await secrets.password_matches(stored, "")
    assert not await secrets.password_matches(stored, "correct horse")


@pytest.mark.parametrize("password", ["", "1234567", "x" * 1025])
async def test_passwords_of_unfit_length(password: str) -> None:
    with pytest.raises(Invalid, match="12 to 1024"):
        await secrets.hash_password(password)


@pytest.mark.parametrize("password", ["123456789012", "längeres pässwörd 🔑", " " * 12, "x" * 1024])
async def test_any_characters_make_a_password(password: str) -> None:
    assert await secrets.password_matches(await secrets.hash_password(password), password)


async def test_what_nobody_has_costs_as_much_to_compare_with() -> None:
    wanted = extract_parameters(await secrets.hash_password("a long password"))
    assert extract_parameters(secrets._DECOY) == wanted


def test_new_keys_suit_every_client_version() -> None:
    keys = {secrets.new_api_key() for _ in range(50)}
    assert len(keys) == 50
    assert all(re.fullmatch(r"local-[0-9a-f]{40}", key) for key in keys)


@given(st.from_regex(r"[A-Za-z0-9_-]{8,128}", fullmatch=True))
def test_a_given_key_is_taken_as_it_is(key: str) -> None:
    assert secrets.check_given_key(key) == key
    assert re.fullmatch(r"[0-9a-f]{64}", secrets.hash_token(key))
    assert secrets.key_hint(key) == f"…{key[-4:]}"


@pytest.mark.parametrize("key", ["", "a" * 7, "a" * 129, "a" * 30 + " ", "a" * 30 + "\n", "é" * 40])
def test_unfit_keys(key: str) -> None:
    with pytest.raises(Invalid, match="8 to 128"):
        secrets.check_given_key(key)
