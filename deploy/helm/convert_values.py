"""Turns values of W&B's charts into values of the chart `steelyard`: `python convert_values.py OLD.yaml > values.yaml`.

Takes values of `operator-wandb` (`helm get values RELEASE -o yaml`), of the older chart `wandb`, and an object
`WeightsAndBiases` of the operator. The values go to standard output; what is left out, and why, to standard error.
Needs PyYAML.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

import yaml

Values = dict[str, Any]

# What the chart has of operator-wandb's values; everything else has no counterpart.
KEPT = {"global", "app", "ingress", "route", "artifactsGc", "imagePullSecrets"}
KEPT_GLOBAL = {
    *("host", "size", "imageRegistry", "repositoryPrefix", "imagePullSecrets", "mysql", "bucket", "defaultBucket"),
    *("auth", "email", "slack", "banners", "extraEnv", "env", "extraEnvFrom", "customCACerts", "caCertsConfigMap"),
    *("nodeSelector", "tolerations", "priorityClassName", "storageClass", "common", "pod", "deployment", "service"),
}
REASONS = {
    "license": "no licence is needed",
    "licenseSecret": "no licence is needed",
    "redis": "no Redis is needed",
    "mysql": "the chart brings no MySQL; global.mysql names yours",
}
ONE_PROCESS = "one server does its work"
# Top-level keys of the chart `wandb` that `operator-wandb` does not have, or has as a map.
ONLY_IN_OLD = {
    "existingClaim",
    "bucketRegion",
    "bucketKmsKeyArn",
    "sso",
    "smtpServer",
    "createSecrets",
    "enableAdminApi",
}


def main() -> int:
    if len(sys.argv) != 2 or sys.argv[1].startswith("-"):
        print(__doc__, file=sys.stderr)
        return 2
    given = yaml.safe_load(Path(sys.argv[1]).read_text())
    if not isinstance(given, dict):
        print(f"{sys.argv[1]} holds no values", file=sys.stderr)
        return 1
    values, notes = convert(given)
    print(yaml.safe_dump(values, sort_keys=False), end="")
    for note in notes:
        print(note, file=sys.stderr)
    return 0


def convert(given: Values) -> tuple[Values, list[str]]:
    """Return the values of our chart, and a line for each that is left out or needs a look."""
    if given.get("kind") == "WeightsAndBiases":
        given = (given.get("spec") or {}).get("values") or {}
    is_old = "global" not in given and (
        ONLY_IN_OLD & given.keys() or isinstance(given.get("bucket"), str) or "host" in given
    )
    return Old(given).converted() if is_old else _of_operator(given)


def _of_operator(given: Values) -> tuple[Values, list[str]]:
    notes: list[str] = []
    values = {key: value for key, value in given.items() if key in KEPT}
    notes += [f"left out: {key} ({REASONS.get(key, ONE_PROCESS)})" for key in given if key not in KEPT]
    inside = given.get("global") or {}
    values["global"] = {key: value for key, value in inside.items() if key in KEPT_GLOBAL}
    notes += [f"left out: global.{key} ({REASONS.get(key, ONE_PROCESS)})" for key in inside if key not in KEPT_GLOBAL]
    app = dict(values.get("app") or {})
    if app.pop("image", None):
        notes.append("left out: app.image (an image of W&B Server): set app.image.repository to yours of Steelyard")
    values["app"] = app
    # Identities and places of the API pod, which did what the servers do here.
    api = given.get("api") or {}
    annotations = (api.get("serviceAccount") or {}).get("annotations")
    if annotations:
        account = app.setdefault("serviceAccount", {})
        account["annotations"] = {**annotations, **(account.get("annotations") or {})}
    for key in ("nodeSelector", "tolerations"):
        if api.get(key) and not app.get(key):
            app[key] = api[key]
    if api.get("extraEnv"):
        app["extraEnv"] = {**api["extraEnv"], **(app.get("extraEnv") or {})}
    return {key: value for key, value in values.items() if value}, notes


class Old:
    """Values of the chart `wandb`, one pod with everything in it."""

    def __init__(self, given: Values) -> None:
        self._given = dict(given)
        self._notes: list[str] = []
        self._global: Values = {}
        self._values: Values = {"global": self._global}
        self._env: Values = {}
        self._secret = given.get("createSecrets") is False

    def converted(self) -> tuple[Values, list[str]]:
        self._copy("host", self._global)
        self._copy("customCACerts", self._global)
        self._convert_bucket()
        self._convert_mysql()
        self._convert_sso()
        self._convert_ingress()
        self._convert_pod()
        self._take_variables()
        if self._secret:
            self._notes.append(
                "look: createSecrets is false; passwords are read from the secret `wandb-secrets`: rename it"
            )
        for key in self._given:
            self._notes.append(f"left out: {key} ({REASONS.get(key, 'it has no counterpart')})")
        if self._env:
            self._global["extraEnv"] = self._env
        return {key: value for key, value in self._values.items() if value}, self._notes

    def _take(self, key: str) -> Any:
        return self._given.pop(key, None)

    def _copy(self, key: str, target: Values, name: str = "") -> None:
        value = self._take(key)
        if value not in (None, "", [], {}):
            target[name or key] = value

    def _convert_bucket(self) -> None:
        url, region, key = self._take("bucket"), self._take("bucketRegion"), self._take("bucketKmsKeyArn")
        self._take("bucketQueue")
        if self._secret:
            self._env["BUCKET"] = {
                "valueFrom": {"secretKeyRef": {"name": "wandb-secrets", "key": "BUCKET", "optional": True}}
            }
        if not url:
            return
        self._global["bucket"] = bucket_of(url)
        if region:
            self._global["bucket"].setdefault("region", region)
        if key:
            self._global["bucket"]["kmsKey"] = key

    def _convert_mysql(self) -> None:
        given = self._take("mysql") or {}
        claim, sub_path = self._take("existingClaim"), self._take("subPath")
        if claim or sub_path:
            places = {"existingClaim": claim, "subPath": sub_path}
            self._values["persistence"] = {key: value for key, value in places.items() if value}
        if given.get("managed"):
            self._notes.append(
                "look: mysql.managed becomes SQLite on the volume; the tables of W&B Server are not read"
            )
        elif given.get("host"):
            kept = ("host", "port", "database", "user", "password")
            self._global["mysql"] = {key: given[key] for key in kept if given.get(key)}
            if self._secret:
                self._global["mysql"]["passwordSecret"] = {"name": "wandb-secrets", "passwordKey": "MYSQL_PASSWORD"}

    def _convert_sso(self) -> None:
        given = self._take("sso") or {}
        if not given.get("enabled"):
            return
        names = {"issuer": "issuer", "clientId": "clientId", "method": "authMethod", "clientSecret": "secret"}
        oidc = {ours: given[theirs] for theirs, ours in names.items() if given.get(theirs)}
        if self._secret and "secret" not in oidc:
            oidc["oidcSecret"] = {"name": "wandb-secrets", "secretKey": "CLIENT_SECRET"}
        self._global["auth"] = {"oidc": oidc}
        if given.get("autoProvision") is False:
            self._env["GORILLA_DISABLE_SSO_PROVISIONING"] = "true"

    def _convert_ingress(self) -> None:
        given = self._take("ingress") or {}
        if not given.get("enabled"):
            return
        hosts = [one["host"] if isinstance(one, dict) else one for one in given.get("hosts") or []]
        ingress = {
            "enabled": True,
            "class": given.get("className"),
            "annotations": given.get("annotations"),
            "additionalHosts": hosts,
            "tls": given.get("tls"),
        }
        self._values["ingress"] = {key: value for key, value in ingress.items() if value}

    def _convert_pod(self) -> None:
        app: Values = {}
        if self._take("image"):
            self._notes.append(
                "left out: image (an image of W&B Server): set app.image.repository to yours of Steelyard"
            )
        for key in (
            "resources",
            "service",
            "serviceAccount",
            "nodeSelector",
            "tolerations",
            "affinity",
            "podAnnotations",
        ):
            self._copy(key, app)
        if self._take("podSecurityContext") or self._take("securityContext"):
            self._notes.append("left out: podSecurityContext, securityContext (ours fix no user and need no rights)")
        self._take("securityContext")
        self._copy("imagePullSecrets", self._values)
        if app:
            self._values["app"] = app

    def _take_variables(self) -> None:
        for name, value in self._variables(self._take("extraEnv")):
            self._env[name] = value
        for key, name in (("smtpServer", "GORILLA_EMAIL_SINK"), ("extraCors", "GORILLA_CORS_ORIGINS")):
            if value := self._take(key):
                self._env[name] = value
        self._take("createSecrets")

    @staticmethod
    def _variables(given: Any) -> Iterator[tuple[str, Any]]:
        """A list of name and value here, a map elsewhere."""
        if isinstance(given, dict):
            yield from given.items()
            return
        for one in given or []:
            yield one["name"], {"valueFrom": one["valueFrom"]} if "valueFrom" in one else str(one.get("value", ""))


def bucket_of(url: str) -> Values:
    """Take a bucket URL apart: what follows an account is an endpoint where there is a port or a path."""
    scheme, _, rest = url.partition("://")
    account, _, place = rest.rpartition("@")
    place, _, query = place.partition("?")
    authority, _, path = place.partition("/")
    name = authority
    if scheme == "s3" and (":" in authority or (account and path)):
        first, _, path = path.partition("/")
        name = f"{authority}/{first}"
    options = dict(parse_qsl(query.replace("?", "&")))
    bucket: Values = {"provider": {"gs": "gcs"}.get(scheme, scheme), "name": name}
    if region := options.pop("region", ""):
        bucket["region"] = region
    if path or options:
        bucket["path"] = path + (f"?{urlencode(options)}" if options else "")
    key, _, secret = account.partition(":")
    if account:
        bucket |= {"accessKey": key, "secretKey": secret}
    return bucket


if __name__ == "__main__":
    sys.exit(main())
