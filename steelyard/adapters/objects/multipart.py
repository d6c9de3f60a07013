"""What all stores share about uploads in parts: what a list of parts must be, and the ETag that S3 makes of one."""

from __future__ import annotations

import hashlib
import re
from collections.abc import AsyncIterator, Sequence
from itertools import pairwise

from steelyard.kernel.errors import Invalid
from steelyard.ports.objects import PARTS_MAX

_MD5_ETAG = re.compile(r'"?([0-9a-f]{32})"?')


def check_number(number: int) -> None:
    if not 1 <= number <= PARTS_MAX:
        raise Invalid(f"the number of a part is from 1 to {PARTS_MAX}, not {number}")


def check_list(parts: Sequence[tuple[int, str]]) -> None:
    """Raise `Invalid` unless the numbers ascend and there is one at least."""
    if not parts:
        raise Invalid("an upload is completed with one part at least")
    for number, _ in parts:
        check_number(number)
    if any(after <= before for (before, _), (after, _) in pairwise(parts)):
        raise Invalid("the parts must be listed in ascending order, each once")


def md5_of_etag(etag: str) -> str | None:
    """Return the hex MD5 that the ETag of a part is, quoted or not; None for another kind of ETag."""
    found = _MD5_ETAG.fullmatch(etag.strip())
    return found.group(1) if found else None


def etag_of_parts(digests: Sequence[str]) -> str:
    """Return what S3 gives an object of parts with these hex MD5: the MD5 of them all, and how many they were."""
    together = hashlib.md5(b"".join(map(bytes.fromhex, digests)), usedforsecurity=False).hexdigest()
    return f'"{together}-{len(digests)}"'


async def sized(body: AsyncIterator[bytes], size_bytes: int) -> AsyncIterator[bytes]:
    """Pass `body` on. Raises `Invalid` for another size than announced, before the bucket can take it for whole."""
    seen = 0
    async for chunk in body:
        seen += len(chunk)
        if seen > size_bytes:
            break
        yield chunk
    if seen != size_bytes:
        raise Invalid(f"the part does not have the {size_bytes} bytes announced")
