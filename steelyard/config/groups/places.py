"""Settings of where the server is reached and where it keeps things."""

from __future__ import annotations

from dataclasses import dataclass, field

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
