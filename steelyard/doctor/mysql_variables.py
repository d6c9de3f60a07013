"""The variables of a MySQL server: what each should be, why, and how to set it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from steelyard.doctor.findings import Finding, Level, info, ok

_MIB = 1 << 20
PACKET_WANTED, PACKET_LEAST = 64 * _MIB, 16 * _MIB
# For operators, backups and monitoring beside our pools.
_SPARE_CONNECTIONS = 20


@dataclass(frozen=True)
class Wanted:
    """One variable. `level` is how bad another value is; some count only where a binary log is written."""

    name: str
    wanted: str
    fits: Callable[[str], bool]
    level: Level
    why: str
    needs_binlog: bool = False

    def look_at(self, value: str | None) -> Finding:
        id_ = f"mysql.{self.name}"
        if value is None:
            return ok(id_, "not a variable of this release")
        if self.fits(value):
            return ok(id_, value)
        setting = self.wanted.removeprefix("at least ")
        fix = f"SET PERSIST {self.name} = {setting}, or the same in the parameter group; {self.why}"
        return Finding(id_, self.level, value, self.wanted, fix)


def _is(*words: str) -> Callable[[str], bool]:
    return lambda value: value.upper() in words


def _at_least(number: int) -> Callable[[str], bool]:
    return lambda value: value.isdecimal() and int(value) >= number


WANTED = (
    Wanted(
        *("binlog_format", "ROW", _is("ROW"), Level.WARN),
        "statements that are repeated by number may do something else on a replica",
        needs_binlog=True,
    ),
    Wanted(
        *("binlog_row_image", "MINIMAL", _is("MINIMAL"), Level.INFO),
        "whole rows in the binary log cost disk and network",
        needs_binlog=True,
    ),
    Wanted(
        *("innodb_flush_log_at_trx_commit", "1", _is("1"), Level.WARN),
        "a power failure loses what clients were told is stored",
    ),
    Wanted(
        *("sync_binlog", "1", _is("1"), Level.WARN),
        "after a power failure replicas lack what clients were told is stored",
        needs_binlog=True,
    ),
    Wanted(
        *("innodb_online_alter_log_max_size", "at least 268435456", _at_least(256 * _MIB), Level.WARN),
        "an upgrade of the schema under load may fail and begin anew",
    ),
    Wanted(
        *("max_prepared_stmt_count", "at least 1048576", _at_least(1 << 20), Level.INFO),
        "W&B Server needs it; this one prepares no statements",
    ),
    Wanted(
        *("sort_buffer_size", "at least 67108864", _at_least(64 * _MIB), Level.INFO),
        "large lists are sorted on disk otherwise; it is memory of each connection that sorts",
    ),
    Wanted(*("read_only", "OFF", _is("OFF", "0"), Level.FAIL), "it is a replica, or a failover is under way"),
    Wanted(*("super_read_only", "OFF", _is("OFF", "0"), Level.FAIL), "it is a replica, or a failover is under way"),
)
# Worth a line in a report to somebody else, and nothing to be done about.
REPORTED = (
    "lower_case_table_names",
    "innodb_page_size",
    "default_storage_engine",
    "gtid_mode",
    "version_comment",
    "aurora_version",
    "performance_schema",
    "slow_query_log",
    "long_query_time",
    "max_execution_time",
    "transaction_isolation",
    "time_zone",
    "sql_mode",
)
NAMES = (*(item.name for item in WANTED), *REPORTED, "log_bin", "max_connections", "max_allowed_packet")


def look_at_variables(values: Mapping[str, str], connections: int) -> list[Finding]:
    """Judge what the server says. `connections` is what all processes of ours may open together."""
    has_binlog = values.get("log_bin", "ON").upper() in {"ON", "1"}
    found = [item.look_at(values.get(item.name)) for item in WANTED if has_binlog or not item.needs_binlog]
    if not has_binlog:
        found.append(info("mysql.log_bin", "OFF", "ON for point-in-time recovery and replicas"))
    found += [_connections(values, connections), _packet(values)]
    reported = [f"{name}={values[name]}" for name in REPORTED if name in values]
    return [*found, info("mysql.other_variables", ", ".join(reported))]


def _connections(values: Mapping[str, str], connections: int) -> Finding:
    wanted = connections + _SPARE_CONNECTIONS
    item = Wanted(
        *("max_connections", f"at least {wanted}", _at_least(wanted), Level.FAIL),
        f"all server processes together open up to {connections} (STEELYARD_DATABASE_MAX_CONNECTIONS for each)",
    )
    return item.look_at(values.get("max_connections"))


def _packet(values: Mapping[str, str]) -> Finding:
    value = values.get("max_allowed_packet", "")
    level = Level.WARN if _at_least(PACKET_LEAST)(value) else Level.FAIL
    item = Wanted(
        *("max_allowed_packet", f"at least {PACKET_WANTED}", _at_least(PACKET_WANTED), level),
        "one stream request may be 16 MB and is stored with others",
    )
    return item.look_at(value or None)
