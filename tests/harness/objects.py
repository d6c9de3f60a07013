"""What tests of object stores have in common: bodies in pieces, whole objects, and URLs of our own address."""

from collections.abc import AsyncIterator
from urllib.parse import parse_qs, unquote, urlsplit

from steelyard.adapters.objects.routed import RoutedStore
from steelyard.adapters.objects.signing import PATH_PREFIX, OwnAddresses
from steelyard.ports.objects import Grant, ObjectStore

ORIGIN = "http://steelyard.test"
GRANT = Grant(ORIGIN, 60)


async def chunks(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


async def whole(store: ObjectStore, key: str, start: int = 0, end: int | None = None) -> bytes:
    return b"".join([chunk async for chunk in store.get(key, start, end)])


def is_own(store: ObjectStore) -> bool:
    """Tell whether clients reach the store through our own address."""
    return isinstance(_main(store), OwnAddresses)


def _main(store: ObjectStore) -> ObjectStore:
    return store.main if isinstance(store, RoutedStore) else store


def key_and_query(url: str) -> tuple[str, dict[str, str]]:
    """Take apart a URL of our own."""
    parts = urlsplit(url)
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    return unquote(parts.path.removeprefix(PATH_PREFIX)), query


def check_own(store: ObjectStore, method: str, url: str) -> None:
    """Raise `Denied` unless our own address lets the URL pass."""
    main = _main(store)
    assert isinstance(main, OwnAddresses)
    main.signer.check(method, *key_and_query(url))
