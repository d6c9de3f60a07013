"""Artifacts that a real client uploads while the server and the client die, at the moments that matter.

`python -m tests.faults.uploads` is the long form: 10,000 files and one of 3 GB, which clients send in parts.
"""

import argparse
import asyncio
import contextlib
import hashlib
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.load.usage import usage_of
from steelyard.adapters.objects.open import open_store
from steelyard.config.groups.places import ObjectSettings
from tests.contract.runner import Program, Programs
from tests.harness.client import ClientError, make_client
from tests.harness.engines import ENGINES, SQLITE, open_engine
from tests.harness.server import Server, User
from tests.services.clients import NEWEST

PROJECT = "uploads"
# The client's public settings: try again soon instead of after seconds that double.
PATIENCE = {
    "x_graphql_retry_wait_min_seconds": 0.2,
    "x_graphql_retry_wait_max_seconds": 1,
    "x_file_transfer_retry_wait_min_seconds": 0.2,
    "x_file_transfer_retry_wait_max_seconds": 1,
}
WAIT_MAX_S = 600
# Clients ask again when no answer came, but not when one broke off in its middle: then they give up.
CUT_SHORT = "unexpected EOF"


class Stored:
    """What the server's store holds of artifacts, seen from outside."""

    def __init__(self, server: Server) -> None:
        self._settings, self._folder = ObjectSettings(bucket=server.env.get("BUCKET", "")), server.data_dir

    def count(self, what: str) -> int:
        """How many objects there are of `content` or of `manifests`, in all projects."""
        return asyncio.run(self._count(f"/{what}/"))

    async def _count(self, part: str) -> int:
        store = open_store(self._settings, self._folder, "a secret")
        try:
            return len([1 async for item in store.list("artifacts/") if part in item.key])
        finally:
            await store.close()

    def wait_for(self, what: str, least: int, program: Program) -> int:
        """Wait for so many objects, or for the end of a client that an answer cut short made give up."""
        end = time.monotonic() + WAIT_MAX_S
        while (count := self.count(what)) < least:
            if program.process.poll() is not None:
                assert CUT_SHORT in program.output, program.output[-3000:]
                break
            assert time.monotonic() < end, f"{what}: {count} of {least}"
        return count


class Uploads:
    """One server and one person, whose uploads are interrupted. `note` is told what happens."""

    def __init__(self, server: Server, user: User, home: Path, chance: random.Random, note: Callable[[str], None]):
        self.server, self.user, self.home, self.chance, self.note = server, user, home, chance, note
        self.programs = Programs(make_client(NEWEST, home, server.url, user.api_key), user)
        self.stored = Stored(server)
        self.peak_mb = 0.0

    def many_files(self, folder: Path, count: int) -> None:
        """The server dies in the middle of the files, then the client does, then the server during the commit."""
        before = self.stored.count("content")
        with self._uploading("many", folder) as program:
            seen = self.stored.wait_for("content", before + count // 10, program) - before
            self._kill_server(f"{seen} of {count} files were there")
            seen = self.stored.wait_for("content", before + count // 3, program) - before
            kill_all(program.process.pid)
            self.note(f"client killed at {seen} files")
        manifests = self.stored.count("manifests")
        with self._uploading("many", folder) as program:
            self.stored.wait_for("manifests", manifests + 1, program)
            time.sleep(self.chance.uniform(0, 0.3))
            self._kill_server("the manifest was there")
            assert self._outcome(program, "many", folder) == self._expected(folder)
        self._check("many", folder)

    def one_large(self, folder: Path) -> None:
        """Server and client die at random moments while a file goes up in parts."""
        with self._uploading("large", folder) as program:
            time.sleep(self.chance.uniform(8, 25))
            self._kill_server("parts were on their way")
            time.sleep(self.chance.uniform(5, 20))
            kill_all(program.process.pid)
            self.note("client killed")
        with self._uploading("large", folder) as program:
            time.sleep(self.chance.uniform(8, 40))
            if program.process.poll() is None:
                self._kill_server("parts were on their way again")
            assert self._outcome(program, "large", folder) == self._expected(folder)
        self._check("large", folder)

    def undisturbed(self, name: str, folder: Path) -> None:
        """Nobody dies: what it takes, for the figures."""
        for what, work in (("up", lambda: self._upload(name, folder)), ("down", lambda: self._check(name, folder))):
            began = time.monotonic()
            work()
            self.note(f"{name}: {what} in {time.monotonic() - began:.1f} s, program and digests included")

    def twins(self, folder: Path) -> None:
        """Two clients commit the same content at once: one version."""
        with self._uploading("twins", folder, "one") as one, self._uploading("twins", folder, "other") as other:
            assert one.answer(WAIT_MAX_S) == other.answer(WAIT_MAX_S) == self._expected(folder)

    def _upload(self, name: str, folder: Path) -> None:
        with self._uploading(name, folder) as program:
            assert program.answer(WAIT_MAX_S) == self._expected(folder)

    def _outcome(self, program: Program, name: str, folder: Path) -> object:
        """What the program found; one that gave up on an answer cut short is started again, as its user would."""
        try:
            return program.answer(WAIT_MAX_S)
        except ClientError as error:
            if CUT_SHORT not in str(error):
                raise
        self.note("the client gave up on an answer cut short: started again")
        with self._uploading(name, folder) as again:
            return again.answer(WAIT_MAX_S)

    @contextlib.contextmanager
    def _uploading(self, name: str, folder: Path, run: str = "writer") -> Iterator[Program]:
        given = {"project": PROJECT, "run": f"{name}-{run}", "name": name, "folder": str(folder), "settings": PATIENCE}
        with self.programs.running("upload_folder", **given) as program:
            try:
                yield program
            finally:
                kill_all(program.process.pid)

    def _kill_server(self, when: str) -> None:
        self.weigh()
        self.server.kill9()
        self.note(f"server killed: {when}")
        time.sleep(self.chance.uniform(0, 0.5))
        self.server.start()

    def weigh(self) -> None:
        """Note the most memory that the server has had."""
        assert self.server.process is not None
        self.peak_mb = max(self.peak_mb, usage_of(self.server.process.pid).peak_mb)

    @staticmethod
    def _expected(folder: Path) -> dict[str, object]:
        sizes = [path.stat().st_size for path in folder.iterdir()]
        return {"version": "v0", "count": len(sizes), "size": sum(sizes)}

    def _check(self, name: str, folder: Path) -> None:
        """The client downloads and verifies what was logged; there is one version, of equal digests."""
        path = f"{self.user.name}/{PROJECT}/{name}:latest"
        shutil.rmtree(self.home / "cache", ignore_errors=True)
        found = self.programs.run("read_artifact", WAIT_MAX_S, names=[path])["artifacts"][path]
        assert (found["version"], found["state"]) == ("v0", "COMMITTED")
        assert found["files"] == {file.name: sha256(file) for file in folder.iterdir()}
        self.weigh()


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def kill_all(pid: int) -> None:
    """Kill a program with everything that it started, which would outlive it."""
    family = [pid]
    for parent in family:
        with contextlib.suppress(OSError):
            for task in Path(f"/proc/{parent}/task").iterdir():
                family += map(int, (task / "children").read_text().split())
    for one in family:
        with contextlib.suppress(ProcessLookupError):
            os.kill(one, signal.SIGKILL)


def make_files(folder: Path, count: int, size: int, chance: random.Random) -> Path:
    """Fill a new folder with files of random bytes."""
    folder.mkdir(parents=True)
    for number in range(count):
        with (folder / f"{number:05}.bin").open("wb") as file:
            for start in range(0, size, 16 << 20):
                file.write(chance.randbytes(min(16 << 20, size - start)))
    return folder


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.uploads", description=__doc__)
    parser.add_argument("--engine", choices=ENGINES, default=SQLITE)
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--file-bytes", type=int, default=10 << 10)
    parser.add_argument("--large-bytes", type=int, default=3_000_000_000, help="of 2 GiB and more are sent in parts")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    chosen = parser.parse_args()
    place = Path(tempfile.mkdtemp(prefix="steelyard-uploads-"))
    print(f"seed {chosen.seed}, {chosen.engine}, in {place}", flush=True)
    began, chance = time.monotonic(), random.Random(chosen.seed)

    def note(text: str) -> None:
        print(f"{time.monotonic() - began:6.0f} s  {text}", flush=True)

    with open_engine(chosen.engine) as engine, engine.fresh() as env:
        server = Server(place / "server" / "data", env).start()
        uploads = Uploads(server, server.create_user(), place / "home", chance, note)
        try:
            files = make_files(place / "files", chosen.files, chosen.file_bytes, chance)
            uploads.undisturbed("calm", make_files(place / "calm", chosen.files, chosen.file_bytes, chance))
            uploads.many_files(files, chosen.files)
            shutil.rmtree(files)
            if chosen.large_bytes:
                large = make_files(place / "large", 1, chosen.large_bytes, chance)
                uploads.one_large(large)
        except AssertionError as broken:
            print(f"BROKEN: {broken}\nthe data and the log are in {place}", file=sys.stderr)
            return 1
        finally:
            server.stop()
    print(json.dumps({"seconds": round(time.monotonic() - began), "server_peak_mb": round(uploads.peak_mb)}))
    shutil.rmtree(place)
    return 0


if __name__ == "__main__":
    sys.exit(main())
