"""`python -m tests.services install | start | stop | env`: the real components of the tests, by hand.

install  fetch everything (or the parts named after it), several at a time
start    start MySQL and S3 and print the settings that let a server use them; they run until `stop`
stop     end what `start` started, unless a test session still uses it
env      print those settings again
"""

import sys
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, as_completed, wait
from functools import partial

from tests.services import azurite, browser, clients, helm, integrations, ldap, moto, mysql, oidc, proxy, s3
from tests.services.processes import ServiceError
from tests.services.service import BY_HAND, Service

# Two downloads at a time keep a small machine busy.
AT_ONCE = 3
TICK_S = 15
SERVICES: dict[str, type[Service]] = {"mysql": mysql.MySql, "s3": s3.S3}
PARTS: dict[str, Callable[[], object]] = {
    "mysql": lambda: mysql.MySql().install(),
    "mariadb": mysql.install_mariadb,
    "s3": lambda: s3.S3().install(),
    "browser": browser.install,
    "nginx": lambda: proxy.install("nginx"),
    "caddy": lambda: proxy.install("caddy"),
    "haproxy": lambda: proxy.install("haproxy"),
    "apache": lambda: proxy.install("apache"),
    "envoy": lambda: proxy.install("envoy"),
    "helm": helm.install,
    "moto": moto.install,
    "azurite": azurite.install,
    "oidc": lambda: oidc.Oidc().install(),
    "ldap": lambda: ldap.Ldap().install(),
    **{f"wandb-{version}": partial(clients.ensure_client, version) for version in clients.VERSIONS},
    "integrations": integrations.ensure_integrations,
}


def main() -> int:
    command, *names = sys.argv[1:] or ["help"]
    match command:
        case "install":
            return install(names or list(PARTS))
        case "start":
            for name in names or SERVICES:
                SERVICES[name]().acquire(BY_HAND)
            return print_settings()
        case "stop":
            for name in names or SERVICES:
                SERVICES[name]().release(BY_HAND)
            return 0
        case "env":
            return print_settings()
    print(__doc__)
    return 2


def install(names: list[str]) -> int:
    """Fetch the parts, saying when each is there; returns 1 if one could not be had."""
    print(f"==> fetching what the tests need: {', '.join(names)} (a few minutes the first time)", flush=True)
    failed = 0
    with ThreadPoolExecutor(AT_ONCE) as pool:
        jobs = {pool.submit(timed, PARTS[name]): name for name in names}
        announce_waiting(jobs)
        for job in as_completed(jobs):
            if isinstance(problem := job.exception(), ServiceError):
                failed = 1
                print(f"\nFAILED: {jobs[job]}: {problem}", file=sys.stderr, flush=True)
            else:
                job.result()
    return failed


def announce_waiting(jobs: dict[Future[float], str]) -> None:
    """Print each part as it is done, and every now and then what is still awaited."""
    open_jobs = set(jobs)
    while open_jobs:
        done, open_jobs = wait(open_jobs, timeout=TICK_S, return_when="FIRST_COMPLETED")
        for job in done:
            if not job.exception() and job.result() > 1:
                print(f"    {jobs[job]}: {job.result():.0f} s", flush=True)
        if open_jobs and not done:
            print(f"    … waiting for {', '.join(sorted(jobs[job] for job in open_jobs))}", flush=True)


def timed(work: Callable[[], object]) -> float:
    started = time.monotonic()
    work()
    return time.monotonic() - started


def print_settings() -> int:
    database, store = mysql.MySql().details(), s3.S3().details()
    if database is None or store is None:
        print("not running: python -m tests.services start", file=sys.stderr)
        return 1
    with mysql.connect(database["port"]) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE DATABASE IF NOT EXISTS by_hand CHARACTER SET utf8mb4")
    account = f"{database['user']}:{database['password']}"
    print(f"export MYSQL=mysql://{account}@127.0.0.1:{database['port']}/by_hand")
    print(f"export BUCKET='{s3.bucket_url(store, 'by-hand')}'")
    return 0


if __name__ == "__main__":
    sys.exit(main())
