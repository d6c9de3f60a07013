"""A real directory: Debian's `slapd`, with ldap://, StartTLS and ldaps:// and a tree that tests add people to."""

import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ldap3 import NONE, Connection, Server

from tests.services import processes, tls
from tests.services.packages import ensure_debian
from tests.services.places import free_ports
from tests.services.service import Service

SUFFIX = "dc=example,dc=org"
ADMIN, ADMIN_PASSWORD = f"cn=admin,{SUFFIX}", "directory-admin-secret"
# What servers look people up by.
READER, READER_PASSWORD = f"cn=reader,{SUFFIX}", "reader-secret-that-stays-secret"
PASSWORD = "the person's own password"
_CONFIG = """
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
include /etc/ldap/schema/nis.schema
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload memberof
pidfile {folder}/slapd.pid
argsfile {folder}/slapd.args
TLSCertificateFile {chain}
TLSCertificateKeyFile {key}
TLSCACertificateFile {authority}
database mdb
suffix "{suffix}"
rootdn "{admin}"
rootpw {password}
directory {folder}/data
maxsize 67108864
dbnosync
index objectClass,uid,mail eq
overlay memberof
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact="{reader}" read by anonymous auth by * none
"""


class Ldap(Service):
    name = "ldap"

    def install(self) -> None:
        ensure_debian("slapd", "slapd")

    def is_installed(self) -> bool:
        return Path("/usr/sbin/slapd").exists()

    def launch(self) -> tuple[int, dict[str, Any]]:
        program, folder, made = ensure_debian("slapd", "slapd"), self.folder, tls.ensure_certificates()
        plain, encrypted = free_ports(2)
        (folder / "data").mkdir()
        config = folder / "slapd.conf"
        config.write_text(
            _CONFIG.format(
                folder=folder,
                chain=made.chain,
                key=made.key,
                authority=made.authority,
                suffix=SUFFIX,
                admin=ADMIN,
                password=ADMIN_PASSWORD,
                reader=READER,
            )
        )
        addresses = f"ldap://127.0.0.1:{plain} ldaps://127.0.0.1:{encrypted}"
        command = [str(program), "-d", "0", "-f", str(config), "-h", addresses]
        pid = processes.spawn(command, log=folder / "log", cwd=folder)

        def plant() -> bool:
            with as_admin(plain) as connection:
                rows = [
                    (SUFFIX, ["dcObject", "organization"], {"dc": "example", "o": "Example"}),
                    *((f"ou={name},{SUFFIX}", ["organizationalUnit"], {"ou": name}) for name in ("people", "groups")),
                    (READER, ["organizationalRole", "simpleSecurityObject"], {"userPassword": READER_PASSWORD}),
                ]
                return all(connection.add(*row) for row in rows)

        processes.wait_ready(pid, plant, log=folder / "log", timeout_s=self.start_timeout_s)
        return pid, {"plain": plain, "encrypted": encrypted, "authority": str(made.authority)}

    def clean_up(self, details: dict[str, Any]) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)


@contextmanager
def as_admin(port: int) -> Iterator[Any]:
    """A connection that may write."""
    connection = Connection(Server("127.0.0.1", port, connect_timeout=5, get_info=NONE), ADMIN, ADMIN_PASSWORD)
    try:
        assert connection.bind(), connection.result
        yield connection
    finally:
        connection.unbind()


class Tree:
    """What tests put into the directory and take out of it. Names are random, for all sessions share one tree."""

    def __init__(self, details: dict[str, Any]) -> None:
        self.port, self.encrypted = int(details["plain"]), int(details["encrypted"])
        self.authority = str(details["authority"])

    @property
    def settings(self) -> dict[str, str]:
        """What a server needs that signs people in by it."""
        return {
            "LDAP_ADDRESS": f"ldap://127.0.0.1:{self.port}",
            "LDAP_LOGIN": "true",
            "LDAP_BASE_DN": SUFFIX,
            "LDAP_BIND_DN": READER,
            "LDAP_BIND_PW": READER_PASSWORD,
        }

    def person(self, name: str = "", **values: Any) -> str:
        """Add a person with the password `PASSWORD`; return their name."""
        name = name or f"p{secrets.token_hex(4)}"
        known = {"uid": name, "cn": name.title(), "sn": name, "mail": f"{name}@example.org", "userPassword": PASSWORD}
        found = {key: value for key, value in (known | values).items() if value is not None}
        kinds = ["inetOrgPerson"] + (["posixAccount"] if "gidNumber" in found else [])
        self.add(self.dn(name), kinds, found)
        return name

    def group(self, *people: str, name: str = "") -> str:
        """Add a group of these people; return its name."""
        name = name or f"g{secrets.token_hex(4)}"
        members = [self.dn(person) for person in people] or [ADMIN]
        self.add(f"cn={name},ou=groups,{SUFFIX}", ["groupOfNames"], {"member": members})
        return name

    def dn(self, name: str) -> str:
        return f"uid={name},ou=people,{SUFFIX}"

    def add(self, dn: str, kinds: list[str], values: dict[str, Any]) -> None:
        with as_admin(self.port) as connection:
            assert connection.add(dn, kinds, values), connection.result

    def change(self, dn: str, **values: Any) -> None:
        with as_admin(self.port) as connection:
            changes = {name: [("MODIFY_REPLACE", value)] for name, value in values.items()}
            assert connection.modify(dn, changes), connection.result

    def remove(self, dn: str) -> None:
        with as_admin(self.port) as connection:
            assert connection.delete(dn), connection.result
