"""Reads the URLs of Azure Blob Storage: `az://account/container/prefix`, or `az://:key@account/container/prefix`.

The grammar of W&B Server, and two forms of ours: the account may be given as the whole name of its host, and
`endpoint=` says where the service is, when it is not Azure's own (an emulator, Azure Stack).
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from steelyard.config.percent import decoded, options_of
from steelyard.kernel.errors import Invalid

FORM = "az://account/container/prefix, with the account's key in AZURE_STORAGE_KEY"
_ACCOUNT = re.compile(r"[a-z0-9]{3,24}")
_ENDPOINT = re.compile(r"https?://[^/\s?]+(/[^\s?]*)?")
# Of the service that everybody has; the clouds of governments have others.
_AZURE = "blob.core.windows.net"


@dataclass(frozen=True)
class Container:
    """`key` is that of the account, in base64; `root` is the address of the account, without a `/` at its end."""

    account: str
    container: str
    prefix: str
    root: str
    key: str


def is_container_url(text: str) -> bool:
    return text.strip().lower().startswith("az://")


def parse_container_url(text: str, default_key: str = "", endpoint: str = "") -> Container:
    """Return what the URL names; `default_key` and `endpoint` count where it says nothing. Raises `Invalid`."""
    user_info, _, rest = text.strip()[len("az://") :].rpartition("@")
    place, options = options_of(rest)
    authority, _, path = place.partition("/")
    account, _, domain = authority.partition(".")
    container, _, prefix = path.strip("/").partition("/")
    if not _ACCOUNT.fullmatch(account) or not container:
        raise Invalid(f"the URL names no account and container; it must look like {FORM}")
    service = options.get("endpoint") or endpoint or f"https://{account}.{domain or _AZURE}"
    if not _ENDPOINT.fullmatch(service):
        raise Invalid("the option endpoint of the bucket URL is an address such as https://blob.example.org")
    key = decoded(user_info.partition(":")[2] or default_key)
    return Container(account, decoded(container), decoded(prefix).strip("/"), _root(service, account), _checked(key))


def _root(service: str, account: str) -> str:
    """Return the address of the account at the service: it is in the host's name, or else comes first in the path."""
    service = service.rstrip("/")
    address = urlsplit(service)
    in_host = (address.hostname or "").partition(".")[0] == account
    return service if in_host or address.path.strip("/") == account else f"{service}/{account}"


def _checked(key: str) -> str:
    try:
        base64.b64decode(key, validate=True)
    except binascii.Error:
        raise Invalid("the key of the account is not base64: AZURE_STORAGE_KEY, or as az://:key@…") from None
    return key
