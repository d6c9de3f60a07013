"""An identity provider: the certified `oidc-provider` for Node, with pages on which anybody signs in by any name."""

import base64
import json
import os
import secrets
import shutil
import sys
import urllib.request
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from tests.services import processes
from tests.services.packages import run
from tests.services.places import CACHE, free_port, lock
from tests.services.service import Service

VERSION = "9.13.3"
PROGRAM = Path(__file__).with_name("oidc_provider.mjs")
SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"


class Oidc(Service):
    name = "oidc"

    def install(self) -> None:
        ensure_packages()

    def is_installed(self) -> bool:
        return (packages_folder() / ".installed").exists()

    def launch(self) -> tuple[int, dict[str, Any]]:
        port, folder = free_port(), self.folder
        # modules are looked for beside the program
        program = folder / PROGRAM.name
        shutil.copy(PROGRAM, program)
        (folder / "node_modules").symlink_to(packages_folder() / "node_modules")
        environment = node_environment()
        node = shutil.which("node", path=environment["PATH"]) or "node"
        pid = processes.spawn([node, str(program), str(port)], log=folder / "log", cwd=folder, env=environment)
        issuer = f"http://127.0.0.1:{port}"

        def ready() -> bool:
            return bool(ask("GET", f"{issuer}/.well-known/openid-configuration")["issuer"] == issuer)

        processes.wait_ready(pid, ready, log=folder / "log", timeout_s=self.start_timeout_s)
        return pid, {"issuer": issuer}

    def clean_up(self, details: dict[str, Any]) -> None:
        """Nothing is left outside the folder."""


def packages_folder() -> Path:
    return CACHE / "node" / f"oidc-provider-{VERSION}"


def ensure_packages() -> Path:
    folder = packages_folder()
    with lock("oidc-provider"):
        if not (folder / ".installed").exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            (folder / "package.json").write_text(json.dumps({"private": True, "type": "module"}))
            environment = node_environment()
            npm = shutil.which("npm", path=environment["PATH"]) or "npm"
            command = [npm, "install", "--no-progress", "--no-save", "--ignore-scripts", f"oidc-provider@{VERSION}"]
            run(command, advice="check the network and npm's settings", env=environment, cwd=folder)
            (folder / ".installed").touch()
    return folder


def node_environment() -> dict[str, str]:
    """The environment in which `node` and `npm` are those that build the web app."""
    sys.path.insert(0, str(SCRIPTS))
    try:
        import build_web
    finally:
        sys.path.remove(str(SCRIPTS))
    environment = build_web.node_environment()
    return {name: value for name, value in environment.items() if name.lower() not in {"http_proxy", "https_proxy"}} | {
        "HOME": os.environ.get("HOME", "/tmp")
    }


def ask(method: str, url: str, body: Any = None) -> Any:
    """The JSON answer of the provider, None for an empty one."""
    content = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, content, {"Content-Type": "application/json"}, method=method)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=10) as answer:
        text = answer.read()
    return json.loads(text) if text else None


def register_client(issuer: str, origin: str, method: str = "pkce", *, secret: bool = True) -> dict[str, str]:
    """A new client of the provider for the server at `origin`: the settings of that server."""
    wanted = {
        "redirect_uris": [f"{origin}/oidc/callback"],
        "post_logout_redirect_uris": [f"{origin}/logout"],
        "grant_types": ["implicit" if method == "implicit" else "authorization_code"],
        "response_types": ["id_token" if method == "implicit" else "code"],
        "token_endpoint_auth_method": "client_secret_basic" if secret and method == "pkce" else "none",
        # an implicit client must be at https, unless it says that it is no web application
        "application_type": "native" if method == "implicit" else "web",
    }
    client = ask("POST", f"{issuer}/reg", wanted)
    settings = {"OIDC_ISSUER": issuer, "OIDC_CLIENT_ID": client["client_id"], "OIDC_AUTH_METHOD": method}
    return settings | ({"OIDC_CLIENT_SECRET": client["client_secret"]} if "client_secret" in client else {})


def new_person(issuer: str, **claims: Any) -> str:
    """The login name of a person with these claims; a verified address is theirs unless they say otherwise."""
    login = f"p{secrets.token_hex(4)}"
    known = {"email": f"{login}@example.com", "email_verified": True, "name": login, "preferred_username": login}
    ask("PUT", f"{issuer}/claims/{login}", known | claims)
    return login


def program_token(issuer: str, audience: str = "wandb") -> tuple[str, str]:
    """A signed token of a new program at the provider, for this audience, and the subject that it names."""
    wanted = {"grant_types": ["client_credentials"], "response_types": [], "redirect_uris": []}
    client = ask("POST", f"{issuer}/reg", wanted)
    form = {"grant_type": "client_credentials", "resource": f"urn:audience:{audience}", "scope": "log"}
    basic = base64.b64encode(f"{client['client_id']}:{client['client_secret']}".encode()).decode()
    content = urlencode(form).encode()
    request = urllib.request.Request(f"{issuer}/token", content, {"Authorization": f"Basic {basic}"}, method="POST")
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=10) as answer:
        return str(json.loads(answer.read())["access_token"]), str(client["client_id"])
