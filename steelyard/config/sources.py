"""Where a setting's value comes from: flag > `STEELYARD_*` > W&B server name > default.

The only reader of the environment, and for the sake of libraries its only writer.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import Field, dataclass, fields, is_dataclass, replace
from pathlib import Path
from typing import Any, get_type_hints

from steelyard.config.authorities import bundle_of
from steelyard.config.notes import Note, is_meant, notes_of, notes_on
from steelyard.config.settings import Settings
from steelyard.config.wandb_env import CONVERTED, is_in_force, names_of
from steelyard.kernel.errors import Invalid

_WHOLE = re.compile(r"-?[0-9]{1,18}")
_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"0", "false", "no", "off", ""}
_OURS = "STEELYARD_"
_USERINFO = re.compile(r"://[^/@\s]+@")


@dataclass(frozen=True)
class Origin:
    """One setting as `steelyard config show` prints it."""

    path: str
    value: Any
    source: str
    secret: bool
    doc: str

    @property
    def shown(self) -> bool | int | str:
        """The value as people may see it: no secret, and no password of an address."""
        if self.secret and self.value:
            return "***"
        return self.value if isinstance(self.value, bool | int) else _USERINFO.sub("://***@", str(self.value))


@dataclass(frozen=True)
class Loaded:
    settings: Settings
    origins: tuple[Origin, ...]
    notes: tuple[Note, ...] = ()


def environment() -> Mapping[str, str]:
    """Return the process environment; other modules are handed it, so that tests can hand in another."""
    return os.environ  # noqa: TID251 - this is the one place


def trust(settings: Settings) -> None:
    """Let every library of this process trust the authorities that the settings name. Raises `Invalid`."""
    env = os.environ  # noqa: TID251 - the libraries read it, each its own variable
    env.update(bundle_of(settings.server.authorities, env))


def load(flags: Mapping[str, Any], env: Mapping[str, str]) -> Loaded:
    """Return the settings with the origin of each value. `flags` maps paths such as `server.port` to values.

    Raises `Invalid` for a value of the wrong type and for a file that cannot be read, naming the variable.
    """
    origins: list[Origin] = []
    tree = _fill(Settings(), "", flags, env, origins)
    assert isinstance(tree, Settings)
    notes = notes_on(env, (variable_name(item.path) for item in origins))
    return Loaded(tree, tuple(origins), notes_of(tree) + notes)


def _fill(node: Any, prefix: str, flags: Mapping[str, Any], env: Mapping[str, str], out: list[Origin]) -> Any:
    hints = get_type_hints(type(node))
    changes: dict[str, Any] = {}
    for item in fields(node):
        path = f"{prefix}{item.name}"
        value = getattr(node, item.name)
        if is_dataclass(value):
            changes[item.name] = _fill(value, f"{path}.", flags, env, out)
            continue
        source, raw = _find(path, flags, env)
        if source:
            value = _parse(raw, hints[item.name], source)
            _check(item, value, source)
        changes[item.name] = value
        out.append(_origin(item, path, value, source))
    return replace(node, **changes)


def _origin(item: Field[Any], path: str, value: Any, source: str) -> Origin:
    meta = item.metadata
    doc = f"{meta['doc']}: {', '.join(meta['choices'])}" if "choices" in meta else meta["doc"]
    return Origin(path, value, source or "default", bool(meta.get("secret")), doc)


def variable_name(path: str) -> str:
    """Return the variable that sets `path`: `server.public_url` is `STEELYARD_SERVER_PUBLIC_URL`."""
    return "STEELYARD_" + path.replace(".", "_").upper()


def _check(item: Field[Any], value: Any, source: str) -> None:
    meta = item.metadata
    if value not in meta.get("choices", (value,)):
        raise Invalid(f"{source} must be one of {', '.join(meta['choices'])}, not {value!r}")
    if not re.fullmatch(meta.get("form", ".*"), str(value), re.DOTALL):
        raise Invalid(f"{source} cannot be {value!r}; it is the {meta['doc']}")
    if value and "check" in meta:
        try:
            meta["check"](value)
        except Invalid as error:
            raise Invalid(f"{source}: {error.message}") from None


def _find(path: str, flags: Mapping[str, Any], env: Mapping[str, str]) -> tuple[str, Any]:
    if flags.get(path) is not None:
        return "flag", flags[path]
    for name in (variable_name(path), *names_of(path)):
        found = _given(name, env)
        if found is not None:
            return found
    return "", None


def _given(name: str, env: Mapping[str, str]) -> tuple[str, str] | None:
    """Return the variable and its value, None when it is not there or does not count."""
    is_theirs = not name.startswith(_OURS)
    if name in env and not (is_theirs and not (is_in_force(name, env) and is_meant(name, env[name]))):
        return name, _converted(name, name, env[name])
    file = env.get(f"{name}_FILE")
    return (
        None if file is None else (f"{name}_FILE", _converted(name, f"{name}_FILE", _read(f"{name}_FILE", Path(file))))
    )


def _converted(name: str, source: str, value: str) -> str:
    try:
        return CONVERTED[name](value) if name in CONVERTED else value
    except Invalid as error:
        raise Invalid(f"{source}: {error.message}") from None


def _read(variable: str, path: Path) -> str:
    try:
        return path.read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid(f"{variable} names a file that cannot be read, {path}: {error}") from error


def _parse(raw: Any, kind: type, source: str) -> Any:
    if not isinstance(raw, str):
        return raw
    if kind is bool:
        if raw.lower() in _TRUE | _FALSE:
            return raw.lower() in _TRUE
        raise Invalid(f"{source} must be true or false, not {raw!r}")
    if kind is int:
        if _WHOLE.fullmatch(raw.strip()):
            return int(raw)
        raise Invalid(f"{source} must be a whole number, not {raw!r}")
    return Path(raw) if kind is Path else raw
