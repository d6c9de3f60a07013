"""Deletes what a versioned bucket keeps of an object beside the newest version of it."""

from __future__ import annotations

from steelyard.adapters.objects.s3_calls import BucketCalls, children, text_of

# What is there, and that it was deleted.
_KINDS = ("Version", "DeleteMarker")
_GONE = {"NoSuchKey", "NoSuchVersion"}


class BucketVersions:
    """Keys are whole, the bucket's prefix included."""

    def __init__(self, calls: BucketCalls, page_keys: int = 1000) -> None:
        self._calls = calls
        self._page = ("max-keys", str(page_keys))

    async def purge(self, key: str) -> None:
        """Remove every version of an object that is deleted, and then the marks that say so.

        In this order no older version ever shows again. Interrupted, it is simply called once more.
        """
        found: dict[str, list[str]] = {kind: [] for kind in _KINDS}
        place: list[tuple[str, str]] = []
        while True:
            answer = await self._calls.call("GET", "", [("versions", ""), ("prefix", key), self._page, *place])
            page = answer.document()
            last = ""
            for kind in _KINDS:
                for item in children(page, kind):
                    last = max(last, text_of(item, "Key"))
                    if text_of(item, "Key") == key:
                        found[kind].append(text_of(item, "VersionId"))
            # keys come in order, and this one is the first that begins with itself
            if text_of(page, "IsTruncated") != "true" or last > key:
                break
            place = [("key-marker", text_of(page, "NextKeyMarker"))]
            place.append(("version-id-marker", text_of(page, "NextVersionIdMarker")))
        for version in (version for kind in _KINDS for version in found[kind]):
            await self._calls.call("DELETE", key, [("versionId", version)], fine=_GONE)
