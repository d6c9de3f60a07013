"""`make audit` gives no all-clear for what the registries have not been asked about."""

import json

from scripts.audit import read_npm, read_pip


def test_packages_that_were_skipped_are_not_taken_for_sound() -> None:
    found = read_pip(json.dumps({"dependencies": [{"name": "a", "skip_reason": "not found on PyPI"}], "fixes": []}))
    assert (found.asked, found.known, found.unasked) == (0, [], ["not found on PyPI"])


def test_a_known_weakness_is_named() -> None:
    package = {"name": "a", "version": "1", "vulns": [{"id": "CVE-1"}]}
    found = read_pip(json.dumps({"dependencies": [package, {"name": "b", "version": "2", "vulns": []}]}))
    assert (found.asked, found.known, found.unasked) == (2, ["a 1: CVE-1"], [])


def test_a_registry_without_advisories_is_no_all_clear() -> None:
    found = read_npm(json.dumps({"message": "405 Method Not Allowed", "statusCode": 405}))
    assert (found.asked, found.unasked) == (0, ["405 Method Not Allowed"])
    answer = {"metadata": {"dependencies": {"total": 3}}, "vulnerabilities": {"a": {"severity": "high"}}}
    assert read_npm(json.dumps(answer)).known == ["a: high"]
    assert read_npm("").unasked == ["npm audit gave no answer"]
