"""The settings tree: every setting once, typed, with a line of documentation. Values come from `sources.py`."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from steelyard.config.groups.people import (
    AccountSettings,
    AuditSettings,
    FederationSettings,
    LdapSettings,
    ScimSettings,
    SsoSettings,
)
from steelyard.config.groups.places import DatabaseSettings, ObjectSettings, ServerSettings
from steelyard.config.groups.telling import LogSettings, MailSettings, MetricsSettings, SlackSettings, TraceSettings
from steelyard.config.groups.work import (
    CollectionSettings,
    FeatureSettings,
    HistorySettings,
    LimitSettings,
    RunSettings,
    TableSettings,
    WorkerSettings,
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
