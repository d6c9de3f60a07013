"""Another object store than that of all other tests: moto's S3, which answers as AWS does and checks no signatures."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from tests.services import processes
from tests.services.packages import ensure_venv
from tests.services.places import free_port
from tests.services.signed import signed_request

PACKAGES = ["moto[s3,server]==5.2.5"]
KEY, SECRET, REGION = "another", "an+other/secret", "us-east1"
BUCKET = "local-files"


def install() -> Path:
    return ensure_venv("moto", PACKAGES) / "bin" / "moto_server"


@contextlib.contextmanager
def moto(folder: Path) -> Iterator[int]:
    """The port of a store of its own, in memory, with the bucket `BUCKET`."""
    port = free_port()
    pid = processes.spawn([str(install()), "-H", "127.0.0.1", "-p", str(port)], log=folder / "moto.log", cwd=folder)
    try:

        def make_bucket() -> bool:
            return signed_request("PUT", f"http://127.0.0.1:{port}/{BUCKET}", KEY, SECRET, "us-east-1") == 200

        processes.wait_ready(pid, make_bucket, log=folder / "moto.log", timeout_s=90)
        yield port
    finally:
        processes.stop(pid, grace_s=0)
