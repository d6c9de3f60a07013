"""A real MySQL server, with the settings that production is told to use and without waiting for the disk.

It comes from Debian sid, in a private folder: the stable suites have only MariaDB. Where sid cannot be read, or with
`STEELYARD_DB=mariadb`, MariaDB of the machine's own suite takes its place.
"""

import os
import shutil
import socket
import sys
from pathlib import Path
from typing import Any

import pymysql

from tests.services import other_suite, processes
from tests.services.packages import ensure_debian, run, version_of
from tests.services.places import CACHE, free_port, lock
from tests.services.service import Service

USER, PASSWORD = "steelyard", "steelyard-secret"
PACKAGES = ["mysql-server-core", "mysql-client-core"]
# Large tools that tests have no use for.
LEFT_OUT = tuple(
    f"./usr/bin/{name}"
    for name in (
        "ibd2sdi",
        "innochecksum",
        "my*isam*",
        "mysqlslap",
        "mysqlbinlog",
        "mysqlimport",
        "mysqlshow",
        "mysqldump",
    )
)
SETTINGS = [
    "--binlog_format=ROW",
    "--binlog_row_image=MINIMAL",
    "--innodb_online_alter_log_max_size=268435456",
    "--sync_binlog=0",
    "--innodb_flush_log_at_trx_commit=0",
    "--sort_buffer_size=67108864",
    "--character-set-server=utf8mb4",
    "--log-bin=binlog",
    "--server-id=1",
    "--innodb_buffer_pool_size=128M",
    "--max_connections=300",
    "--skip-name-resolve",
]


class MySql(Service):
    name = "mysql"

    def __init__(self) -> None:
        self.server: list[str] = []
        self.initialise: list[str] = []
        self.version = ""

    def install(self) -> None:
        with lock("install-mysql"):
            if os.environ.get("STEELYARD_DB") == "mariadb":
                self._use_mariadb()
                return
            try:
                self._use_mysql()
            except processes.ServiceError as problem:
                print(f"MySQL cannot be had here, MariaDB takes its place: {problem}", file=sys.stderr)
                self._use_mariadb()

    def _use_mysql(self) -> None:
        root = other_suite.ensure_root("sid", "mysql", PACKAGES, leave_out=LEFT_OUT)
        share = root / "usr" / "share" / "mysql"
        self.server = [
            *other_suite.command(root, "/usr/sbin/mysqld"),
            "--no-defaults",
            f"--basedir={root}/usr",
            f"--lc-messages-dir={share}",
            f"--character-sets-dir={share}/charsets",
            f"--plugin-dir={root}/usr/lib/mysql/plugin",
            *_as_root(),
        ]
        self.initialise = [*self.server, "--initialize-insecure", "--innodb_redo_log_capacity=64M"]
        self.version = version_of([*self.server, "--version"])
        self.server += ["--mysqlx=OFF", "--secure-file-priv=NULL", "--performance_schema=OFF"]
        self.server += ["--innodb_redo_log_capacity=64M", *SETTINGS]

    def _use_mariadb(self) -> None:
        program = install_mariadb()
        prepare = ensure_debian("mariadb-install-db", "mariadb-server-core")
        self.server = [str(program), "--no-defaults", *_as_root(), "--plugin-dir=/usr/lib/mysql/plugin"]
        self.version = "mariadb-" + version_of([*self.server, "--version"])
        self.initialise = [str(prepare), "--no-defaults", "--auth-root-authentication-method=normal", "--skip-test-db"]
        self.server += ["--innodb_log_file_size=64M", *SETTINGS]

    def is_installed(self) -> bool:
        return (CACHE / "template").exists() or (CACHE / "suite" / "sid" / "mysql").exists()

    def launch(self) -> tuple[int, dict[str, Any]]:
        data = self.folder / "data"
        shutil.copytree(self._template(), data)
        port = free_port()
        pid = self._serve(data, port)

        def answers() -> bool:
            if not processes.accepts(socket.AF_INET, ("127.0.0.1", port)):
                return False
            with connect(port):
                return True

        processes.wait_ready(pid, answers, log=self.folder / "log", timeout_s=self.start_timeout_s)
        reach = {"host": "127.0.0.1", "port": port, "user": USER, "password": PASSWORD, "version": self.version}
        return pid, reach

    def clean_up(self, details: dict[str, Any]) -> None:
        self._socket(self.folder / "data").unlink(missing_ok=True)

    def _serve(self, data: Path, port: int) -> int:
        arguments = [
            f"--datadir={data}",
            f"--socket={self._socket(data)}",
            "--bind-address=127.0.0.1",
            f"--port={port}",
        ]
        temporary = self.folder / "tmp"
        temporary.mkdir(exist_ok=True)
        arguments += [f"--tmpdir={temporary}", f"--pid-file={self.folder / 'mysqld.pid'}"]
        return processes.spawn([*self.server, *arguments], log=self.folder / "log", cwd=self.folder)

    def _socket(self, data: Path) -> Path:
        # A socket's path may have 107 bytes.
        return data / "s.sock" if len(str(data)) < 95 else Path("/tmp") / f"steelyard-mysql-{os.getpid()}.sock"

    def _template(self) -> Path:
        """A prepared data folder with our account in it, made once per version: a copy of it is quick."""
        template = CACHE / "template" / f"mysql-{self.version}"
        if template.exists():
            return template
        fresh = template.with_suffix(".new")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.parent.mkdir(parents=True, exist_ok=True)
        run(
            [*self.initialise, f"--datadir={fresh}"], advice=f"see the messages above; {template.parent} may be removed"
        )
        pid = self._serve(fresh, free_port())
        path = str(self._socket(fresh))

        def make_account() -> bool:
            if not processes.accepts(socket.AF_UNIX, path):
                return False
            with pymysql.connect(unix_socket=path, user="root") as connection, connection.cursor() as cursor:
                cursor.execute(f"CREATE USER IF NOT EXISTS '{USER}'@'%' IDENTIFIED BY '{PASSWORD}'")
                cursor.execute(f"GRANT ALL ON *.* TO '{USER}'@'%' WITH GRANT OPTION")
            return True

        processes.wait_ready(pid, make_account, log=self.folder / "log", timeout_s=self.start_timeout_s)
        processes.stop(pid, grace_s=60)
        (fresh / "auto.cnf").unlink(missing_ok=True)  # the server's own identity
        for log in fresh.glob("binlog.*"):
            log.unlink()
        fresh.rename(template)
        return template


def install_mariadb() -> Path:
    return ensure_debian("mariadbd", "mariadb-server-core", "mariadb-client-core")


def connect(port: int) -> "pymysql.Connection[pymysql.cursors.Cursor]":
    return pymysql.connect(host="127.0.0.1", port=port, user=USER, password=PASSWORD, autocommit=True)


def create_database(port: int, name: str) -> str:
    """Make the empty database `name` and return the URL that the server's MYSQL setting takes."""
    with connect(port) as connection, connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE `{name}` CHARACTER SET utf8mb4")
    return f"mysql://{USER}:{PASSWORD}@127.0.0.1:{port}/{name}"


def drop_database(port: int, name: str) -> None:
    """Drop it. Raises `OperationalError` where somebody has left a transaction open in it."""
    with connect(port) as connection, connection.cursor() as cursor:
        cursor.execute("SET SESSION lock_wait_timeout = 60")
        cursor.execute(f"DROP DATABASE IF EXISTS `{name}`")


def _as_root() -> list[str]:
    return ["--user=root"] if os.geteuid() == 0 else []
