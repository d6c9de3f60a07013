"""What the doctor looks at in tests: real servers, databases, buckets and proxies, set as a test wants them."""

import secrets
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.harness.engines import Engine
from tests.harness.own_mysql import OwnMySql
from tests.harness.server import Server
from tests.services.mysql import PASSWORD, USER, connect
from tests.services.proxy import proxy
from tests.services.s3 import KEY, REGION, SECRET
from tests.services.signed import signed_request

Env = dict[str, str]


@dataclass
class World:
    """What is there to be set wrongly. Servers are started when first asked for, and shared."""

    engine: Engine
    folder: Path
    base: Env
    stack: ExitStack
    running: dict[str, Any] = field(default_factory=dict)

    def _once(self, name: str, make: Callable[[], Any]) -> Any:
        if name not in self.running:
            self.running[name] = make()
        return self.running[name]

    def behind(self, kind: str, **env: str) -> Env:
        """Settings of a server behind a proxy."""
        server = self._once(f"server {env}", lambda: self._server(env))
        url = self._once(f"{kind} {env}", lambda: self.stack.enter_context(proxy(kind, [server.port])))
        return self.base | env | {"HOST": url, "STEELYARD_DATA_DIR": str(server.data_dir)}

    def _server(self, env: Env) -> Server:
        server = Server(self.folder / f"server-{len(self.running)}" / "data", self.base | env)
        self.stack.callback(server.stop)
        return server.start()

    def own_mysql(self, *statements: str) -> Env:
        """Settings of a MySQL server that has been told `statements`."""
        own = self._once("mysql", self._mysql)
        own.say(*statements)
        return {"MYSQL": f"mysql://{USER}:{PASSWORD}@127.0.0.1:{own.port}/steelyard"}

    def _mysql(self) -> OwnMySql:
        own = OwnMySql(self.folder / "mysql", "--tls-version=")
        own.start()
        self.stack.callback(own.end)
        own.say("CREATE DATABASE steelyard CHARACTER SET utf8mb4")
        return own

    def database(self, *statements: str, user: str = USER, password: str = PASSWORD, options: str = "") -> Env:
        """Settings of a new database at the shared server; `{name}` in statements is its name."""
        name, port = f"test_{secrets.token_hex(6)}", self.engine.reach["mysql"]["port"]
        with connect(port) as connection, connection.cursor() as cursor:
            for statement in (f"CREATE DATABASE {name} CHARACTER SET utf8mb4", *statements):
                cursor.execute(statement.format(name=name))
        self.stack.callback(self._drop, port, f"DROP DATABASE {name}")
        return {"MYSQL": f"mysql://{user}:{password}@127.0.0.1:{port}/{name}{options}"}

    def account(self, grant: str) -> Env:
        user, port = f"u{secrets.token_hex(4)}", self.engine.reach["mysql"]["port"]
        self.stack.callback(self._drop, port, f"DROP USER '{user}'@'%'")
        made = f"CREATE USER '{user}'@'%' IDENTIFIED BY '{PASSWORD}'"
        return self.database(made, f"GRANT {grant} ON {{name}}.* TO '{user}'@'%'", user=user)

    @staticmethod
    def _drop(port: int, statement: str) -> None:
        with connect(port) as connection, connection.cursor() as cursor:
            cursor.execute(statement)

    def bucket(self, url: str, **env: str) -> Env:
        """Settings of a bucket URL, with `{place}` for host and port of the real store."""
        return {"BUCKET": self._placed(url)} | env

    def team_bucket(self, name: str, url: str) -> Env:
        """The setting of one bucket that teams may have; the URL as above."""
        return {"GORILLA_SUPPORTED_FILE_STORES": f"{name}={self._placed(url)}"}

    def _placed(self, url: str) -> str:
        reach = self.engine.reach["s3"]
        return url.format(place=f"{reach['host']}:{reach['port']}", bucket=reach["bucket"])

    def bucket_with_rule(self, *methods: str) -> Env:
        """A bucket with a CORS rule of those methods that exposes nothing."""
        name, reach = f"rule-{secrets.token_hex(4)}", self.engine.reach["s3"]
        rule = "".join(f"<AllowedMethod>{method}</AllowedMethod>" for method in methods)
        rule = f"<AllowedOrigin>https://app.example.org</AllowedOrigin>{rule}<AllowedHeader>*</AllowedHeader>"
        body = f"<CORSConfiguration><CORSRule>{rule}</CORSRule></CORSConfiguration>".encode()
        url = f"{reach['endpoint']}/{name}"
        assert signed_request("PUT", url, KEY, SECRET, REGION) == 200
        assert signed_request("PUT", f"{url}?cors=", KEY, SECRET, REGION, body) == 200
        return self.bucket(f"s3://{KEY}:{SECRET}@{{place}}/{name}") | {"BUCKET_PROXY": "false"}
