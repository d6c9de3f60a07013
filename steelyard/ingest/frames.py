"""The body of a file_stream request → what it carries (docs/protocol/ingest.md, file_stream).

Every row is decoded once, here, and becomes part of a block of columns, the form that the journal keeps; console lines
stay text. Anything of a wrong type fails the whole request, so that nothing of it is stored.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from math import isfinite, nan
from typing import Any

import orjson

from steelyard.columnar import rows
from steelyard.columnar.groups import Group, encode_groups
from steelyard.columnar.paths import flat_name
from steelyard.columnar.row_groups import group_rows
from steelyard.columnar.rows import Row
from steelyard.columnar.slots import STEP
from steelyard.domains.history.model import CHUNK_MAX_LINES, Encoding, Stream
from steelyard.domains.runs.changes import KEYS_MAX, Change, Kind
from steelyard.kernel import jsontext
from steelyard.kernel.errors import Malformed, TooLarge

# The client drops lines beyond 10 MiB itself; this leaves room for what JSON escapes add.
LINE_MAX_CHARS = 16 << 20
# Well under MySQL's default packet of 64 MB, unless one line alone is larger.
CHUNK_MAX_CHARS = 4 << 20
# Offsets are stored as 64-bit numbers; no stream is as long as this.
OFFSET_MAX = 1 << 53

_STREAMS = {
    "wandb-history.jsonl": Stream.HISTORY,
    "wandb-events.jsonl": Stream.EVENTS,
    "output.log": Stream.CONSOLE,
}
_SUMMARY = "wandb-summary.json"
# Made once; every request shows that the run is alive.
_HISTORY_KINDS = Kind.RUN | Kind.HISTORY
_EVENTS, _LOGS = Change(Kind.RUN | Kind.EVENTS), Change(Kind.RUN | Kind.LOGS)


@dataclass(frozen=True, slots=True)
class Chunk:
    """Consecutive lines of one stream. `body` is a block of columns, for console output the lines themselves.

    `change` is what it changes for those who look at the run, `checksum` 63 bits of a digest that tell a resent body.
    """

    stream: Stream
    first_line: int
    line_count: int
    encoding: Encoding
    body: bytes
    change: Change
    checksum: int
    rows: Sequence[Row] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Frame:
    """One request. `complete` comes with the program's exit code, as a signed 32-bit number.

    `derives`: the server makes the summary out of rows, which chunks of history then carry, and `summary` is only what
    the program itself put there. `system_sample` the newest sample of system metrics.
    """

    chunks: tuple[Chunk, ...] = ()
    summary: str | None = None
    uploaded: tuple[str, ...] = ()
    preempting: bool = False
    complete: bool = False
    exit_code: int | None = None
    derives: bool = False
    system_sample: Row | None = None

    @property
    def size_bytes(self) -> int:
        return sum(len(chunk.body) for chunk in self.chunks) + len(self.summary or "")


def decode_frame(body: bytes, *, derives: bool = False, shared: bool = False) -> Frame:
    """Return what `body` carries. Raises `Malformed` or `TooLarge`, naming the part at fault.

    A writer of a `shared` run may leave the steps to the server: a row without one is at the number of its line.
    """
    document = _document(body)
    files = {} if document.get("files") is None else document["files"]
    if not isinstance(files, dict):
        raise Malformed("files must be an object")
    chunks: list[Chunk] = []
    seen = _Seen(derives, shared)
    summary = None
    for name, part in files.items():
        if name == _SUMMARY:
            summary = _summary(part)
        elif stream := _STREAMS.get(name):
            chunks += _chunks(name, stream, part, seen)
    complete = document.get("complete") is True
    return Frame(
        tuple(chunks),
        summary,
        _uploaded(document.get("uploaded")),
        document.get("preempting") is True,
        complete,
        _exit_code(document.get("exitcode")) if complete else None,
        derives,
        seen.system_sample,
    )


def _document(body: bytes) -> dict[str, Any]:
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        document = _document_with_surrogates(body, error)
    if not isinstance(document, dict):
        raise Malformed("the body must be a JSON object")
    return document


def _document_with_surrogates(body: bytes, error: orjson.JSONDecodeError) -> Any:
    r"""Read what orjson refuses and older clients send: lone surrogates escaped as `\udc80`."""
    try:
        return rows.without_surrogates(jsontext.loads(body))
    except ValueError:
        raise Malformed(f"the body is not JSON: {error}") from error


@dataclass(slots=True)
class _Seen:
    """What of the rows themselves is needed beyond their columns."""

    keeps_rows: bool
    numbers_steps: bool
    system_sample: Row | None = None

    def note(self, stream: Stream, seen: list[Row]) -> Sequence[Row]:
        """Return the rows that the chunk is to carry."""
        if stream is Stream.EVENTS:
            self.system_sample = seen[-1]
        return seen if self.keeps_rows and stream is Stream.HISTORY else ()


def _chunks(name: str, stream: Stream, part: Any, seen: _Seen) -> list[Chunk]:
    offset, lines = _part(name, part)
    if not lines:
        return []
    try:
        longest = max(map(len, lines))
        if longest > LINE_MAX_CHARS:
            raise TooLarge(f"{name}: a line of {longest} characters exceeds the limit of {LINE_MAX_CHARS}")
        chunks: list[Chunk] = []
        for start, piece in _pieces(lines, longest):
            chunks.append(_chunk(stream, offset + start, piece, seen))
    except (TypeError, AttributeError) as error:
        raise Malformed(f"{name}: content must be a list of texts") from error
    except ValueError as error:
        raise Malformed(f"{name} at offset {offset}: {error}") from error
    return chunks


def _part(name: str, part: Any) -> tuple[int, list[str]]:
    if not isinstance(part, dict):
        raise Malformed(f"files.{name} must be an object with offset and content")
    offset, lines = part.get("offset", 0), part.get("content")
    if type(offset) is not int or not 0 <= offset < OFFSET_MAX:
        raise Malformed(f"{name}: offset must be a number of a line")
    if lines is not None and not isinstance(lines, list):
        raise Malformed(f"{name}: content must be a list of texts")
    return offset, lines or []


def _pieces(lines: list[str], longest: int) -> list[tuple[int, list[str]]]:
    """Cut a long list; ordinary requests pass whole."""
    if len(lines) <= CHUNK_MAX_LINES and len(lines) * longest <= CHUNK_MAX_CHARS:
        return [(0, lines)]
    pieces: list[tuple[int, list[str]]] = []
    start = chars = 0
    for index, line in enumerate(lines):
        if index > start and (index - start == CHUNK_MAX_LINES or chars + len(line) > CHUNK_MAX_CHARS):
            pieces.append((start, lines[start:index]))
            start, chars = index, 0
        chars += len(line)
    pieces.append((start, lines[start:]))
    return pieces


def _chunk(stream: Stream, first_line: int, lines: list[str], seen: _Seen) -> Chunk:
    if stream is Stream.CONSOLE:
        body = _join(lines)
        return Chunk(stream, first_line, len(lines), Encoding.LINES, body, _LOGS, _checksum(body))
    parsed = rows.parse_rows(lines)
    if seen.numbers_steps and stream is Stream.HISTORY:
        _number_steps(parsed, first_line)
    kept = seen.note(stream, parsed)
    groups = group_rows(parsed)
    body = encode_groups(groups, len(lines))
    change = _EVENTS if stream is Stream.EVENTS else _change(groups)
    return Chunk(stream, first_line, len(lines), Encoding.COLUMNS, body, change, _checksum(body), kept)


def _number_steps(parsed: list[Row], first_line: int) -> None:
    for number, row in enumerate(parsed, first_line):
        row.setdefault(STEP, number)


def _checksum(body: bytes) -> int:
    """Return 63 bits that tell a resent body; SHA-256 is four times as fast as CRC-32 on today's processors."""
    return int.from_bytes(sha256(body).digest()[:8]) >> 1


def _change(groups: list[Group]) -> Change:
    """Return what rows of history change: the keys in them and their least step, as far as these are few and known."""
    if sum(len(group.keys) + len(group.others) for group in groups) > KEYS_MAX:
        return Change(_HISTORY_KINDS)
    keys = _names(tuple(group.signature for group in groups))
    steps = [float(group.numbers[group.keys.index(STEP)].min()) if STEP in group.keys else nan for group in groups]
    from_step = int(min(steps)) if steps and all(map(isfinite, steps)) else None
    return Change(_HISTORY_KINDS, keys, from_step)


# a run names the same keys with almost every row
@lru_cache(maxsize=1_000)
def _names(signatures: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]) -> frozenset[str]:
    return frozenset(flat_name(path) for keys, others in signatures for path in (*keys, *others))


def _join(lines: list[str]) -> bytes:
    text = "\n".join(lines)
    if text.count("\n") != len(lines) - 1:
        text = "\n".join(line.rstrip("\r\n").replace("\n", " ") for line in lines)
    return text.encode("utf-8", "replace")


def _summary(part: Any) -> str | None:
    _, lines = _part(_SUMMARY, part)
    if not lines:
        return None
    text = lines[-1]
    if not isinstance(text, str):
        raise Malformed(f"{_SUMMARY}: content must be a list of texts")
    if len(text) > LINE_MAX_CHARS:
        raise TooLarge(f"{_SUMMARY} of {len(text)} characters exceeds the limit of {LINE_MAX_CHARS}")
    try:
        value = jsontext.loads(text)
    except ValueError as error:
        raise Malformed(f"{_SUMMARY} is not JSON: {error}") from error
    if not isinstance(value, dict):
        raise Malformed(f"{_SUMMARY} must be a JSON object")
    return text


def _uploaded(value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise Malformed("uploaded must be a list of file names")
    return tuple(value)


def _exit_code(value: Any) -> int:
    if value is None:
        return 0
    if type(value) is not int or not -(1 << 31) <= value < 1 << 32:
        raise Malformed("exitcode must be a 32-bit number")
    # Windows counts its codes without sign.
    return value - (1 << 32) if value >= 1 << 31 else value
