"""What the environment says that has no effect: told once, at the start, by name and never by value."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from steelyard.config.settings import Settings
from steelyard.config.wandb_env import (
    ACCEPTED,
    FITTING,
    IGNORED,
    IGNORED_PREFIXES,
    MEANT,
    NOT_YET,
    NOT_YET_PREFIXES,
    is_in_force,
    names_of,
)

_OURS, _THEIRS = "STEELYARD_", "GORILLA_"
_OFF = {"", "false", "0", "noop://"}


@dataclass(frozen=True)
class Note:
    """`is_warning` where the operator may expect an effect."""

    names: tuple[str, ...]
    text: str
    is_warning: bool

    def __str__(self) -> str:
        return f"{', '.join(self.names)}: {self.text}"


def notes_on(env: Mapping[str, str], variables: Iterable[str]) -> tuple[Note, ...]:
    """Return what to tell of `env`. `variables` are those of our own settings."""
    return (
        *_not_meant(env),
        *_different(env),
        *_misspelt(env, set(variables)),
        *_grouped(env, _why_not_yet, "it has no effect yet: this server does not have {}", is_warning=True),
        *_grouped(env, _why_ignored, "accepted and not used: {}", is_warning=False),
        *_unknown(env),
    )


def notes_of(settings: Settings) -> tuple[Note, ...]:
    """Return what to tell of settings that weaken the server, and of those that need each other."""
    key, allowed = "STEELYARD_ACCOUNTS_GLOBAL_ADMIN_KEY", "STEELYARD_ACCOUNTS_ALLOW_GLOBAL_ADMIN_KEY"
    accounts = settings.accounts
    if accounts.global_admin_key and accounts.allow_global_admin_key:
        return (Note((key,), "in force: whoever has this key acts as the first administrator", is_warning=True),)
    if accounts.global_admin_key:
        return (Note((key,), f"it has no effect: {allowed} is not true", is_warning=True),)
    return ()


def is_meant(name: str, value: str) -> bool:
    """Tell a value for us from one that some other program put there, or that sets what we do not have."""
    return name not in MEANT or re.fullmatch(MEANT[name][0], value.strip(), re.DOTALL) is not None


def _not_meant(env: Mapping[str, str]) -> Iterator[Note]:
    for name, (_, why) in MEANT.items():
        if env.get(name) and not is_meant(name, env[name]):
            yield Note((name,), f"not used: {why}", is_warning=False)


def _different(env: Mapping[str, str]) -> Iterator[Note]:
    for path in dict.fromkeys(ACCEPTED.values()):
        given = [
            name for name in names_of(path) if name in env and is_in_force(name, env) and is_meant(name, env[name])
        ]
        if len({env[name] for name in given}) > 1 and not any(name.startswith(_OURS) for name in given):
            yield Note(tuple(given), f"they differ; {given[0]} counts", is_warning=True)


def _misspelt(env: Mapping[str, str], variables: set[str]) -> Iterator[Note]:
    """Tell of variables with our prefix that nothing reads."""
    known = variables | {name for name in ACCEPTED if name.startswith(_OURS)}
    for name in sorted(env):
        if name.startswith(_OURS) and name.removesuffix("_FILE") not in known and name not in known:
            like = difflib.get_close_matches(name, known, 1, 0.75)
            yield Note((name,), "no such setting" + (f"; is {like[0]} meant?" if like else ""), is_warning=True)


def _grouped(env: Mapping[str, str], why: Callable[[str, str], str], text: str, *, is_warning: bool) -> Iterator[Note]:
    found: dict[str, list[str]] = {}
    for name in sorted(env):
        reason = why(name, env[name].strip())
        if reason:
            found.setdefault(reason, []).append(name)
    for reason, names in found.items():
        yield Note(tuple(names), text.format(reason), is_warning=is_warning)


def _why_not_yet(name: str, value: str) -> str:
    if value.lower() in _OFF or _is_honoured(name):
        return ""
    return _look_up(name, NOT_YET, NOT_YET_PREFIXES)


def _why_ignored(name: str, value: str) -> str:
    if not value or _is_honoured(name) or _look_up(name, NOT_YET, NOT_YET_PREFIXES):
        return ""
    bare = name.removeprefix(_THEIRS)
    return "" if value == FITTING.get(bare) else _look_up(name, IGNORED, IGNORED_PREFIXES)


def _look_up(name: str, exact: Mapping[str, str], prefixes: Mapping[str, str]) -> str:
    """Find `name` with or without `GORILLA_`, and as a file that holds the value."""
    whole = name.removesuffix("_FILE")
    forms = (whole, whole.removeprefix(_THEIRS))
    for form in forms:
        if form in exact:
            return exact[form]
    return next((why for prefix, why in prefixes.items() if any(form.startswith(prefix) for form in forms)), "")


def _is_honoured(name: str) -> bool:
    whole = name.removesuffix("_FILE")
    return whole in ACCEPTED or whole.removeprefix(_THEIRS) in ACCEPTED


def _unknown(env: Mapping[str, str]) -> Iterator[Note]:
    names = [
        name
        for name in sorted(env)
        if name.startswith(_THEIRS)
        and env[name].strip()
        and not _is_honoured(name)
        and not _look_up(name, NOT_YET, NOT_YET_PREFIXES)
        and not _look_up(name, IGNORED, IGNORED_PREFIXES)
    ]
    if names:
        yield Note(tuple(names), "accepted and not used: unknown here", is_warning=False)
