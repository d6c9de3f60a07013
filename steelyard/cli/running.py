"""What all commands share: their options, one event loop for the process, and errors as exit codes."""

from __future__ import annotations

import functools
import sys
import threading
from asyncio import AbstractEventLoop, new_event_loop, run_coroutine_threadsafe
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import click
import orjson
import structlog
from sqlalchemy.exc import DBAPIError

from steelyard import __version__
from steelyard.config import sources
from steelyard.config.groups.places import DatabaseSettings, ObjectSettings
from steelyard.config.settings import Settings
from steelyard.config.sources import Loaded
from steelyard.context import Context, Ports
from steelyard.kernel.errors import Conflict, NotFound, SteelyardError, Unavailable
from steelyard.opening import open_ports, system_context
from steelyard.telemetry.logs import configure_logs
from steelyard.telemetry.traces import TRACES

log = structlog.get_logger()
T = TypeVar("T")
Function = Callable[..., Any]

EXIT_FAILED, EXIT_EXISTS_OR_MISSING = 1, 3


class CommandFailed(click.ClickException):
    """Ends the command with a line on standard error and the exit code that fits the failure."""

    def __init__(self, error: SteelyardError) -> None:
        super().__init__(error.message)
        vars(self)["exit_code"] = EXIT_EXISTS_OR_MISSING if isinstance(error, Conflict | NotFound) else EXIT_FAILED


def data_options(function: Function) -> Function:
    """Add `--data` and `--json`."""
    function = click.option("--json", "as_json", is_flag=True, help="print JSON")(function)
    return click.option("--data", type=click.Path(path_type=Path), help="data folder (STEELYARD_DATA_DIR)")(function)


def load_settings(data: Path | None, *, tell: bool = False, **flags: Any) -> Settings:
    """Return the settings for a command, and log as they say. Raises `CommandFailed` for values that cannot be read.

    With `tell`, what the environment says without effect is logged too: once, by those commands that serve.
    """
    return load_origins(data, tell=tell, **flags).settings


def load_origins(data: Path | None, *, tell: bool = False, **flags: Any) -> Loaded:
    """Do as `load_settings` does, and return where each value comes from as well."""
    with failures_in_a_line():
        loaded = sources.load({"data_dir": data, **flags}, sources.environment())
        configure_logs(loaded.settings.logs.level, json=loaded.settings.logs.json)
        sources.trust(loaded.settings)
    for note in loaded.notes if tell else ():
        (log.warning if note.is_warning else log.info)(str(note))
    return loaded


@contextmanager
def traced(settings: Settings) -> Iterator[None]:
    """Send traces meanwhile, if the settings say where to."""
    url = settings.traces.url
    if url and not TRACES.start(url, __version__):
        log.warning("traces are not sent: their packages are not installed, pip install 'steelyard[otel]'", url=url)
    try:
        yield
    finally:
        TRACES.stop()


class _Loop:
    """One background event loop per process, so that commands may be called again and again, also inside a loop."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loop: AbstractEventLoop | None = None
        self._ports: dict[tuple[Path, DatabaseSettings, ObjectSettings], Ports] = {}

    def call(self, work: Coroutine[Any, Any, T]) -> T:
        with self._lock:
            if self._loop is None:
                self._loop = new_event_loop()
                threading.Thread(target=self._loop.run_forever, daemon=True, name="steelyard-cli").start()
        return run_coroutine_threadsafe(work, self._loop).result()

    async def context(self, settings: Settings) -> Context:
        key = (settings.data_dir.resolve(), settings.database, settings.objects)
        if key not in self._ports:
            self._ports[key] = await open_ports(settings)
        return replace(system_context(self._ports[key]), client="steelyard command")


_loop = _Loop()


def run_apart(work: Coroutine[Any, Any, T]) -> T:
    """Run `work`, also where a loop runs already; it opens and closes what it needs."""
    return _loop.call(work)


def run_command(settings: Settings, work: Callable[[Context], Awaitable[T]]) -> T:
    """Run `work` as the operator. Raises `CommandFailed` for failures that we word ourselves."""

    async def go() -> T:
        return await work(await _loop.context(settings))

    with failures_in_a_line():
        return _loop.call(go())


def run_alone(work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run `work`, which opens by itself what it needs, on the terms of `run_command`."""
    with failures_in_a_line():
        return _loop.call(work())


@contextmanager
def failures_in_a_line() -> Iterator[None]:
    """Turn what an operator can mend (settings, database, folder) into `CommandFailed`; faults of ours keep traces."""
    try:
        yield
    except SteelyardError as error:
        raise CommandFailed(error) from error
    except DBAPIError as error:
        raise CommandFailed(Unavailable(f"the database cannot be used: {error.orig}")) from error
    except OSError as error:
        raise CommandFailed(Unavailable(str(error))) from error


def print_result(value: dict[str, Any] | list[dict[str, Any]], text: str, *, as_json: bool) -> None:
    if as_json:
        sys.stdout.flush()
        click.echo(orjson.dumps(value, default=str).decode())
    elif text:
        click.echo(text)


def command(group: click.Group, name: str) -> Callable[[Function], click.Command]:
    """Register a subcommand that takes `--data` and `--json`."""

    def register(function: Function) -> click.Command:
        return group.command(name, help=function.__doc__)(data_options(functools.wraps(function)(function)))

    return register
