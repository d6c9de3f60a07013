"""Disks that are full when a test wants them to be, for a server and its data folder."""

import contextlib
import os
import resource
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest

from tests.harness.server import Server

SIZE_BYTES, ROOMY_BYTES = 16 << 20, 8 << 30
# Fits the database of an empty server, its log, and some rows.
FILE_MAX_BYTES = 2 << 20
_PIECE_BYTES = 64 << 10


class Disk(Protocol):
    """Where a server keeps its data."""

    @property
    def folder(self) -> Path: ...

    def fill(self, server: Server) -> None:
        """Leave no room for more, or only for very little."""

    def free(self, server: Server) -> None:
        """Make room again."""


class SmallDisk:
    """A file system in memory with room for `SIZE_BYTES`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._filler = folder / "filler"

    def fill(self, server: Server) -> None:
        del server  # all of the machine sees the disk full
        piece = b"\0" * _PIECE_BYTES
        with contextlib.suppress(OSError), self._filler.open("wb", buffering=0) as file:
            while file.write(piece) == len(piece):
                pass
            while file.write(b"\0"):
                pass

    def free(self, server: Server) -> None:
        del server
        self._filler.unlink()


class ResizedDisk:
    """A file system in memory that is full when it is made as small as what is in it. Takes memory for that alone."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def fill(self) -> None:
        told = os.statvfs(self._folder)
        self._resize((told.f_blocks - told.f_bfree) * told.f_frsize)

    def free(self) -> None:
        self._resize(ROOMY_BYTES)

    def _resize(self, size_bytes: int) -> None:
        subprocess.run(["mount", "-o", f"remount,size={size_bytes}", str(self._folder)], check=True)


class ShortFiles:
    """A folder in which the server's files may not grow beyond `FILE_MAX_BYTES` while the disk counts as full."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def fill(self, server: Server) -> None:
        _limit_files(server, FILE_MAX_BYTES)

    def free(self, server: Server) -> None:
        _limit_files(server, resource.RLIM_INFINITY)


def _limit_files(server: Server, size: int) -> None:
    if server.process is None or server.process.poll() is not None:
        return  # the limit ended with the process
    _, most = resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (size, most))


@contextlib.contextmanager
def small_disk(folder: Path) -> Iterator[Disk]:
    """A disk of its own. Skips the test where we may not mount one; the limit on files stands for it there."""
    if os.geteuid() != 0:
        pytest.skip("mounting a small file system needs root; the same is tested with a limit on the size of files")
    folder.mkdir()
    options = ["-t", "tmpfs", "-o", f"size={SIZE_BYTES}", "steelyard-test"]
    done = subprocess.run(["mount", *options, str(folder)], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"this machine mounts no file system ({done.stderr.strip()}); a limit on files is tested instead")
    try:
        yield SmallDisk(folder)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@contextlib.contextmanager
def resized_disk(folder: Path) -> Iterator[ResizedDisk | None]:
    """A disk with room for a store's data until it is told to be full; None where we may not mount one."""
    folder.mkdir(parents=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={ROOMY_BYTES}", "steelyard-test", str(folder)]
    if os.geteuid() or subprocess.run(mount, capture_output=True, check=False).returncode:
        yield None
        return
    try:
        yield ResizedDisk(folder)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@contextlib.contextmanager
def short_files(folder: Path) -> Iterator[Disk]:
    folder.mkdir()
    yield ShortFiles(folder)
