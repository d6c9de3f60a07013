"""A MySQL server that one test module has for itself, to be set wrongly: others share one (tests/services/mysql.py)."""

from pathlib import Path

from tests.services import processes
from tests.services.mysql import MySql, connect


class OwnMySql(MySql):
    """`options` are further ones of its command line."""

    def __init__(self, folder: Path, *options: str) -> None:
        super().__init__()
        self._folder = folder
        self._options = options
        self._pid = 0
        self.port = 0

    @property
    def folder(self) -> Path:
        return self._folder

    def start(self) -> None:
        self.install()
        self._folder.mkdir(exist_ok=True)
        self.server += self._options
        self._pid, reach = self.launch()
        self.port = reach["port"]

    def say(self, *statements: str) -> None:
        with connect(self.port) as connection, connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)

    def end(self) -> None:
        processes.stop(self._pid, grace_s=0)
        self.clean_up({})
