"""How the directory is asked: what the settings say of it, and filters that nobody's name can change."""

import pytest
from ldap3.operation.search import parse_filter
from ldap3.protocol.convert import prepare_filter_for_sending

from steelyard.adapters.ldap import plan
from steelyard.adapters.ldap.plan import Attributes, Place
from steelyard.config.groups.people import LdapSettings
from steelyard.kernel.errors import Invalid


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ldap.example.org", [Place("ldap.example.org", 389, tls=False)]),
        ("ldaps://ldap.example.org", [Place("ldap.example.org", 636, tls=True)]),
        ("ldaps://a:1636 ldap://b", [Place("a", 1636, tls=True), Place("b", 389, tls=False)]),
        ("ldap://[::1]:1389/", [Place("::1", 1389, tls=False)]),
    ],
)
def test_addresses(text: str, found: list[Place]) -> None:
    assert plan.places_of(LdapSettings(address=text)) == found


@pytest.mark.parametrize("text", ["http://a", "ldap://a:b", "ldap://", "ldap://a/dc=example", "ldap://a:70000"])
def test_an_address_that_is_none(text: str) -> None:
    with pytest.raises(Invalid, match="LDAP_ADDRESS"):
        plan.places_of(LdapSettings(address=text))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", Attributes()),
        ("email=mail,group=gidNumber", Attributes(group="gidNumber")),
        (" Email = proxyAddress , name=displayName", Attributes(email="proxyAddress", name="displayName")),
        ("username=sAMAccountName", Attributes(username=("sAMAccountName",))),
    ],
)
def test_attributes(text: str, found: Attributes) -> None:
    assert plan.attributes_of(LdapSettings(attributes=text)) == found


@pytest.mark.parametrize("text", ["mail", "phone=telephoneNumber", "email=", "email=mail)(uid=*"])
def test_attributes_that_are_none(text: str) -> None:
    with pytest.raises(Invalid, match="LDAP_ATTRIBUTES"):
        plan.attributes_of(LdapSettings(attributes=text))


def test_an_object_class_that_is_none() -> None:
    with pytest.raises(Invalid, match="LDAP_USER_OBJECT_CLASS"):
        plan.class_of("LDAP_USER_OBJECT_CLASS", "person)(uid=*")


LOGINS = ["*", "a*b", "x)(uid=*", "x))(|(uid=*", "\\2a", "a\0b", "(&)", "ü*", "a,b=c"]


@pytest.mark.parametrize("login", LOGINS)
def test_a_name_stays_a_name(login: str) -> None:
    """The filter has the same shape as for a plain name, and its values are what was typed."""
    where = plan.people_filter(Attributes(), "(objectClass=person)", login)
    assert _shape(where) == _shape(plan.people_filter(Attributes(), "(objectClass=person)", "plain"))
    assert _values(where)[1:] == [login.encode()] * 3


@pytest.mark.parametrize("name", LOGINS)
def test_a_name_stays_a_name_in_the_search_for_groups(name: str) -> None:
    where = plan.groups_filter("", f"cn={name},dc=x", name, "")
    assert _shape(where) == _shape(plan.groups_filter("", "cn=plain,dc=x", "plain", ""))


def _leaves(where: str) -> list[tuple[int, dict[str, object]]]:
    found: list[tuple[int, dict[str, object]]] = []

    def walk(node: object) -> None:
        found.append((node.tag, node.assertion or {}))  # type: ignore[attr-defined]
        for part in node.elements:  # type: ignore[attr-defined]
            walk(part)

    walk(parse_filter(where, None, False, None, None, False))
    return found


def _shape(where: str) -> list[tuple[int, object]]:
    return [(tag, content.get("attr")) for tag, content in _leaves(where)]


def _values(where: str) -> list[object]:
    found = [content["value"] for _, content in _leaves(where) if "value" in content]
    return [prepare_filter_for_sending(value) for value in found]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", set()),
        ("ml, Research ,", {"ml", "research"}),
        ("cn=ML,ou=groups,dc=example,dc=org", {"cn=ml,ou=groups,dc=example,dc=org"}),
        ("CN=a , ou=g;cn=b,ou=g;plain", {"cn=a,ou=g", "cn=b,ou=g", "plain"}),
        ("500,501", {"500", "501"}),
    ],
)
def test_groups_that_are_let_in(text: str, found: set[str]) -> None:
    assert plan.allowed_of(LdapSettings(group_allow_list=text)) == found


@pytest.mark.parametrize(
    ("group", "name"), [("cn=admins,ou=groups,dc=x", "admins"), ("admins", "admins"), ("", ""), ("500", "500")]
)
def test_the_name_of_a_group(group: str, name: str) -> None:
    assert plan.first_value(group) == name


def test_an_authority_that_is_none(tmp_path) -> None:  # type: ignore[no-untyped-def]
    for file in (tmp_path / "absent.pem", tmp_path / "empty.pem"):
        if "empty" in file.name:
            file.write_text("no certificate")
        with pytest.raises(Invalid, match="STEELYARD_LDAP_CA"):
            plan.trust_of(LdapSettings(ca=str(file)))
