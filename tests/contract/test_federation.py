"""The client with an identity token file, at a certified provider: a job logs without any key of ours."""

from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.harness.client import Client, ClientError
from tests.harness.server import Server, User
from tests.services.oidc import Oidc, program_token

PROGRAM = """
import json, os, sys, wandb
run = wandb.init(entity=sys.argv[1], project="federated", settings=wandb.Settings(init_timeout=60))
for step in range(3):
    run.log({"loss": 1 / (step + 1)})
with open("notes.txt", "w") as file:
    file.write("from a job")
run.save("notes.txt", policy="now")
if sys.argv[2] == "artifacts":  # older clients ask about them by an API key alone
    artifact = wandb.Artifact("data", "dataset")
    artifact.add_file("notes.txt")
    run.log_artifact(artifact).wait()
run.finish()
print(json.dumps({"run": run.id, "user": str(run.entity)}))
"""


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    service = Oidc()
    try:
        yield service.acquire()["issuer"]
    finally:
        service.release()


def service_account(server: Server, admin: User) -> str:
    """A new service account of the team `lab`: its user name."""
    with httpx.Client(base_url=server.url, auth=("api", admin.api_key), trust_env=False) as http:
        made = http.post("/app/teams/lab/service-accounts", json={"name": "ci"}).json()
        viewer = {"query": "{ viewer { username } }"}
        answer = http.post("/graphql", json=viewer, auth=("api", made["secret"]))
        return str(answer.json()["data"]["viewer"]["username"])


@pytest.mark.parametrize(("version", "more"), [("0.31.0", "artifacts"), ("0.19.11", "")])
def test_a_job_logs_by_the_token_that_its_provider_gives_it(
    start_server: Callable[..., Server],
    client_of: Callable[..., Client],
    issuer: str,
    tmp_path: Path,
    version: str,
    more: str,
) -> None:
    server = start_server()
    admin = server.create_user("root", "--admin")
    server.run_command("org", "create", "works", "--admin", "root")
    server.run_command("team", "create", "lab", "--org", "works", "--admin", "root")
    robot = service_account(server, admin)
    token, subject = program_token(issuer)
    file = tmp_path / "token.jwt"
    file.write_text(token)
    client = client_of(server, version, logged_in=False)
    env = {"WANDB_IDENTITY_TOKEN_FILE": str(file), "WANDB_CREDENTIALS_FILE": str(tmp_path / "credentials.json")}
    with pytest.raises(ClientError):
        client.run(PROGRAM, "lab", more, env=env)
    server.run_command("federation", "add", issuer)
    server.run_command("federation", "bind", issuer, subject, robot)
    made = client.run_json(PROGRAM, "lab", more, env=env)
    read = client_of(server, "0.31.0", user=admin).run_json(
        "import json, sys, wandb\n"
        "run = wandb.Api().run(f'lab/federated/{sys.argv[1]}')\n"
        "names = sorted(file.name for file in run.files())\n"
        "print(json.dumps({'rows': len(list(run.scan_history())), 'saved': 'notes.txt' in names,"
        " 'state': run.state, 'artifacts': [one.name for one in run.logged_artifacts() if one.type == 'dataset']}))\n",
        made["run"],
    )
    assert read == {"rows": 3, "saved": True, "state": "finished", "artifacts": ["data:v0"] if more else []}
