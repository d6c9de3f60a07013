"""An administrator makes an account, a team and a service account, invites and removes people by the public API.

team; address: of the account to make; member: a person to invite
"""

import os
import subprocess
import sys

import wandb
from exchange import answer_with

JOB = """
import sys, wandb
with wandb.init(entity=sys.argv[1], project="p") as run:
    run.log({"a": 1})
print(run.id)
"""


def manage_team(given: dict) -> dict:
    api = wandb.Api(timeout=60)
    name, member = given["team"], given["member"]
    made = api.create_user(given["address"])
    team = api.create_team(name)
    invited = [team.invite(who) for who in (member, member, given["address"], "nobody-of-this-name")]
    service = team.create_service_account("ci")
    team.load(force=True)
    roles = {item.username: [item.admin, item.account_type, item.pending] for item in team.members}
    unseen = [item.api_key for item in api.team(name).members]
    logged = log_as_service(service.api_key, name, member)
    removed = [item.delete() for item in team.members if item.username in {member, service.username}]
    team.load(force=True)
    return {
        "made": [made.email, made.admin],
        "user": api.user(given["address"]).email,
        "invited": invited,
        "roles": roles,
        "service": service.username,
        "unseen": [key for key in unseen if key],
        "logged": logged,
        "removed": removed,
        "left": [item.username for item in team.members],
    }


def log_as_service(key: str, team: str, member: str) -> dict:
    """Log a run for a member of the team, with the key of the service account: in a program of its own, as jobs are."""
    env = {**os.environ, "WANDB_API_KEY": key, "WANDB_USERNAME": member, "WANDB_SILENT": "true"}
    printed = subprocess.run([sys.executable, "-c", JOB, team], env=env, stdout=subprocess.PIPE, check=True).stdout
    run_id = printed.decode().split()[-1]
    found = wandb.Api(timeout=60, api_key=key)
    read = found.run(f"{team}/p/{run_id}")
    viewer = {"viewer": found.viewer.username, "entity": found.default_entity}
    return viewer | {"user": read.user.username, "a": read.summary["a"]}


answer_with(manage_team)
