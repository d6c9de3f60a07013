"""The form of a static administrator's key."""

from __future__ import annotations

import re

from steelyard.kernel.errors import Invalid

# As every client version takes it: all before the first dash is a prefix, and 40 or more word characters follow.
_FORM = re.compile(r"([A-Za-z0-9_]{1,32}-)?[A-Za-z0-9_]{40,128}")


def check_admin_key(key: str) -> None:
    """Raise `Invalid`, which does not say what was given."""
    if not _FORM.fullmatch(key):
        raise Invalid("it must be 40 to 128 letters, digits and '_', after a prefix such as local- or none")
