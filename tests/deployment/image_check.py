"""`python -m tests.deployment.image_check` builds the image and runs it as OpenShift would; `make image-check`.

As user 1000650000 with group 0, without capabilities, on a read-only root file system: it starts, takes rows, ends
gently; another user goes on with its files; a mounted authority is trusted. Prints what was measured. Needs root.
"""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx

from tests.contract.wire import HISTORY, Wire
from tests.faults.streaming import KEY, NAME, WITH_ACCOUNT
from tests.harness.catalog import wait_until
from tests.services import processes
from tests.services.image import Container, build, container
from tests.services.places import free_ports
from tests.services.proxy import proxy
from tests.services.tls import ensure_certificates

USERS = (1_000_650_000, 1_000_770_000)
START_TIMEOUT_S, STOP_TIMEOUT_S = 120, 40
ROWS = 20
# Mounted by every runtime, or made by the imitation of one.
NOT_OURS = ("/dev", "/proc", "/sys", "/tmp", "/vol")


def main() -> int:
    started = time.monotonic()
    image = build()
    print(f"built {image} in {time.monotonic() - started:.0f} s", flush=True)
    with container(image) as box, tempfile.TemporaryDirectory(prefix="steelyard-image-") as name:
        check_configuration(box)
        folder = Path(name)
        folder.chmod(0o755)
        volume = folder / "vol"
        volume.mkdir(mode=0o775)
        volume.chmod(0o2775)  # as a cluster gives it: root's, and writable for group 0
        check_root(box, volume)
        for number, user in enumerate(USERS):
            with serving(box, user, volume, folder / f"log-{number}") as (wire, took_s):
                print(f"user {user}: answers after {took_s:.1f} s", flush=True)
                write_and_read(wire, number)
                told = box.command(["doctor", "--consistency", "--json"], user=user, volume=volume, env={})
                wait_until(lambda command=told: level_of("consistency.history", command) == "ok", "a segment")
        check_files(volume)
        check_authorities(box, volume)
    print("the image is in order")
    return 0


def check_configuration(box: Container) -> None:
    config = box.config
    assert config["User"] == "999:0", config["User"]
    assert set(config["ExposedPorts"]) == {"8080/tcp", "8181/tcp"}, config["ExposedPorts"]
    assert (list(config["Volumes"]), config["Cmd"]) == (["/vol"], ["serve"])
    size = sum(path.lstat().st_size for path in (box.root / "opt/steelyard").rglob("*") if not path.is_dir())
    print(f"the server with its packages has {size / 1e6:.0f} MB", flush=True)


def check_root(box: Container, volume: Path) -> None:
    """Nothing outside of /tmp and /vol could be written, even if the root file system were not read-only."""
    writable = []
    for folder, folders, files in os.walk(box.root):
        inside = "/" + os.path.relpath(folder, box.root)
        folders[:] = [one for one in folders if not f"{inside}/{one}".replace("/./", "/").startswith(NOT_OURS)]
        for one in files + folders:
            path = Path(folder, one)
            told = path.lstat()
            if not path.is_symlink() and (told.st_mode & 0o002 or (told.st_gid == 0 and told.st_mode & 0o020)):
                writable.append("/" + str(path.relative_to(box.root)))
    allowed = {"/var/tmp", "/var/lock", "/run/lock", "/var/local", "/var/mail"}
    assert set(writable) <= allowed, writable
    assert str((box.root / "var/log/gorilla.log").readlink()) == "/dev/stdout"
    assert (box.root / "usr/local/bin/local").stat().st_mode & 0o111 == 0o111
    command = box.command(["version"], user=USERS[0], volume=volume, env={})
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    print(f"as user {USERS[0]}: steelyard {printed.strip()}", flush=True)


@contextlib.contextmanager
def serving(box: Container, user: int, volume: Path, log: Path) -> Iterator[tuple[Wire, float]]:
    port, metrics = free_ports(2)
    env = {**WITH_ACCOUNT, "STEELYARD_SERVER_PORT": str(port), "STEELYARD_METRICS_PORT": str(metrics)}
    began = time.monotonic()
    pid = processes.spawn(box.command(["serve"], user=user, volume=volume, env=env), log=log, cwd=Path("/"))
    url = f"http://127.0.0.1:{port}"

    def is_ready() -> bool:
        return httpx.get(f"{url}/ready", trust_env=False, timeout=5).status_code == 200

    try:
        processes.wait_ready(pid, is_ready, log=log, timeout_s=START_TIMEOUT_S)
        status = Path(f"/proc/{pid}/status").read_text()
        facts = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
        assert httpx.get(f"http://127.0.0.1:{metrics}/metrics", trust_env=False).status_code == 200
        assert facts["Uid"].split()[0] == str(user), facts["Uid"]
        assert (facts["Gid"].split()[0], facts["CapEff"], facts["CapBnd"]) == ("0", "0" * 16, "0" * 16)
        yield Wire(url, NAME, KEY, project="image"), time.monotonic() - began
    finally:
        ended = time.monotonic()
        processes.stop(pid, grace_s=STOP_TIMEOUT_S)
        assert time.monotonic() - ended < STOP_TIMEOUT_S, "it had to be killed"


def write_and_read(wire: Wire, number: int) -> None:
    wire.start("run")
    lines = [json.dumps({"_step": step, "loss": step}) for step in range(number * ROWS, (number + 1) * ROWS)]
    answer = wire.append("run", number * ROWS, lines)
    assert answer.status_code == 200, answer.text
    whole = f"run-{number}"  # one that ends becomes a Parquet object
    wire.start(whole)
    assert wire.send(whole, {"files": {HISTORY: {"offset": 0, "content": lines}}, "complete": True}).status_code == 200
    for run, count in {"run": (number + 1) * ROWS, **{f"run-{one}": ROWS for one in range(number + 1)}}.items():
        assert len(wire.read(run)["history"]) == count


def check_files(volume: Path) -> None:
    """Whoever comes next with group 0 can go on with every file."""
    paths = [path for path in volume.rglob("*") if not path.is_symlink()]
    assert any(path.name == "steelyard.db" for path in paths), paths
    closed = [path for path in paths if path.stat().st_gid != 0 or not path.stat().st_mode & 0o020]
    assert not closed, f"not writable for group 0: {closed}"
    print(f"{len(paths)} files and folders of the volume are writable for group 0", flush=True)


def check_authorities(box: Container, volume: Path) -> None:
    """The doctor trusts an address whose certificate comes from a mounted authority, as long as it is mounted."""
    inside = box.root / "usr/local/share/ca-certificates/configmap"
    inside.mkdir(parents=True)
    (inside / "company.crt").write_bytes(ensure_certificates().authority.read_bytes().rstrip())
    with proxy("nginx", free_ports(1)) as named:
        address = named.replace("localhost", "127.0.0.1")  # there are no names without an engine
        command = box.command(
            ["doctor", "--only", "address", "--json"], user=USERS[0], volume=volume, env={"HOST": address}
        )
        seen = [level_of("address.certificate", command)]
        (inside / "company.crt").unlink()
        seen.append(level_of("address.certificate", command))
    assert seen == ["ok", "fail"], seen
    print("a mounted authority is trusted", flush=True)


def level_of(finding: str, command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    levels = {item["id"]: item["level"] for item in json.loads(done.stdout)["findings"]}
    assert finding in levels, done.stdout + done.stderr
    return levels[finding]


if __name__ == "__main__":
    sys.exit(main())
