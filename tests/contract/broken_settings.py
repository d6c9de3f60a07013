"""Settings that are wrong in one way each, and what the doctor must say of them."""

from collections.abc import Callable
from dataclasses import dataclass

from steelyard.doctor.findings import Level
from tests.contract.doctor_world import Env, World
from tests.harness.post_office import open_post_office
from tests.harness.slack import open_slack
from tests.services.places import free_port
from tests.services.proxy import NAIVE
from tests.services.s3 import KEY, SECRET


@dataclass(frozen=True)
class Broken:
    """A setting and what the doctor must say of it: `id`, what it saw and how it is mended, as patterns."""

    area: str
    settings: Callable[[World], Env]
    id: str
    seen: str
    fix: str
    level: Level = Level.FAIL


def volume_of_another(world: World) -> Env:
    folder = world.folder / "volume"
    (folder / "mysql").mkdir(parents=True, exist_ok=True)
    (folder / "mysql" / "ibdata1").write_bytes(b"\0")
    return {"STEELYARD_DATA_DIR": str(folder)}


def damaged(world: World) -> Env:
    folder = world.folder / "damaged"
    folder.mkdir(exist_ok=True)
    (folder / "steelyard.db").write_bytes(b"no SQLite file" * 100)
    return {"STEELYARD_DATA_DIR": str(folder)}


def post_office(world: World) -> Env:
    office = world.stack.enter_context(open_post_office())
    return {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(office.port)}


def slack(world: World) -> Env:
    return world.stack.enter_context(open_slack()).env


def variable(name: str, value: str, wanted: str, level: Level = Level.FAIL) -> Broken:
    return Broken(
        "database",
        lambda w: w.own_mysql(f"SET GLOBAL {name} = {value}"),
        f"mysql.{name}",
        "",
        f"{name} = {wanted}",
        level,
    )


MYSQL_BROKEN = {
    "another database": Broken("database", lambda w: {"MYSQL": "postgres://u:p@h/d"}, "settings", "^MYSQL: ", "named"),
    "a URL without a database": Broken(
        "database", lambda w: {"MYSQL": "mysql://u:p@h"}, "settings", "MYSQL: the URL names no database", "named"
    ),
    "a wrong password": Broken(
        "database", lambda w: w.database(password="wrong"), "mysql.login", "Access denied", "percent-encoded"
    ),
    "a database that is not there": Broken(
        *("database", lambda w: {"MYSQL": w.base["MYSQL"] + "_absent"}),
        *("mysql.database", "(?i)unknown database", "CREATE DATABASE `test_.*_absent`"),
    ),
    "a port where nobody listens": Broken(
        *("database", lambda w: {"MYSQL": f"mysql://u:p@127.0.0.1:{free_port()}/name"}),
        *("mysql.reach", "connect", "host and port"),
    ),
    "a name that leads nowhere": Broken(
        "database",
        lambda w: {"MYSQL": "mysql://u:p@db.invalid/name"},
        "mysql.reach",
        "db.invalid|connect",
        "host and port",
    ),
    "an authority of another": Broken(
        *("database", lambda w: w.database(options="?tls=custom&ssl-ca=/etc/ssl/certs/ca-certificates.crt")),
        *("mysql.encryption", "certificate", "ssl-ca="),
    ),
    "an authority's file that is not there": Broken(
        *("database", lambda w: w.database(options="?tls=true&ssl-ca=/absent.pem")),
        *("mysql.encryption", "/absent.pem", "paths"),
    ),
    "encryption that the server does not have": Broken(
        *("database", lambda w: {"MYSQL": w.own_mysql()["MYSQL"] + "?tls=skip-verify"}),
        *("mysql.(encryption|reach)", "", ""),
    ),
    "a character set of Western Europe": Broken(
        *("database", lambda w: w.database("ALTER DATABASE {name} CHARACTER SET latin1")),
        *("mysql.charset", "latin1", "ALTER DATABASE `test_.*` CHARACTER SET utf8mb4"),
    ),
    "an account that may only read": Broken(
        "database",
        lambda w: w.account("SELECT"),
        "mysql.grants",
        "INSERT, UPDATE, DELETE, CREATE",
        "GRANT SELECT, INSERT",
    ),
    "an account that may not change tables": Broken(
        *("database", lambda w: w.account("SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, INDEX, REFERENCES")),
        *("mysql.scratch_table", "ALTER is refused", "GRANT"),
    ),
    "the database of another program": Broken(
        "database",
        lambda w: w.database("CREATE TABLE {name}.runs (id INT)"),
        "database.schema",
        "runs",
        "CREATE DATABASE",
    ),
    "too few connections": variable("max_connections", "30", "40"),
    "small packets": variable("max_allowed_packet", "1048576", "67108864"),
    "a replica": variable("read_only", "ON", "OFF"),
    "commits that are not flushed": variable("innodb_flush_log_at_trx_commit", "2", "1", Level.WARN),
    "a small log of changes to tables": variable(
        "innodb_online_alter_log_max_size", "134217728", "268435456", Level.WARN
    ),
    "a wrong secret of the bucket": Broken(
        *("objects", lambda w: w.bucket("s3://steelyard:wrong@{place}/{bucket}")),
        *("bucket.list", "403 SignatureDoesNotMatch", "percent-encoded"),
    ),
    "a key that the store does not know": Broken(
        *("objects", lambda w: w.bucket("s3://nobody:secret@{place}/{bucket}")),
        *("bucket.list", "403 InvalidAccessKeyId", "key and secret"),
    ),
    "a bucket that is not there": Broken(
        *("objects", lambda w: w.bucket(f"s3://{KEY}:{SECRET}@{{place}}/absent")),
        *("bucket.list", "404 NoSuchBucket", "make the bucket absent"),
    ),
    "a team's bucket that is not there": Broken(
        *("objects", lambda w: w.base | w.team_bucket("lab", f"s3://{KEY}:{SECRET}@{{place}}/absent")),
        *("team_bucket.list", "lab: 404 NoSuchBucket", "make the bucket absent"),
    ),
    "a store where nobody listens": Broken(
        *("objects", lambda w: {"BUCKET": f"s3://a:b@127.0.0.1:{free_port()}/bucket"}),
        *("bucket.reach", "127.0.0.1", "host and port"),
    ),
    "TLS to a store without": Broken(
        *("objects", lambda w: w.bucket(f"s3://{KEY}:{SECRET}@{{place}}/{{bucket}}?tls=true")),
        *("bucket.(certificate|tls)", "", "tls=true|http://"),
    ),
    "a bucket that is read as a store": Broken(
        *("objects", lambda w: {"BUCKET": "s3://a:b@mybucket/prefix"}),
        *("bucket.url", "store http://mybucket, bucket prefix", "STEELYARD_OBJECTS_NAME", Level.WARN),
    ),
    "another cloud": Broken("objects", lambda w: {"BUCKET": "gs://bucket"}, "settings", "BUCKET: Google", "named"),
    "pages by https, objects by http": Broken(
        *("objects", lambda w: w.base | {"HOST": "https://app.example.org"}),
        *("bucket.mixed_content", "app.example.org", "BUCKET_PROXY=true"),
    ),
    "a rule for reading alone": Broken(
        *("objects", lambda w: w.bucket_with_rule("GET") | {"HOST": "https://app.example.org"}),
        *("bucket.cors", "HEAD, PUT.*ETag", "doctor bucket", Level.WARN),
    ),
    "a rule for another page": Broken(
        *("objects", lambda w: w.bucket_with_rule("GET", "PUT", "HEAD") | {"HOST": "http://other.example.org"}),
        *("bucket.cors", "http://other.example.org are not let in", "BUCKET_PROXY=true"),
    ),
}

SQLITE_BROKEN = {
    "a file in place of the data folder": Broken(
        "database", lambda w: {"STEELYARD_DATA_DIR": __file__}, "folder.data", "is a file", "STEELYARD_DATA_DIR"
    ),
    "the volume of a W&B Server container": Broken(
        "database", volume_of_another, "folder.owner", "mysql/ibdata1", "another folder"
    ),
    "a damaged database": Broken("database", damaged, "sqlite.file", "not a database", "backup"),
    "a path below the address": Broken(
        "address", lambda w: {"HOST": "https://example.org/below"}, "settings", "HOST cannot be", "named"
    ),
    "a name that is misspelt": Broken(
        *("settings", lambda w: {"STEELYARD_SERVER_PUBLICURL": "x"}),
        *("settings", "is STEELYARD_SERVER_PUBLIC_URL meant", "reference", Level.WARN),
    ),
    "half a Slack app": Broken(
        "slack", lambda w: {"SLACK_SECRET": SECRET}, "slack.settings", "need SLACK_CLIENT_ID", "or neither"
    ),
    "a Slack app with another secret": Broken(
        "slack", lambda w: slack(w) | {"SLACK_SECRET": SECRET}, "slack.app", "bad_client_secret", "SLACK_SECRET"
    ),
    "a Slack that is not reached": Broken(
        *("slack", lambda w: slack(w) | {"STEELYARD_SLACK_API_URL": f"http://127.0.0.1:{free_port()}/api"}),
        *("slack.app", "cannot be reached", "HTTPS_PROXY"),
    ),
    "an address where nobody listens": Broken(
        *("address", lambda w: {"HOST": f"http://127.0.0.1:{free_port()}"}),
        *("address.reach", "127.0.0.1", "is the server started"),
    ),
    "a mail server that is not there": Broken(
        "mail", lambda w: {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(free_port())}, "mail.server", "", "host and port"
    ),
    "encryption that the mail server does not have": Broken(
        *("mail", lambda w: post_office(w) | {"STEELYARD_MAIL_SECURITY": "starttls"}),
        *("mail.encryption", "STARTTLS", "another port"),
    ),
    "an account that the mail server does not ask for": Broken(
        *("mail", lambda w: post_office(w) | {"SMTP_USER": "me", "SMTP_PASSWORD": "x"}),
        *("mail.(encryption|login)", "AUTH", ""),
    ),
    "a proxy that is not trusted": Broken(
        *("address", lambda w: w.behind("nginx", STEELYARD_SERVER_TRUSTED_PROXIES="10.9.9.9")),
        *("address.forwarded_proto", "sent and not believed", "127.0.0.1, in STEELYARD_SERVER_TRUSTED_PROXIES"),
    ),
    "a proxy that cuts bodies": Broken(
        "address", lambda w: w.behind(NAIVE), "address.body", "413", "client_max_body_size 0.*proxy-body-size"
    ),
    "a proxy that does not say https": Broken(
        "address",
        lambda w: w.behind(NAIVE),
        "address.forwarded_proto",
        "no X-Forwarded-Proto",
        "X-Forwarded-Proto \\$scheme",
    ),
    "a proxy that drops the host": Broken(
        *("address", lambda w: w.behind(NAIVE)),
        *("address.forwarded_host", r"asked for 127.0.0.1", r"Host \$http_host", Level.WARN),
    ),
    "a proxy that holds bodies back": Broken(
        *("address", lambda w: w.behind(NAIVE)),
        *("address.request_buffering", "holds bodies back", "proxy_request_buffering off", Level.WARN),
    ),
}
