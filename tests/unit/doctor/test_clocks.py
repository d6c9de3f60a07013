"""What the doctor says of clocks that differ: the real ones of the other tests are those of one machine."""

from datetime import timedelta
from email.utils import format_datetime

import httpx
import pytest

from steelyard.adapters.objects.sigv4 import Credentials
from steelyard.config.bucket_url import parse_bucket_url
from steelyard.doctor.bucket import BucketCheck
from steelyard.doctor.findings import Level
from steelyard.doctor.mysql import _look_at_clock
from steelyard.doctor.store_check import Readers
from steelyard.kernel.clock import utc_now


@pytest.mark.parametrize(
    ("ahead_s", "level"),
    [
        (0.2, Level.OK),
        (-4.9, Level.OK),
        (6.0, Level.WARN),
        (-60.0, Level.WARN),
        (301.0, Level.FAIL),
        (-9e6, Level.FAIL),
    ],
)
def test_the_clock_of_the_database(ahead_s: float, level: Level) -> None:
    found = _look_at_clock(ahead_s)
    assert (found.id, found.level) == ("mysql.clock", level)
    assert ("ahead" if ahead_s > 0 else "behind") in found.seen
    assert level is Level.OK or "chrony" in found.fix


@pytest.mark.parametrize(
    ("ahead_s", "level"), [(5, Level.OK), (-60, Level.WARN), (120, Level.WARN), (-600, Level.FAIL), (900, Level.FAIL)]
)
async def test_the_clock_of_the_store(ahead_s: int, level: Level) -> None:
    async with httpx.AsyncClient() as client:
        bucket = parse_bucket_url("s3://k:s@store:9000/bucket", "us-east-1")
        check = BucketCheck(bucket, Credentials("k", "s"), client, Readers("http://own.test", "", proxied=False))
        date = format_datetime(utc_now() + timedelta(seconds=ahead_s), usegmt=True)
        found = check._clock(httpx.Response(200, headers={"Date": date}))
        assert found.level is level
        assert level is Level.OK or (found.id == "bucket.clock" and "signed URLs are refused" in found.fix)
