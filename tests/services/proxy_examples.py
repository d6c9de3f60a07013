"""The configurations of `deploy/proxy` as they stand there, with addresses, certificates and folders of this machine.

Each replaces only what an operator would: a text that an example has no more is an error, so that tests keep running
the examples that people read.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.services.places import free_port
from tests.services.tls import Certificates

EXAMPLES = Path(__file__).resolve().parents[2] / "deploy" / "proxy"
MANUAL = Path(__file__).with_name("manual.nginx.conf")
BACKENDS = ("10.0.0.11:8080", "10.0.0.12:8080", "10.0.0.13:8080")
CHAIN, KEY = "/etc/ssl/steelyard/server.pem", "/etc/ssl/steelyard/server.key"
APACHE_MODULES = Path("/usr/lib/apache2/modules")
NEEDED = (
    "mpm_event authz_core ssl socache_shmcb headers reqtimeout proxy proxy_http slotmem_shm proxy_balancer"
    " lbmethod_byrequests lbmethod_bybusyness"
)


@dataclass(frozen=True)
class Place:
    """Where one proxy runs: its own folder and port, and what it stands before."""

    folder: Path
    port: int
    backends: tuple[str, ...]
    certificates: Certificates


def nginx(place: Place) -> str:
    text = _with_backends((EXAMPLES / "nginx.conf").read_text(), place)
    text = _replaced(text, "listen 80;", f"listen 127.0.0.1:{free_port()};")
    text = _replaced(text, "listen 443 ssl;", f"listen 127.0.0.1:{place.port} ssl;")
    return _unprivileged_nginx(_with_certificates(text, place), place)


def manual_nginx(place: Place) -> str:
    """The manual's, which has one upstream address and no limit of bodies, so nginx's own of 1 MB."""
    servers = " ".join(f"server {backend};" for backend in place.backends)
    text = _replaced(MANUAL.read_text(), "http {", f"http {{\n  upstream servers {{ {servers} }}")
    text = _replaced(text, "$YOUR_UPSTREAM_SERVER_IP:8080", "servers")
    text = _replaced(text, "listen 443 ssl;", f"listen 127.0.0.1:{place.port} ssl;")
    text = _replaced(text, "www.example.com.crt", str(place.certificates.chain))
    text = _replaced(text, "www.example.com.key", str(place.certificates.key))
    return _unprivileged_nginx(text, place)


def naive_nginx(place: Place) -> str:
    """What people write first: nginx's own limit of bodies, its buffers, and no headers."""
    text = f"""
events {{}}
http {{
  server {{
    listen 127.0.0.1:{place.port} ssl;
    ssl_certificate {place.certificates.chain}; ssl_certificate_key {place.certificates.key};
    location / {{ proxy_pass http://{place.backends[0]}; }}
  }}
}}
"""
    return _unprivileged_nginx(text, place)


def caddy(place: Place) -> str:
    text = _with_certificates(_with_backends((EXAMPLES / "Caddyfile").read_text(), place), place)
    sites = f"https://localhost:{place.port}, https://127.0.0.1:{place.port} {{\n\tbind 127.0.0.1"
    alone = "{\n\tadmin off\n\tpersist_config off\n\tauto_https off\n\tgrace_period 1s\n}\n"
    return alone + _replaced(text, "wandb.example.com {", sites)


def haproxy(place: Place) -> str:
    both = place.folder / "both.pem"
    both.touch(mode=0o600)
    both.write_bytes(place.certificates.chain.read_bytes() + place.certificates.key.read_bytes())
    text = _with_backends((EXAMPLES / "haproxy.cfg").read_text(), place)
    return _replaced(
        text, "bind :443 ssl crt /etc/haproxy/steelyard.pem", f"bind 127.0.0.1:{place.port} ssl crt {both}"
    )


def apache(place: Place) -> str:
    text = _with_certificates(_with_backends((EXAMPLES / "apache.conf").read_text(), place), place)
    text = _replaced(text, "<VirtualHost *:443>", f"<VirtualHost 127.0.0.1:{place.port}>")
    files = {name: APACHE_MODULES / f"mod_{name}.so" for name in NEEDED.split()}
    loaded = [f"LoadModule {name}_module {file}" for name, file in files.items() if file.exists()]
    folder = place.folder
    base = [
        f"ServerRoot {folder}",
        f"PidFile {folder}/apache.pid",
        f"DefaultRuntimeDir {folder}",
        "ServerName localhost",
    ]
    base += [f"Mutex file:{folder} default", f"Listen 127.0.0.1:{place.port} https", "ErrorLog /dev/stderr"]
    return "\n".join([*loaded, *base, text])


def envoy(place: Place) -> str:
    text = _with_certificates((EXAMPLES / "envoy.yaml").read_text(), place)
    text = _replaced(text, "address: 0.0.0.0, port_value: 443", f"address: 127.0.0.1, port_value: {place.port}")
    written = [_as_envoy(backend) for backend in BACKENDS]
    return _with_backends(text, place, written, [_as_envoy(backend) for backend in place.backends])


def _as_envoy(backend: str) -> str:
    address, _, port = backend.partition(":")
    return f"{{address: {address}, port_value: {port}}}"


def _with_backends(text: str, place: Place, written: Sequence[str] = BACKENDS, there: Sequence[str] = ()) -> str:
    there = there or place.backends
    for number, backend in enumerate(written):
        if number < len(there):
            text = _replaced(text, backend, there[number])
        else:
            text = "\n".join(line for line in text.split("\n") if backend not in line)
    return text


def _with_certificates(text: str, place: Place) -> str:
    return _replaced(_replaced(text, CHAIN, str(place.certificates.chain)), KEY, str(place.certificates.key))


def _unprivileged_nginx(text: str, place: Place) -> str:
    """Folders that the package's nginx would have below /var, and no log of requests."""
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    folders = " ".join(f"{kind}_temp_path {place.folder}/{kind};" for kind in kinds)
    account = "user root; " if os.geteuid() == 0 else ""
    inside = _replaced(text, "http {", f"http {{\n  access_log off; {folders}")
    return f"{account}worker_processes 1; daemon off; pid {place.folder}/pid; error_log stderr warn;\n{inside}"


def _replaced(text: str, old: str, new: str) -> str:
    if old not in text:
        raise AssertionError(f"the example has no {old!r} any more")
    return text.replace(old, new)
