"""Who we are to a bucket: the keys of its URL, or what the machine lends us.

Borrowed keys are found by AWS's own library: environment, shared files, EKS (web identity and pod identity), ECS, EC2.
It renews them a quarter of an hour before they end.
"""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta
from importlib.util import find_spec
from typing import Any

from steelyard.adapters.objects.sigv4 import Credentials
from steelyard.config.bucket_url import Bucket
from steelyard.kernel.clock import utc_now
from steelyard.kernel.errors import Invalid, Unavailable

# How long borrowed keys are used before the library is asked again, which answers from its memory.
_ASK_AGAIN_S = 60.0
# What it gives is good for longer.
_GOOD_FOR = timedelta(minutes=9)


class BucketAccount:
    """Gives the credentials of now. Raises `Unavailable` while nobody lends any.

    To be made without keys in the URL it needs the packages of the extra `aws`, else it raises `Invalid`.
    """

    def __init__(self, bucket: Bucket) -> None:
        self.is_borrowed = not bucket.key
        if self.is_borrowed and find_spec("botocore") is None:
            raise Invalid("the bucket's URL has no keys; to use those of this machine: pip install 'steelyard[aws]'")
        self._current = Credentials(bucket.key, bucket.secret)
        self._asked_at = float("-inf")
        self._region = bucket.region
        self._lender: Any = None

    async def credentials(self) -> Credentials:
        if self.is_borrowed and time.monotonic() - self._asked_at > _ASK_AGAIN_S:
            self._current = await asyncio.to_thread(self._borrow)
            self._asked_at = time.monotonic()
        return self._current

    def lend(self) -> dict[str, Any]:
        """Return what obstore's `credential_provider` gives. Blocks on the network at times."""
        found = self._borrow()
        return {
            "access_key_id": found.key,
            "secret_access_key": found.secret,
            "token": found.token or None,
            "expires_at": utc_now() + _GOOD_FOR,
        }

    def _borrow(self) -> Credentials:
        from botocore.exceptions import BotoCoreError, ClientError  # half a second that others need not pay

        try:
            if self._lender is None:
                self._lender = _find_lender(self._region)
            found = self._lender.get_frozen_credentials() if self._lender else None
        except (BotoCoreError, ClientError, OSError) as error:
            raise Unavailable("the bucket's credentials cannot be had; the request may be repeated") from error
        if found is None:
            raise Unavailable("the bucket's URL has no keys, and this machine lends none")
        return Credentials(found.access_key, found.secret_key, found.token or "")


def _find_lender(region: str) -> Any:
    from botocore.session import Session

    session = Session()
    session.set_config_variable("region", region)
    return session.get_credentials()
