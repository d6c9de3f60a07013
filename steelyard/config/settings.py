"""The settings tree: every setting once, typed, with a line of documentation. Values come from `sources.py`."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from steelyard.config.admin_key import check_admin_key
from steelyard.config.banners import check_banners
from steelyard.config.bucket_url import check_bucket_url
from steelyard.config.mysql_url import check_mysql_url
from steelyard.config.team_bucket_list import check_team_buckets

# Where proxies of one's own stand: this machine, private networks (RFC 1918, 6598, 4193).
PRIVATE = "127.0.0.0/8,::1,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,100.64.0.0/10,fc00::/7"


@dataclass(frozen=True)
class ServerSettings:
    host: str = field(default="127.0.0.1", metadata={"doc": "address to listen on"})
    port: int = field(default=8080, metadata={"doc": "port to listen on"})
    public_url: str = field(
        default="",
        metadata={
            "doc": "origin that users and clients reach us at, such as https://wandb.example.org; empty: as asked",
            "form": r"(https?://[^/\s]+/?)?",
        },
    )
    trusted_proxies: str = field(
        default=PRIVATE,
        metadata={"doc": "addresses and networks whose X-Forwarded-* headers are believed; * for all"},
    )
    authorities: str = field(
        default="",
        metadata={
            "doc": "file of certificates, or folder of `.crt` and `.pem` files, of authorities that are trusted beside"
            " the system's: for the bucket, MySQL, mail and single sign-on"
        },
    )
    tls_certificate: str = field(
        default="",
        metadata={
            "doc": "file with this server's certificate and those between it and its authority (PEM): the server speaks"
            " https itself; empty: a proxy does, or nobody"
        },
    )
    tls_key: str = field(
        default="", metadata={"doc": "file with the key of that certificate (PEM); empty: it is in the same file"}
    )
    client_authority: str = field(
        default="",
        metadata={
            "doc": "file of the authority that clients must trust to reach the public address (PEM), where it is a"
            " private one: the web app shows it, and what to set"
        },
    )
    cors_origins: str = field(
        default="",
        metadata={
            "doc": "origins whose pages may ask this server with an API key of theirs, such as https://lab.example.org,"
            " by commas; * for all; cookies never count there",
            "form": r"(\s*(\*|null|https?://[^/\s,*]+)\s*(,|$))*",
        },
    )
    banners: str = field(
        default="",
        metadata={
            "doc": "what the web app says on top of every page, as JSON: names with the type (info, warning or error),"
            " heading, message and dismissable of each",
            "check": check_banners,
        },
    )
    drain_s: int = field(
        default=3,
        metadata={"doc": "how long a process that is to end (SIGTERM) still serves those who are connected, seconds"},
    )


@dataclass(frozen=True)
class DatabaseSettings:
    url: str = field(
        default="",
        metadata={
            "doc": "mysql://user:password@host:port/name; empty: by the parts below, or SQLite",
            "secret": True,
            "check": check_mysql_url,
        },
    )
    host: str = field(default="", metadata={"doc": "MySQL server, where no URL is set; empty: SQLite"})
    port: int = field(default=3306, metadata={"doc": "port of the MySQL server"})
    username: str = field(default="", metadata={"doc": "account at the MySQL server"})
    password: str = field(default="", metadata={"doc": "password at the MySQL server", "secret": True})
    name: str = field(default="", metadata={"doc": "database at the MySQL server"})
    ca: str = field(
        default="", metadata={"doc": "file of the authority that the MySQL server's certificate must come from"}
    )
    max_connections: int = field(default=20, metadata={"doc": "connections per process"})
    auto_migrate: bool = field(
        default=True,
        metadata={"doc": "a starting server brings the schema up to date; false: `steelyard migrate` does"},
    )


@dataclass(frozen=True)
class ObjectSettings:
    bucket: str = field(
        default="",
        metadata={
            "doc": "s3://key:secret@host:port/bucket/prefix, az://account/container/prefix, gs://key:secret@bucket, or"
            " file:///folder; empty: a folder of the data folder",
            "secret": True,
            "check": check_bucket_url,
        },
    )
    team_buckets: str = field(
        default="",
        metadata={
            "doc": "further buckets, of which one may be chosen for a team when it is made: URLs by commas, each best"
            " with a name that stays, lab=s3://… (a comma in a URL is written %2C)",
            "secret": True,
            "check": check_team_buckets,
        },
    )
    endpoint: str = field(
        default="",
        metadata={
            "doc": "address of the bucket's server, such as https://s3.example.org:9000; empty: as the URL says",
            "form": r"(https?://[^/\s]+/?)?",
        },
    )
    name: str = field(default="", metadata={"doc": "name of the bucket; empty: as the URL says"})
    storage_key: str = field(
        default="", metadata={"doc": "key of the account at Azure Blob Storage; empty: as the URL says", "secret": True}
    )
    region: str = field(default="us-east-1", metadata={"doc": "bucket region when the URL names none"})
    proxied: bool = field(
        default=False, metadata={"doc": "clients and browsers reach the bucket through this server, not directly"}
    )
    public_endpoint: str = field(
        default="",
        metadata={
            "doc": "where clients and browsers reach the bucket's service, when that is another address than ours, such"
            " as https://s3.example.org",
            "form": r"(https?://[^/\s]+(/[^\s?]*)?)?",
        },
    )
    kms_key_id: str = field(
        default="", metadata={"doc": "key that AWS encrypts objects with (SSE-KMS); empty: as the bucket has it"}
    )
    purge_versions: bool = field(
        default=False,
        metadata={
            "doc": "what is deleted goes with all its versions, where an S3 bucket keeps them; false: they stay there"
        },
    )
    read_ttl_s: int = field(default=3600, metadata={"doc": "how long signed URLs are good for reading, seconds"})
    write_ttl_s: int = field(default=86_400, metadata={"doc": "how long signed URLs are good for uploads, seconds"})
    access_identity: str = field(
        default="",
        metadata={
            "doc": "whom the bucket's owner must let in, in words: only shown to administrators, in the settings"
        },
    )
    attribution_disabled: bool = field(
        default=False, metadata={"doc": "signed URLs do not say who asked for them (X-User), for the logs of buckets"}
    )


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


@dataclass(frozen=True)
class RunSettings:
    heartbeat_grace_s: int = field(
        default=300, metadata={"doc": "a run silent for this long counts as crashed, seconds"}
    )
    trash_days: int = field(
        default=0, metadata={"doc": "deleted runs are kept for this many days and then deleted for good; 0: for ever"}
    )


@dataclass(frozen=True)
class HistorySettings:
    flush_chunks: int = field(
        default=256, metadata={"doc": "requests of one run that the journal holds before they become a segment"}
    )
    flush_bytes: int = field(
        default=8 << 20, metadata={"doc": "bytes of one run that the journal holds before they become a segment"}
    )
    seal_values: int = field(
        default=2_000_000, metadata={"doc": "values from which on a segment is final and never merged again"}
    )
    merge_fan_in: int = field(default=8, metadata={"doc": "segments of similar size that are merged into one"})
    cache_bytes: int = field(
        default=256 << 20, metadata={"doc": "memory for rows and columns read lately, bytes per process"}
    )
    exports: str = field(
        default="exact",
        metadata={
            "doc": "which whole histories clients get as Parquet files: `exact` those of which every row has every key,"
            " without objects or media, so that scans give the same rows as page by page; `all` any but mixed types,"
            " where scans for some keys give other rows, and missing values come as nulls",
            "choices": ("exact", "all"),
        },
    )


@dataclass(frozen=True)
class TableSettings:
    index_bytes: int = field(
        default=10 << 30,
        metadata={"doc": "space in the object store for indexes of logged tables; the least used ones go first"},
    )


@dataclass(frozen=True)
class CollectionSettings:
    enabled: bool = field(
        default=True, metadata={"doc": "content that no artifact version needs any more is deleted by itself"}
    )
    every_s: int = field(default=3600, metadata={"doc": "how often such content is looked for, seconds"})
    grace_s: int = field(default=86_400, metadata={"doc": "deleted versions keep their content for this long, seconds"})
    unfinished_s: int = field(
        default=86_400,
        metadata={
            "doc": "uploads that nobody went on with for this long are given up, seconds; never before the upload"
            " addresses end (STEELYARD_OBJECTS_WRITE_TTL_S)"
        },
    )
    batch_rows: int = field(default=500, metadata={"doc": "rows that one transaction of the collection changes"})
    parallel_deletes: int = field(default=8, metadata={"doc": "objects that are deleted from the store at a time"})


@dataclass(frozen=True)
class FeatureSettings:
    off: str = field(
        default="",
        metadata={
            "doc": "capabilities that clients are told are off, names as on the page /compat, separated by commas"
        },
    )


@dataclass(frozen=True)
class WorkerSettings:
    inside_serve: bool = field(
        default=True,
        metadata={"doc": "`serve` does the background work too; false where `steelyard worker` runs apart"},
    )


@dataclass(frozen=True)
class LimitSettings:
    project_requests: int = field(
        default=0, metadata={"doc": "stream requests of one project per second; 0, as everywhere here: no bound"}
    )
    project_bytes: int = field(default=0, metadata={"doc": "streamed bytes of one project per second"})
    run_requests: int = field(default=0, metadata={"doc": "stream requests of one run per second"})
    run_bytes: int = field(default=0, metadata={"doc": "streamed bytes of one run per second"})
    user_requests: int = field(default=0, metadata={"doc": "stream and API requests of one account per second"})
    user_bytes: int = field(default=0, metadata={"doc": "streamed bytes of one account per second"})
    user_query_seconds: int = field(
        default=0, metadata={"doc": "seconds that the API queries of one account may take per second, all together"}
    )
    project_run_changes: int = field(
        default=0, metadata={"doc": "creations and updates of runs of one project per second"}
    )
    project_artifacts: int = field(
        default=0, metadata={"doc": "artifact versions that are begun in one project per window"}
    )
    project_artifacts_window_s: int = field(default=1, metadata={"doc": "length of that window, seconds"})
    processes: int = field(
        default=1, metadata={"doc": "server processes that requests are spread over: each allows its part of a rate"}
    )


@dataclass(frozen=True)
class MailSettings:
    url: str = field(
        default="",
        metadata={
            "doc": "mail server, smtp://user:password@host:port; smtps:// for TLS at once; empty: by the parts below",
            "secret": True,
        },
    )
    host: str = field(default="", metadata={"doc": "mail server, where no URL is set; empty: no mail is sent"})
    port: int = field(default=587, metadata={"doc": "port of the mail server; 465 means TLS from the first byte"})
    username: str = field(default="", metadata={"doc": "account at the mail server"})
    password: str = field(default="", metadata={"doc": "password at the mail server", "secret": True})
    sender: str = field(default="", metadata={"doc": "address that mail comes from; empty: noreply@ our own host"})
    security: str = field(
        default="auto",
        metadata={
            "doc": "`auto` by port and by what the server offers; `starttls` never goes without",
            "choices": ("auto", "tls", "starttls", "none"),
        },
    )


_SITE = r"https?://[^/\s?#]+(/[^\s?#]*)?"


@dataclass(frozen=True)
class SlackSettings:
    client_id: str = field(default="", metadata={"doc": "client id of a Slack app; empty: alerts do not go to Slack"})
    client_secret: str = field(default="", metadata={"doc": "client secret of that app", "secret": True})
    url: str = field(
        default="https://slack.com", metadata={"doc": "where people approve a channel, in the browser", "form": _SITE}
    )
    api_url: str = field(
        default="https://slack.com/api", metadata={"doc": "where the approval is redeemed", "form": _SITE}
    )
    hooks_url: str = field(
        default="https://hooks.slack.com", metadata={"doc": "where messages go; no other address counts", "form": _SITE}
    )


@dataclass(frozen=True)
class LogSettings:
    level: str = field(
        default="info", metadata={"doc": "how much is logged", "choices": ("debug", "info", "warning", "error")}
    )
    json: bool = field(default=False, metadata={"doc": "one JSON object per line instead of text"})
    access: bool = field(
        default=True,
        metadata={"doc": "every answered request is logged, without its query; probes only when they fail"},
    )


@dataclass(frozen=True)
class MetricsSettings:
    port: int = field(default=0, metadata={"doc": "port at which Prometheus reads `/metrics`; 0: none"})
    host: str = field(default="", metadata={"doc": "address of that port; empty: the one that the server listens on"})
    on_main: bool = field(
        default=False, metadata={"doc": "`/metrics` at the server's own port as well, for whoever reaches it"}
    )


@dataclass(frozen=True)
class TraceSettings:
    url: str = field(
        default="",
        metadata={
            "doc": "whole address to which traces are sent, such as http://collector:4318/v1/traces; empty: nowhere",
            "form": r"(https?://\S+)?",
        },
    )


@dataclass(frozen=True)
class Settings:
    """All settings of one process. Frozen: a change needs a restart, and says so."""

    data_dir: Path = field(default=Path("data"), metadata={"doc": "folder of the SQLite file and of local objects"})
    server: ServerSettings = field(default_factory=ServerSettings)
    database: DatabaseSettings = field(default_factory=DatabaseSettings)
    objects: ObjectSettings = field(default_factory=ObjectSettings)
    accounts: AccountSettings = field(default_factory=AccountSettings)
    audit: AuditSettings = field(default_factory=AuditSettings)
    sso: SsoSettings = field(default_factory=SsoSettings)
    ldap: LdapSettings = field(default_factory=LdapSettings)
    scim: ScimSettings = field(default_factory=ScimSettings)
    federation: FederationSettings = field(default_factory=FederationSettings)
    runs: RunSettings = field(default_factory=RunSettings)
    history: HistorySettings = field(default_factory=HistorySettings)
    tables: TableSettings = field(default_factory=TableSettings)
    gc: CollectionSettings = field(default_factory=CollectionSettings)
    features: FeatureSettings = field(default_factory=FeatureSettings)
    worker: WorkerSettings = field(default_factory=WorkerSettings)
    mail: MailSettings = field(default_factory=MailSettings)
    slack: SlackSettings = field(default_factory=SlackSettings)
    limits: LimitSettings = field(default_factory=LimitSettings)
    logs: LogSettings = field(default_factory=LogSettings)
    metrics: MetricsSettings = field(default_factory=MetricsSettings)
    traces: TraceSettings = field(default_factory=TraceSettings)
