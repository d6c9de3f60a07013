"""Settings of accounts, of signing in by the services of others, and of what is told about people."""

from __future__ import annotations

from dataclasses import dataclass, field

from steelyard.config.admin_key import check_admin_key


@dataclass(frozen=True)
class AccountSettings:
    signup: bool = field(default=False, metadata={"doc": "anybody who reaches the server may make an account"})
    admin_username: str = field(default="", metadata={"doc": "first administrator, made at first start"})
    admin_email: str = field(default="", metadata={"doc": "e-mail address of the first administrator"})
    admin_password: str = field(default="", metadata={"doc": "password of the first administrator", "secret": True})
    admin_api_key: str = field(default="", metadata={"doc": "API key of the first administrator", "secret": True})
    global_admin_key: str = field(
        default="",
        metadata={
            "doc": "static key that acts as the first active administrator, where the next setting allows it",
            "secret": True,
            "check": check_admin_key,
        },
    )
    allow_global_admin_key: bool = field(
        default=False, metadata={"doc": "that key is good: whoever has it administers the server, until a restart"}
    )
    no_personal_entities: bool = field(
        default=False,
        metadata={"doc": "nobody makes projects under their own name, and those that are there are read-only"},
    )
    user_team_creation: bool = field(default=False, metadata={"doc": "whoever has an account may make teams"})
    no_code_saving: bool = field(
        default=False, metadata={"doc": "clients do not upload the source of programs, whatever their owners chose"}
    )
    no_team_secrets: bool = field(
        default=False, metadata={"doc": "teams keep no secrets, and what they kept before is not used"}
    )
    no_admin_team_access: bool = field(
        default=False,
        metadata={"doc": "administrators see only the teams they belong to, and do not add themselves to others"},
    )
    allow_anonymous_public_projects: bool = field(
        default=False,
        metadata={"doc": "whoever is not signed in may read the projects that everybody may see: public and open ones"},
    )
    activity: bool = field(
        default=True,
        metadata={"doc": "on which days people were active is kept for 400 days, and shown to administrators"},
    )
    restore: bool = field(
        default=False,
        metadata={"doc": "the start prints a link by which the first administrator chooses a new password"},
    )
    session_hours: int = field(default=720, metadata={"doc": "length of a browser session, hours"})
    session_idle_minutes: int = field(
        default=10_080,
        metadata={"doc": "a browser session that was not used for this long ends, minutes, 10 at least; 0: never"},
    )


@dataclass(frozen=True)
class AuditSettings:
    collect: bool = field(default=True, metadata={"doc": "who does what is written to the audit log"})
    reads: bool = field(
        default=True,
        metadata={"doc": "the audit log tells too who looked at projects, artifacts, reports and people"},
    )
    days: int = field(default=365, metadata={"doc": "lines of the audit log are kept for this many days; 0: for ever"})
    copies: bool = field(
        default=False,
        metadata={"doc": "each day of the audit log is copied to the object store, without personal data"},
    )


@dataclass(frozen=True)
class SsoSettings:
    issuer: str = field(
        default="",
        metadata={
            "doc": "OpenID provider, such as https://login.example.org/realms/main; empty: no single sign-on",
            "form": r"(https?://[^/\s?#]+(/[^\s?#]*)?)?",
        },
    )
    client_id: str = field(default="", metadata={"doc": "name that the provider knows this server by"})
    client_secret: str = field(
        default="", metadata={"doc": "secret at the provider; empty: this server is a public client", "secret": True}
    )
    method: str = field(
        default="pkce",
        metadata={
            "doc": "`pkce`: a code that the server redeems; `implicit`: the token comes through the browser, as a form",
            "choices": ("pkce", "implicit"),
        },
    )
    scopes: str = field(default="", metadata={"doc": "scopes asked for on top of openid, profile and email"})
    group_claims: bool = field(
        default=False, metadata={"doc": "the groups that the provider tells are the teams that a person belongs to"}
    )
    groups_claim: str = field(default="groups", metadata={"doc": "claim that holds the groups"})
    identifier_claims: bool = field(
        default=False,
        metadata={"doc": "new accounts take preferred_username as user name; else the part of the address before @"},
    )
    no_provisioning: bool = field(
        default=False, metadata={"doc": "who has neither account nor invitation is turned away, not given an account"}
    )
    trust_email: bool = field(
        default=False,
        metadata={"doc": "addresses count as verified though the provider does not say so (email_verified)"},
    )
    no_passwords: bool = field(
        default=False, metadata={"doc": "nobody signs in by a password where there is single sign-on"}
    )
    label: str = field(default="SSO", metadata={"doc": "what the button on the sign-in page calls the provider"})
    leeway_s: int = field(default=60, metadata={"doc": "how far the provider's clock may be off, seconds"})


@dataclass(frozen=True)
class LdapSettings:
    address: str = field(
        default="",
        metadata={
            "doc": "directory, such as ldaps://ldap.example.org:636; several are asked in turn; empty: no directory"
        },
    )
    login: bool = field(
        default=False,
        metadata={"doc": "people sign in by the directory; false: `steelyard doctor` looks at it, nobody signs in"},
    )
    base_dn: str = field(default="", metadata={"doc": "where people and groups are, such as dc=example,dc=org"})
    user_base_dn: str = field(default="", metadata={"doc": "where people are; empty: below base_dn"})
    group_base_dn: str = field(default="", metadata={"doc": "where groups are; empty: below base_dn"})
    bind_dn: str = field(default="", metadata={"doc": "account that looks people up; empty: nobody's"})
    bind_password: str = field(default="", metadata={"doc": "password of that account", "secret": True})
    attributes: str = field(
        default="",
        metadata={"doc": "what is called otherwise there: email=mail,name=cn,username=uid,group=memberOf"},
    )
    user_object_class: str = field(default="", metadata={"doc": "object class of people; empty: any"})
    group_object_class: str = field(default="", metadata={"doc": "object class of groups; empty: any"})
    group_allow_list: str = field(
        default="",
        metadata={
            "doc": "groups whose people are let in: names separated by commas, or DNs by semicolons; empty: everybody"
        },
    )
    group_sync: bool = field(
        default=False, metadata={"doc": "the groups of the directory are the teams that a person belongs to"}
    )
    tls_enable: bool = field(default=False, metadata={"doc": "an ldap:// connection is encrypted first (StartTLS)"})
    ca: str = field(
        default="", metadata={"doc": "file of the authority that the directory's certificate must come from"}
    )
    trust_email: bool = field(
        default=True,
        metadata={"doc": "the address that the directory tells finds the account that has it; false: it does not"},
    )


@dataclass(frozen=True)
class ScimSettings:
    strict: bool = field(
        default=False,
        metadata={"doc": "SCIM answers as RFC 7643 has them; false: addresses and members as W&B Server writes them"},
    )


@dataclass(frozen=True)
class FederationSettings:
    token_s: int = field(
        default=3600, metadata={"doc": "how long an access token is good that an identity token was exchanged for, s"}
    )
    any_audience: bool = field(
        default=False, metadata={"doc": "identity tokens count whoever they were made for: only for a trial"}
    )
