"""Signs URLs of Azure Blob Storage by the account's key: shared access signatures, of one blob or of the service.

Our own because the library signs neither what a browser is told about a blob nor the blocks of an upload.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote, urlencode, urlsplit

from steelyard.config.container_url import Container
from steelyard.kernel.clock import Clock, utc_now

# The form of what is signed, and of what the service answers.
_VERSION = "2022-11-02"
# What the service wants to know of every blob that is written in one request.
KIND = {"x-ms-blob-type": "BlockBlob"}
_TIME = "%Y-%m-%dT%H:%M:%SZ"
_UNRESERVED = "-_.~"


@dataclass(frozen=True)
class Told:
    """What the answer to a read says of the blob, whatever it was stored with."""

    disposition: str = ""
    content_type: str = ""


class ContainerSigner:
    """`root` is another address of the same account, such as the one that clients reach."""

    def __init__(self, container: Container, *, root: str = "", clock: Clock = utc_now) -> None:
        self._account, self._container = container.account, container.container
        self._root = root.rstrip("/") or container.root
        self._secret = base64.b64decode(container.key)
        self._clock = clock
        # a URL of TLS is good for nothing else
        self._protocol = "https" if self._root.startswith("https:") else ""

    @property
    def origin(self) -> str:
        """Where the URLs lead."""
        address = urlsplit(self._root)
        return f"{address.scheme}://{address.netloc}"

    def blob(
        self,
        key: str,
        rights: str,
        ttl_s: int,
        *,
        query: Sequence[tuple[str, str]] = (),
        told: Told | None = None,
    ) -> str:
        """Return a URL of one blob. Of `rights`, `r` reads, `w` writes, `c` writes what is not there, `d` deletes.

        `query` is added unsigned: it says what is done with these rights.
        """
        said, ends = told or Told(), self._end(ttl_s)
        resource = f"/blob/{self._account}/{self._container}/{key}"
        lines = [rights, "", ends, resource, "", "", self._protocol, _VERSION, "b", "", ""]
        lines += ["", said.disposition, "", "", said.content_type]
        signed = {"sv": _VERSION, "se": ends, "sr": "b", "sp": rights, "spr": self._protocol}
        signed |= {"rscd": said.disposition, "rsct": said.content_type}
        place = f"{self._container}/{quote(key, safe='/' + _UNRESERVED)}"
        return self._url(place, query, signed, "\n".join(lines))

    def container(self, query: Sequence[tuple[str, str]], ttl_s: int) -> str:
        """Return a URL of what is asked of the container."""
        return self._of_account(self._container, query, ttl_s)

    def service(self, query: Sequence[tuple[str, str]], ttl_s: int) -> str:
        """Return a URL of what is asked of the account's whole blob service."""
        return self._of_account("", query, ttl_s)

    def _of_account(self, place: str, query: Sequence[tuple[str, str]], ttl_s: int) -> str:
        rights, services, kinds, ends = "rwl", "b", "sc", self._end(ttl_s)
        lines = [self._account, rights, services, kinds, "", ends, "", self._protocol, _VERSION, "", ""]
        signed = {"sv": _VERSION, "ss": services, "srt": kinds, "se": ends, "sp": rights, "spr": self._protocol}
        return self._url(place, query, signed, "\n".join(lines))

    def _end(self, ttl_s: int) -> str:
        moment: datetime = self._clock() + timedelta(seconds=ttl_s)
        return moment.strftime(_TIME)

    def _url(self, place: str, query: Sequence[tuple[str, str]], signed: Mapping[str, str], text: str) -> str:
        signature = base64.b64encode(hmac.digest(self._secret, text.encode(), "sha256")).decode()
        pairs = [*query, *((name, value) for name, value in signed.items() if value), ("sig", signature)]
        return f"{self._root}/{place}?{urlencode(pairs, quote_via=quote, safe=_UNRESERVED)}"
