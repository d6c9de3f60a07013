"""Accounts through the public API: the caller, their keys, other people, a team.

search   part of a user name to search for
team     a team's name, or null
"""

import wandb
from exchange import answer_with


def members_of(api, team: str) -> list:
    return [
        {"name": item.username, "admin": item.admin, "type": item.account_type, "pending": item.pending}
        for item in api.team(team).members
    ]


def people(given: dict) -> dict:
    api = wandb.Api(timeout=60)
    viewer = api.viewer
    before = viewer.api_keys
    secret = (
        viewer.generate_api_key(given.get("description")) if given.get("description") else viewer.generate_api_key()
    )
    fresh = wandb.Api(timeout=60).viewer
    (added,) = set(fresh.api_keys) - set(before)
    deleted = fresh.delete_api_key(added)
    one = api.user(given["search"])
    return {
        "viewer": {"username": viewer.username, "email": viewer.email, "entity": viewer.entity, "admin": viewer.admin},
        "teams": viewer.teams,
        "secret_is_whole": len(secret) >= 40 and secret not in fresh.api_keys,
        "key_is_a_hint": len(added) < 40,
        "deleted": deleted,
        "left": wandb.Api(timeout=60).viewer.api_keys == before,
        "found": sorted(user.username for user in api.users(given["search"])),
        "one": one and one.username,
        "nobody": api.user("no-such-user-anywhere") is None,
        "members": members_of(api, given["team"]) if given.get("team") else None,
    }


answer_with(people)
