"""The environment of processes under test: nothing of the caller's settings, and no way out of the machine."""

import os

from tests.services.places import CACHE

# What a program needs to run at all; settings of servers, clients and package tools stay out.
KEPT = ("PATH", "TMPDIR", "LD_LIBRARY_PATH", "COVERAGE_PROCESS_START")
# Nobody listens on port 9 (discard): a call to an outside host fails at once instead of leaving.
NOWHERE = "http://127.0.0.1:9"
LOOPBACK = "localhost,127.0.0.1,::1"
# Installers leave modules uncompiled, and thousands of processes would each compile what they load.
COMPILED = CACHE / "compiled"


def clean_environment(**more: str) -> dict[str, str]:
    """A minimal environment plus `more`; programs that obey proxy settings reach loopback only."""
    environment = {name: os.environ[name] for name in KEPT if name in os.environ}
    environment |= {"LC_ALL": "C.UTF-8", "PYTHONUNBUFFERED": "1", "PYTHONPYCACHEPREFIX": str(COMPILED)}
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        environment |= {name: NOWHERE, name.upper(): NOWHERE}
    environment |= {"no_proxy": LOOPBACK, "NO_PROXY": LOOPBACK}
    return environment | more
