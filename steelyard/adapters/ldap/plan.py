"""How the directory is to be asked, read from the settings: servers, attributes, who is let in. Pure."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from ldap3.core.exceptions import LDAPInvalidDnError
from ldap3.utils.conv import escape_filter_chars
from ldap3.utils.dn import parse_dn

from steelyard.config.groups.people import LdapSettings
from steelyard.kernel.errors import Invalid

# Where the chart of W&B Server puts the authority of a directory.
CA_OF_CHART = Path("/var/run/secrets/wandb.ai/ldap/ca.crt")
_PORTS = {"ldap": 389, "ldaps": 636}
_NAMES = {"email": "email", "mail": "email", "name": "name", "username": "username", "group": "group"}


@dataclass(frozen=True)
class Place:
    """One server of the directory. `tls` is spoken from the first byte."""

    host: str
    port: int
    tls: bool

    def __str__(self) -> str:
        return f"{'ldaps' if self.tls else 'ldap'}://{self.host}:{self.port}"


@dataclass(frozen=True)
class Attributes:
    """What the directory calls the parts of a person; `username` may be one of several."""

    email: str = "mail"
    name: str = "cn"
    username: tuple[str, ...] = ("uid", "sAMAccountName")
    group: str = "memberOf"


def places_of(settings: LdapSettings) -> list[Place]:
    """Return the servers, those to be asked first before the others. Raises `Invalid`."""
    found = []
    for text in settings.address.replace(",", " ").split():
        try:
            parts = urlsplit(text if "://" in text else f"ldap://{text}")
            port = parts.port
        except ValueError as error:
            raise Invalid(f"LDAP_ADDRESS: {text!r}: {error}") from error
        if parts.scheme not in _PORTS or not parts.hostname or parts.path not in {"", "/"}:
            raise Invalid(f"LDAP_ADDRESS cannot be {text!r}; it is such as ldaps://ldap.example.org:636")
        found.append(Place(parts.hostname, port or _PORTS[parts.scheme], parts.scheme == "ldaps"))
    return found


def attributes_of(settings: LdapSettings) -> Attributes:
    """Read `email=mail,name=cn,username=uid,group=memberOf`; what is left out is as by default. Raises `Invalid`."""
    given: dict[str, str] = {}
    for pair in filter(None, (item.strip() for item in settings.attributes.split(","))):
        ours, is_pair, theirs = (part.strip() for part in pair.partition("="))
        if not is_pair or not theirs or ours.lower() not in _NAMES:
            raise Invalid(f"LDAP_ATTRIBUTES has {pair!r}; pairs are such as email=mail, for {', '.join(_NAMES)}")
        if escape_filter_chars(theirs) != theirs:
            raise Invalid(f"LDAP_ATTRIBUTES: {theirs!r} is no attribute")
        given[_NAMES[ours.lower()]] = theirs
    usual = Attributes()
    return Attributes(
        email=given.get("email", usual.email),
        name=given.get("name", usual.name),
        username=(given["username"],) if "username" in given else usual.username,
        group=given.get("group", usual.group),
    )


def class_of(setting: str, text: str) -> str:
    """Return an object class as a part of a filter, empty for any. Raises `Invalid`."""
    if escape_filter_chars(text) != text:
        raise Invalid(f"{setting}: {text!r} is no object class")
    return f"(objectClass={text.strip()})" if text.strip() else ""


def people_filter(attributes: Attributes, object_class: str, login: str | None = None) -> str:
    """Return the filter that finds who signs in as `login`, whatever stands in it, or all who could for None."""
    value = "*" if login is None else escape_filter_chars(login)
    either = "".join(f"({name}={value})" for name in (*attributes.username, attributes.email))
    return f"(&{object_class or '(objectClass=*)'}(|{either}))"


def groups_filter(object_class: str, dn: str, username: str, number: str) -> str:
    """Return the filter that finds the groups which list somebody, or have the number."""
    ways = [f"({name}={escape_filter_chars(dn)})" for name in ("member", "uniqueMember")]
    ways += [f"(memberUid={escape_filter_chars(username)})"] if username else []
    ways += [f"(&(objectClass=posixGroup)(gidNumber={escape_filter_chars(number)}))"] if number else []
    return f"(&{object_class or '(objectClass=*)'}(|{''.join(ways)}))"


def group_filter(object_class: str, name: str) -> str:
    """Return the filter that finds a group by its name or number."""
    value = escape_filter_chars(name)
    return f"(&{object_class or '(objectClass=*)'}(|(cn={value})(gidNumber={value})))"


def allowed_of(settings: LdapSettings) -> frozenset[str]:
    """Return the groups that are let in, as `plain` writes them; none for everybody.

    Names are separated by commas. What holds a whole DN, which has commas itself, is separated by semicolons.
    """
    text = settings.group_allow_list
    by_comma = ";" not in text and "=" not in text
    return frozenset(plain(item) for item in text.split("," if by_comma else ";") if item.strip())


def plain(group: str) -> str:
    """Return a group's name or DN in a form in which two can be compared."""
    try:
        parts = parse_dn(group, strip=True)
    except (LDAPInvalidDnError, IndexError):
        return group.strip().casefold()
    return ",".join(f"{name}={value}" for name, value, _ in parts).casefold()


def first_value(group: str) -> str:
    """Return what a DN begins with, `admins` of `cn=admins,ou=groups`; a name as it stands."""
    try:
        return str(parse_dn(group, strip=True)[0][1])
    except (LDAPInvalidDnError, IndexError):
        return group


def trust_of(settings: LdapSettings) -> ssl.SSLContext:
    """Return what certificates are checked by: the authority that is named, else those of the system.

    Raises `Invalid` for one that cannot be read.
    """
    file = settings.ca or (str(CA_OF_CHART) if CA_OF_CHART.exists() else None)
    try:
        return ssl.create_default_context(cafile=file)
    except (OSError, ssl.SSLError) as error:
        raise Invalid(f"STEELYARD_LDAP_CA: {file} holds no certificates that can be read: {error}") from error
