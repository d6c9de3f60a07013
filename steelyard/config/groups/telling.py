"""Settings of what the server sends and shows of itself: mail, Slack, logs, metrics, traces."""

from __future__ import annotations

from dataclasses import dataclass, field


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
