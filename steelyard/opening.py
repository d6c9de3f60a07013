"""Opens the ports that the settings name: database (schema brought up to date), object store, clock, policy."""

from __future__ import annotations

import secrets
from dataclasses import replace
from pathlib import Path

import structlog

from steelyard import migrations
from steelyard.adapters.ldap.open import open_directory
from steelyard.adapters.mail.smtp import open_mailer
from steelyard.adapters.objects.open import open_with_offers
from steelyard.adapters.slack.open import open_slack
from steelyard.adapters.sso.federation import PublishedKeys
from steelyard.adapters.sso.open import open_provider
from steelyard.config.authorities import read_authorities
from steelyard.config.banners import parse_banners
from steelyard.config.groups.people import AccountSettings
from steelyard.config.places import mysql_of
from steelyard.config.settings import Settings
from steelyard.config.sources import Loaded, variable_name
from steelyard.context import (
    SYSTEM,
    AccountPolicy,
    AuditPolicy,
    CollectionPolicy,
    Context,
    FederationPolicy,
    HistoryPolicy,
    Policy,
    Ports,
    ShownSetting,
    SignOnPolicy,
)
from steelyard.domains.accounts import queries
from steelyard.domains.accounts import tables as t
from steelyard.domains.accounts.secrets import hash_token
from steelyard.kernel.clock import utc_now
from steelyard.kernel.errors import Invalid, Unavailable
from steelyard.kernel.limiter import Limiter, Rates
from steelyard.ports.team_buckets import TeamBuckets
from steelyard.sql import mysql_facts
from steelyard.sql.dialect import insert_ignore
from steelyard.sql.engine import Database, open_database

log = structlog.get_logger()
_URL_KEY = "url_signing_key"


async def open_ports(settings: Settings, *, migrate: bool = True) -> Ports:
    """Connect to the database and the object store, bringing the schema up to date unless told otherwise."""
    # whoever needs a way in past a provider that fails has it for as long as the setting is there
    provider = None if settings.accounts.restore else open_provider(settings.sso)
    directory = None if settings.accounts.restore else open_directory(settings.ldap)
    slack = open_slack(settings.slack)
    database = open_settled_database(settings)
    try:
        await bring_up_to_date(database, settings, migrate=migrate)
        key = await _signing_key(database)
        objects, team_buckets = open_with_offers(settings.objects, settings.data_dir, key)
        await tell_of_taken_out(database, team_buckets)
    except BaseException:
        await database.close()
        raise
    return Ports(
        database=database,
        objects=objects,
        clock=utc_now,
        policy=Policy(
            signup_open=settings.accounts.signup,
            session_hours=settings.accounts.session_hours,
            session_idle_s=settings.accounts.session_idle_minutes * 60,
            heartbeat_grace_s=settings.runs.heartbeat_grace_s,
            trash_days=settings.runs.trash_days,
            read_ttl_s=settings.objects.read_ttl_s,
            write_ttl_s=settings.objects.write_ttl_s,
            attributed=not settings.objects.attribution_disabled,
            public_url=settings.server.public_url.rstrip("/"),
            client_authority=_client_authority(settings.server.client_authority),
            banners=parse_banners(settings.server.banners),
            history=HistoryPolicy(**vars(settings.history)),
            table_index_bytes=settings.tables.index_bytes,
            gc=CollectionPolicy(**vars(settings.gc)),
            accounts=AccountPolicy(
                personal_entities=not settings.accounts.no_personal_entities,
                user_teams=settings.accounts.user_team_creation,
                code_saving=not settings.accounts.no_code_saving,
                team_secrets=not settings.accounts.no_team_secrets,
                anonymous_readers=settings.accounts.allow_anonymous_public_projects,
                activity=settings.accounts.activity,
                admins_enter_teams=not settings.accounts.no_admin_team_access,
                global_key_digest=_global_key_digest(settings.accounts),
            ),
            audit=AuditPolicy(**vars(settings.audit)),
            sso=SignOnPolicy(
                label=settings.sso.label,
                provisioning=not settings.sso.no_provisioning,
                provider_names=settings.sso.identifier_claims,
                only_way=settings.sso.no_passwords and provider is not None,
            ),
            federation=FederationPolicy(**vars(settings.federation)),
            scim_strict=settings.scim.strict,
            features_off=frozenset(settings.features.off.replace(",", " ").split()),
        ),
        mail=open_mailer(settings.mail, settings.server.public_url),
        slack=slack,
        sso=provider,
        directory=directory,
        federation=PublishedKeys(),
        team_buckets=team_buckets,
        limiter=Limiter(Rates(**vars(settings.limits))),
    )


def with_settings(ports: Ports, loaded: Loaded) -> Ports:
    """Let administrators see what was set, and from where; secrets are masked before they come here."""
    shown = [
        ShownSetting(item.path, item.shown, item.source, variable_name(item.path), item.doc) for item in loaded.origins
    ]
    notes = [str(note) for note in loaded.notes if note.is_warning]
    return replace(ports, settings=tuple(shown), notes=tuple(notes))


def open_settled_database(settings: Settings) -> Database:
    """Return the database that the settings name. Raises `Invalid` for a data folder of another server."""
    address = mysql_of(settings.database)
    if address is None and is_of_another_server(settings.data_dir):
        raise Invalid(
            f"the data folder {settings.data_dir} holds the MySQL database of another server (mysql/ibdata1):"
            " name an empty folder in STEELYARD_DATA_DIR; nothing was changed. Its runs move through the API"
            " of that server, while it still runs: docs/operate/moving-in.md"
        )
    return open_database(address, settings.data_dir, settings.database.max_connections)


def is_of_another_server(data_dir: Path) -> bool:
    """Tell the volume of a W&B Server container, which must not be mixed with ours."""
    return (data_dir / "mysql" / "ibdata1").exists() and not (data_dir / "steelyard.db").exists()


async def bring_up_to_date(database: Database, settings: Settings, *, migrate: bool) -> None:
    await _state_version(database)
    if migrate and not settings.database.auto_migrate:
        async with database.read() as conn:
            found = await migrations.current_revision(conn)
        if found is None or found < migrations.head_revision():
            raise Unavailable(
                f"the database schema is at {found or 'nothing'}, this release needs {migrations.head_revision()}:"
                " run `steelyard migrate` (STEELYARD_DATABASE_AUTO_MIGRATE is false)"
            )
        await _tell_of_newer_schema(database)
    elif migrate and await migrations.upgrade(database):
        log.info("database schema is up to date", revision=migrations.head_revision())
    elif migrate:
        await _tell_of_newer_schema(database)


async def tell_of_taken_out(database: Database, offered: TeamBuckets) -> None:
    """Log the buckets that teams have and the settings do not name any more, in a line."""
    known = {item.name for item in offered.offered()}
    async with database.read() as conn:
        used = await queries.list_buckets_in_use(conn)
    if missing := {bucket: teams for bucket, teams in used.items() if bucket not in known}:
        log.error(
            "buckets of teams are not in STEELYARD_OBJECTS_TEAM_BUCKETS any more: what these teams store there can"
            " neither be read nor written until they are back; nothing else is affected",
            **{bucket: ", ".join(teams) for bucket, teams in missing.items()},
        )


async def _tell_of_newer_schema(database: Database) -> None:
    async with database.read() as conn:
        found = await migrations.current_revision(conn)
    if found != migrations.head_revision():
        log.warning("the database schema is of a newer release", revision=found, known=migrations.head_revision())


async def _state_version(database: Database) -> None:
    """Log the release of a MySQL server. Raises `Invalid` for one that is too old."""
    if database.is_sqlite:
        return
    async with database.read() as conn:
        found = await mysql_facts.version(conn)
    if found.is_too_old:
        oldest = ".".join(map(str, mysql_facts.OLDEST))
        raise Invalid(f"the database is {found}; MySQL {oldest} or newer is needed")
    log.info("database", version=str(found))


async def find_signing_key(database: Database) -> str | None:
    async with database.read() as conn:
        return await queries.find_secret(conn, _URL_KEY)


async def _signing_key(database: Database) -> str:
    """Return the secret all processes sign local URLs with, made once. Raises `Unavailable` for half a database."""
    async with database.read() as conn:
        if await queries.find_secret(conn, t.RESTORING):
            raise Unavailable("a restore into this database did not end: run `steelyard restore` again")
    found = await find_signing_key(database)
    if found:
        return found
    async with database.write() as conn:
        await insert_ignore(conn, t.server_secrets, {"name": _URL_KEY, "value": secrets.token_hex(32)})
        made = await queries.find_secret(conn, _URL_KEY)
    assert made, "it was just written"
    return made


def system_context(ports: Ports) -> Context:
    return Context(ports=ports, identity=SYSTEM, origin=ports.policy.public_url)


async def close_ports(ports: Ports) -> None:
    await ports.lasting.close()
    if ports.directory is not None:
        await ports.directory.close()
    await ports.objects.close()
    await ports.database.close()


def _global_key_digest(settings: AccountSettings) -> str:
    is_on = settings.global_admin_key and settings.allow_global_admin_key
    return hash_token(settings.global_admin_key) if is_on else ""


def _client_authority(place: str) -> str:
    setting = "STEELYARD_SERVER_CLIENT_AUTHORITY"
    return "\n".join(read_authorities(Path(place), setting)) if place else ""
