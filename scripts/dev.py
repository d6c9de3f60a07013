"""The server, started again when a Python or GraphQL file changes, beside Vite with the web app reloading in place.

Open the address that Vite prints: it hands what is not the web app on to the server, whose own links lead there too.
"""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import build_web

ROOT = Path(__file__).resolve().parent.parent
LOOK_EVERY_S = 0.7
WATCHED = {".py", ".graphql"}
# The port is fixed in web/vite.config.ts.
VITE_URL = "http://localhost:5173"


def main() -> None:
    arguments = sys.argv[1:]
    environment = build_web.node_environment()
    build_web.install_packages(environment)
    port = arguments[arguments.index("--port") + 1] if "--port" in arguments else "8080"
    environment["STEELYARD_DEV_SERVER"] = f"http://127.0.0.1:{port}"
    # not by npm, which would not hand on the signal that ends it
    vite = subprocess.Popen([ROOT / "web/node_modules/.bin/vite"], cwd=ROOT / "web", env=environment)
    server = start(arguments)
    seen = newest_change()
    try:
        while vite.poll() is None:
            time.sleep(LOOK_EVERY_S)
            changed = newest_change()
            if changed != seen:
                seen = changed
                stop(server)
                server = start(arguments)
    except KeyboardInterrupt:
        pass
    finally:
        stop(server)
        stop(vite)


def start(arguments: list[str]) -> subprocess.Popen[bytes]:
    print("==> starting the server", flush=True)
    environment = {"STEELYARD_SERVER_PUBLIC_URL": VITE_URL, **os.environ}
    return subprocess.Popen([sys.executable, "-m", "steelyard", "serve", *arguments], cwd=ROOT, env=environment)


def stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


def newest_change() -> int:
    return max(path.stat().st_mtime_ns for path in (ROOT / "steelyard").rglob("*") if path.suffix in WATCHED)


if __name__ == "__main__":
    main()
