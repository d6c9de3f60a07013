"""A server that speaks TLS itself, by a private authority: no proxy, and the page says what clients must set."""

import ssl
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from tests.contract.runner import PROGRAMS
from tests.harness.client import Client
from tests.harness.engines import SQLITE, Engine
from tests.harness.server import Server
from tests.services.tls import ensure_certificates


class EncryptedServer(Server):
    @property
    def url(self) -> str:
        return f"https://localhost:{self.port}"

    def is_healthy(self) -> bool:
        try:
            with httpx.Client(verify=trust(), trust_env=False) as http:
                return http.get(f"{self.url}/healthz").status_code == 200
        except httpx.TransportError:
            return False


def trust() -> ssl.SSLContext:
    return ssl.create_default_context(cafile=ensure_certificates().authority)


def test_the_server_speaks_tls_itself(engine: Engine, tmp_path: Path, client_of: Callable[..., Client]) -> None:
    """What the page shows is all that a machine with a client needs: it is run as it stands there."""
    if engine.name != SQLITE:
        pytest.skip("it is the same on every engine")
    made = ensure_certificates()
    settings = {
        "STEELYARD_SERVER_TLS_CERTIFICATE": str(made.chain),
        "STEELYARD_SERVER_TLS_KEY": str(made.key),
        "STEELYARD_SERVER_CLIENT_AUTHORITY": str(made.authority),
    }
    server = EncryptedServer(tmp_path / "data", settings)
    try:
        server.start()
        user = server.create_user()
        with httpx.Client(base_url=server.url, verify=trust(), trust_env=False) as http:
            session = http.get("/app/session").json()
        assert session["publicUrl"].startswith("https://localhost:")
        assert session["authority"].strip() == made.authority.read_text().strip()
        trusted = tmp_path / "shown.pem"
        trusted.write_text(session["authority"])
        client = client_of(server, user=user)
        client.env.update(SSL_CERT_FILE=str(trusted), REQUESTS_CA_BUNDLE=str(trusted))
        client.run(PROGRAMS / "log_for_backup.py", "first")  # files and artifacts too, which pass the server here
        told = client.run_json(PROGRAMS / "read_for_backup.py")
        assert [run["state"] for run in told.values()] == ["finished"]
    finally:
        server.stop()


@pytest.mark.parametrize("names", [("CERTIFICATE",), ("CERTIFICATE", "KEY")])
def test_files_that_do_not_fit_end_the_start_in_a_line(names: tuple[str, ...], engine: Engine, tmp_path: Path) -> None:
    if engine.name != SQLITE:
        pytest.skip("it is the same on every engine")
    settings = {f"STEELYARD_SERVER_TLS_{name}": str(tmp_path / "absent.pem") for name in names}
    server = Server(tmp_path / "data", settings)
    process = server.launch()
    assert process.wait(60) == 1
    (line,) = [line for line in server.log_text().splitlines() if "STEELYARD_SERVER_TLS_CERTIFICATE" in line]
    assert "absent.pem" in line
