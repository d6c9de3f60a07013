"""Values of W&B's charts become values of ours: rendered, they lead to the same database, bucket and address."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from steelyard.config.places import bucket_of, mysql_of
from tests.deployment.charts import CHART, documents, render, schema_problems
from tests.deployment.test_chart import environment, home, pytestmark, read, server

__all__ = ["home", "pytestmark"]
FOLDER = Path(__file__).with_name("converted")
SCRIPT = CHART.parent / "convert_values.py"


def converted(name: str, folder: Path) -> tuple[Path, str]:
    """A file with the values of our chart, and what was said about them."""
    done = subprocess.run(
        [sys.executable, str(SCRIPT), str(FOLDER / f"{name}.yaml")], capture_output=True, text=True, check=True
    )
    file = folder / f"{name}.yaml"
    file.write_text(done.stdout)
    return file, done.stderr


def rendered(name: str, folder: Path, home: Path) -> tuple[list[dict[str, Any]], str]:
    file, said = converted(name, folder)
    found = documents(render("helm 4", file, home))
    assert schema_problems([(name, document) for document in found]) == []
    return found, said


def test_an_embedded_server_keeps_its_claim(tmp_path: Path, home: Path) -> None:
    found, said = rendered("03-old-chart-embedded", tmp_path, home)
    volumes = {volume["name"]: volume for volume in server(found)["template"]["spec"]["volumes"]}
    assert volumes["vol"]["persistentVolumeClaim"]["claimName"] == "wandb-vol"
    assert read(found).server.public_url == "https://wandb.example.com"
    assert "MYSQL_HOST" not in environment(found)
    for words in ("no licence is needed", "becomes SQLite on the volume", "app.image.repository"):
        assert words in said


def test_the_old_chart_in_production(tmp_path: Path, home: Path) -> None:
    found, said = rendered("old-chart-production", tmp_path, home)
    settings = read(found)
    database, bucket = mysql_of(settings.database), bucket_of(settings.objects)
    assert database and (database.host, database.password, database.database) == (
        "mysql.internal",
        "p@ss",
        "wandb_local",
    )
    assert bucket and (bucket.endpoint, bucket.bucket, bucket.prefix) == (
        "https://minio.internal:9000",
        "wandb",
        "team",
    )
    assert (bucket.region, bucket.key, bucket.secret) == ("eu-central-1", "AK", "SE/CRET")
    env = environment(found)
    assert env["OIDC_ISSUER"] == "https://login.example.com"
    assert (env["GORILLA_DISABLE_SSO_PROVISIONING"], env["GORILLA_DATA_RETENTION_PERIOD"]) == ("true", "24h")
    (ingress,) = [document["spec"] for document in found if document["kind"] == "Ingress"]
    assert (ingress["ingressClassName"], ingress["tls"][0]["secretName"]) == ("nginx", "tls")
    assert "left out: replicaCount" in said


def test_an_object_of_the_operator(tmp_path: Path, home: Path) -> None:
    found, said = rendered("operator-object", tmp_path, home)
    account = next(document for document in found if document["kind"] == "ServiceAccount")
    assert account["metadata"]["annotations"] == {"eks.amazonaws.com/role-arn": "arn:aws:iam::1:role/w"}
    env = environment(found)
    assert (env["A"], env["GORILLA_ARTIFACT_GC_ENABLED"], env["MYSQL_HOST"]) == ("b", "true", "mysql.internal")
    settings = read(found)
    assert (settings.slack.client_id, settings.slack.client_secret) == ("111.222", "of-the-app")
    assert settings.server.banners == '{"note":{"message":"hello","type":"info"}}'
    for words in ("global.redis (no Redis is needed)", "weave (one server does its work)", "app.image"):
        assert words in said


def test_values_of_ours_stay_as_they_are(tmp_path: Path) -> None:
    sys.path.insert(0, str(SCRIPT.parent))
    try:
        from convert_values import convert  # type: ignore[import-not-found]
    finally:
        sys.path.remove(str(SCRIPT.parent))
    given = yaml.safe_load(Path(__file__).with_name("values").joinpath("11-two-servers.yaml").read_text())
    del given["worker"], given["metrics"]
    values, notes = convert(given)
    assert (values, notes) == (given, [])


@pytest.mark.parametrize("text", ["", "- a list"])
def test_a_file_without_values_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "values.yaml"
    file.write_text(text)
    done = subprocess.run([sys.executable, str(SCRIPT), str(file)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
