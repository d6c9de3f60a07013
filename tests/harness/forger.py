"""An identity provider that says whatever a test wants it to: what a sound one never would, or at a time of its own."""

import contextlib
import json
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

from joserfc import jwk, jws

from tests.services.tls import Certificates

CLIENT = "steelyard"
SECRET = "client-secret-that-stays-secret"


@dataclass
class Forger:
    """`token` is what the next code is worth; `answers` replaces what a path answers: (status, body)."""

    port: int
    scheme: str = "http"
    keys: list[Any] = field(default_factory=list)
    answers: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)
    token: str = ""
    userinfo: dict[str, Any] = field(default_factory=dict)
    # what was asked: path and, for the token endpoint, its form and headers
    asked: list[str] = field(default_factory=list)
    forms: list[dict[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.rotate()

    @property
    def issuer(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}"

    @property
    def settings(self) -> dict[str, str]:
        return {"OIDC_ISSUER": self.issuer, "OIDC_CLIENT_ID": CLIENT, "OIDC_CLIENT_SECRET": SECRET}

    def rotate(self) -> None:
        """Have one new key and no other."""
        self.keys = [new_key()]

    def sign(self, claims: dict[str, Any], key: Any = None, **header: Any) -> str:
        key = key or self.keys[0]
        header = {"alg": "RS256", "kid": key.kid} | header
        header = {name: value for name, value in header.items() if value is not None}
        return jws.serialize_compact(header, json.dumps(claims), key, algorithms=[header["alg"]])

    def answer(self, path: str, form: dict[str, str] | None = None) -> tuple[int, bytes]:
        self.asked.append(path)
        if form is not None:
            self.forms.append(form)
        if path in self.answers:
            return self.answers[path]
        return 200, json.dumps(self._body(path)).encode()

    def _body(self, path: str) -> Any:
        if path == "/jwks":
            return {"keys": [key.as_dict(private=False) for key in self.keys]}
        if path == "/token":
            return {"id_token": self.token, "access_token": "an-access-token", "token_type": "Bearer"}
        if path == "/userinfo":
            return self.userinfo
        assert path == "/.well-known/openid-configuration", path
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/auth",
            "token_endpoint": f"{self.issuer}/token",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "jwks_uri": f"{self.issuer}/jwks",
        } | self.metadata


def new_key(kind: str = "RSA") -> Any:
    key: Any = jwk.RSAKey.generate_key(2048) if kind == "RSA" else jwk.ECKey.generate_key("P-256")
    key.ensure_kid()
    return key


@contextlib.contextmanager
def open_forger(certificates: Certificates | None = None) -> Iterator[Forger]:
    """Open one, at https where it has certificates."""
    forger = Forger(0, scheme="https" if certificates else "http")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._send(*forger.answer(self.path))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            self._send(*forger.answer(self.path, form | {"authorization": self.headers.get("Authorization", "")}))

        def _send(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if certificates:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificates.chain, certificates.key)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    forger.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield forger
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
