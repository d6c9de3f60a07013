"""The chart under every documented configuration: helms agree, clusters take what comes out, servers read it."""

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import yaml

from steelyard.config.banners import parse_banners
from steelyard.config.bucket_url import Bucket
from steelyard.config.container_url import Container
from steelyard.config.places import bucket_of, mysql_of
from steelyard.config.sources import load
from steelyard.kernel.errors import Invalid
from tests.deployment.charts import CHART, OPENSHIFT, Document, RefusedError, documents, helm, render, schema_problems
from tests.deployment.pod_rules import broken_rules, pod_of
from tests.services.helm import PACKAGES
from tests.services.packages import CACHE
from tests.services.proxy_examples import EXAMPLES

pytestmark = [
    pytest.mark.xdist_group("chart"),
    pytest.mark.skipif(
        not any(CACHE.glob("venv/helm-4-*/.installed")), reason="helm is not here; `make services` fetches it"
    ),
]

FOLDER = Path(__file__).with_name("values")
CONFIGURATIONS = sorted(path.stem for path in FOLDER.glob("*.yaml"))
# A secret that somebody else made; what stands in it.
ELSEWHERE = "from elsewhere"
Rendered = dict[str, list[Document]]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("helm")


@pytest.fixture(scope="module")
def texts(home: Path) -> dict[tuple[str, str, bool], str]:
    """What each helm makes of each configuration, on a plain cluster and on OpenShift."""
    asked = [(version, name, on) for version in PACKAGES for name in CONFIGURATIONS for on in (False, True)]

    def work(one: tuple[str, str, bool]) -> str:
        version, name, on_openshift = one
        return render(version, FOLDER / f"{name}.yaml", home, *(OPENSHIFT if on_openshift else ()))

    with ThreadPoolExecutor(3) as pool:
        return dict(zip(asked, pool.map(work, asked), strict=True))


@pytest.fixture(scope="module")
def rendered(texts: dict[tuple[str, str, bool], str]) -> Rendered:
    return {name: documents(texts["helm 4", name, False]) for name in CONFIGURATIONS}


def test_both_helms_render_the_same(texts: dict[tuple[str, str, bool], str]) -> None:
    for name in CONFIGURATIONS:
        for on in (False, True):
            new, old = (documents(texts[version, name, on]) for version in ("helm 4", "helm 3"))
            assert sorted(map(str, new)) == sorted(map(str, old)), name


def test_helm_finds_nothing_to_complain_of(home: Path) -> None:
    for version in PACKAGES:
        helm(version, "lint", "--strict", str(CHART), home=home)


def test_several_versions_of_kubernetes_take_every_object(rendered: Rendered) -> None:
    named = [(name, document) for name, found in rendered.items() for document in found]
    named += [("deploy/proxy", document) for document in documents((EXAMPLES / "ingress-nginx.yaml").read_text())]
    assert schema_problems(named) == []


def test_the_schemas_would_find_a_mistake(rendered: Rendered) -> None:
    service = next(document for document in rendered["04-inline"] if document["kind"] == "Service")
    wrong = {**service, "spec": {**service["spec"], "sessionAffinityy": "None"}}
    assert "sessionAffinityy" in schema_problems([("wrong", wrong)])[0]


@pytest.mark.parametrize("openshift", [False, True])
def test_admission_takes_every_pod(texts: dict[tuple[str, str, bool], str], openshift: bool) -> None:
    for name in CONFIGURATIONS:
        found = documents(texts["helm 4", name, openshift])
        assert sum(pod_of(document) is not None for document in found), name
        problems = [line for document in found for line in broken_rules(document, openshift=openshift)]
        assert problems == [], name


def test_no_name_is_used_twice_and_every_reference_leads_somewhere(rendered: Rendered) -> None:
    for name, found in rendered.items():
        names = [(document["kind"], document["metadata"]["name"]) for document in found]
        assert len(names) == len(set(names)), name
        services = {made for kind, made in names if kind == "Service"}
        assert {"wandb-app", "wandb-api", "wandb-console"} <= services, "names that operators may refer to"
        assert all(document["metadata"]["namespace"] == "ml" for document in found), name
        selectors = [document["spec"]["selector"] for document in found if document["kind"] == "Service"]
        labels = server(found)["template"]["metadata"]["labels"]
        assert all(selector.items() <= labels.items() for selector in selectors), name


def server(found: list[Document]) -> Document:
    """The `spec` of the servers."""
    (spec,) = (
        document["spec"]
        for document in found
        if document["kind"] == "Deployment" and document["metadata"]["name"] == "wandb-app"
    )
    return dict(spec)


def environment(found: list[Document]) -> dict[str, str]:
    """The variables of a server as the container sees them, secrets of the chart filled in."""
    secrets = {d["metadata"]["name"]: d["stringData"] for d in found if d["kind"] == "Secret"}
    env: dict[str, str] = {}
    for item in server(found)["template"]["spec"]["containers"][0]["env"]:
        env[item["name"]] = _value(item, secrets)
    return {name: re.sub(r"\$\((\w+)\)", lambda match: env[match[1]], value) for name, value in env.items()}


def _value(item: Document, secrets: dict[str, Any]) -> str:
    if "value" in item:
        return str(item["value"])
    (reference,) = item["valueFrom"].values()
    if reference["name"].startswith("wandb-"):
        return str(secrets[reference["name"]][reference["key"]])
    return ELSEWHERE


def read(found: list[Document]) -> Any:
    return load({}, environment(found)).settings


def test_the_server_reads_what_the_chart_says(rendered: Rendered) -> None:
    settings = read(rendered["04-inline"])
    database, bucket = mysql_of(settings.database), bucket_of(settings.objects)
    assert settings.server.public_url == "https://wandb.example.com"
    assert database and (database.host, database.username, database.password) == (
        "mysql.internal",
        "wandb",
        "p@ss/word",
    )
    assert bucket and (bucket.bucket, bucket.prefix, bucket.endpoint, bucket.region) == (
        "wandb-files",
        "team",
        "",
        "eu-central-1",
    )
    assert (bucket.key, bucket.secret) == ("AKIAEXAMPLE", "a/b+c")
    assert (settings.slack.client_id, settings.slack.client_secret) == ("111.222", "of-the-app")
    (banner,) = parse_banners(settings.server.banners)
    assert (banner.message, banner.dismissable) == ('Back at 18:00: "soon"', True)


def test_secrets_of_others_are_referred_to_and_never_copied(rendered: Rendered) -> None:
    found = rendered["05-secrets-by-reference"]
    assert [document for document in found if document["kind"] == "Secret"] == []
    env = environment(found)
    names = {"MYSQL_HOST", "MYSQL_USER", "MYSQL_PASSWORD", "BUCKET_ACCESS_KEY", "BUCKET_SECRET_KEY"}
    names |= {"OIDC_CLIENT_SECRET", "SMTP_PASSWORD", "SLACK_CLIENT_ID", "SLACK_SECRET"}
    assert {name for name in names if env[name] == ELSEWHERE} == names


def test_what_is_inline_lies_in_secrets_only(rendered: Rendered) -> None:
    shown = [document for document in rendered["04-inline"] if document["kind"] != "Secret"]
    assert not any(secret in yaml.safe_dump(shown) for secret in ("p%40ss", "AKIAEXAMPLE", "a/b+c", "of-the-app"))


def test_a_compatible_store_behind_a_private_authority(rendered: Rendered) -> None:
    found = rendered["06-compatible-store-private-ca"]
    settings = read(found)
    bucket = bucket_of(settings.objects)
    assert bucket and (bucket.endpoint, bucket.bucket, bucket.prefix) == ("https://s3.example:9000", "wandb", "")
    assert settings.objects.public_endpoint == "https://s3.public.example"
    assert settings.database.ca == "/etc/ssl/certs/mysql_ca.pem"
    mounts = {mount["mountPath"] for mount in server(found)["template"]["spec"]["containers"][0]["volumeMounts"]}
    below = "/usr/local/share/ca-certificates"
    assert {"/etc/ssl/certs/mysql_ca.pem", f"{below}/inline", f"{below}/configmap"} <= mounts


def test_an_identity_of_the_cloud_needs_no_keys(rendered: Rendered) -> None:
    found = rendered["07-aws-role-and-key"]
    bucket = bucket_of(read(found).objects)
    assert bucket and (bucket.bucket, bucket.key, bucket.region) == ("wandb-files", "", "ap-northeast-2")
    account = next(document for document in found if document["kind"] == "ServiceAccount")
    assert account["metadata"]["annotations"]["eks.amazonaws.com/role-arn"].startswith("arn:aws:iam")


def test_a_container_of_azure_has_its_key_from_a_secret(rendered: Rendered) -> None:
    found = rendered["07-azure"]
    container = bucket_of(read(found).objects)
    assert isinstance(container, Container)
    assert (container.account, container.container, container.key) == ("account", "container", "a2V5")


def test_a_bucket_of_google_needs_a_key_of_its_s3_interface(rendered: Rendered) -> None:
    with pytest.raises(Invalid, match="Google"):
        bucket_of(read(rendered["07-google"]).objects)
    bucket = bucket_of(read(rendered["07-google-key"]).objects)
    assert isinstance(bucket, Bucket)
    assert (bucket.endpoint, bucket.bucket, bucket.prefix) == ("https://storage.googleapis.com", "wandb-files", "team")
    assert (bucket.key, bucket.secret) == ("GOOG1", "a/secret+")


def test_without_a_database_one_server_has_a_volume(rendered: Rendered) -> None:
    found = rendered["01-nothing-set"]
    assert (server(found)["replicas"], server(found)["strategy"]) == (1, {"type": "Recreate"})
    kinds = {document["kind"] for document in found}
    assert "PersistentVolumeClaim" in kinds
    assert kinds.isdisjoint({"Job", "PodDisruptionBudget"})


def test_servers_and_workers_are_apart_when_there_are_several(rendered: Rendered) -> None:
    found = rendered["11-two-servers"]
    assert "replicas" not in server(found), "they are scaled"
    workers = next(d for d in found if d["kind"] == "Deployment" and d["metadata"]["name"] == "wandb-worker")
    assert workers["spec"]["replicas"] == 2
    assert read(found).worker.inside_serve is False
    assert read(rendered["04-inline"]).worker.inside_serve is True
    ingresses = {d["metadata"]["name"]: d["spec"] for d in found if d["kind"] == "Ingress"}
    assert {name: spec["ingressClassName"] for name, spec in ingresses.items()} == {
        "wandb": "nginx",
        "wandb-internal": "internal",
    }
    assert ingresses["wandb"]["tls"][0]["hosts"] == ["wandb.example.com", "wandb.internal.example.com"]


def test_metrics_of_servers_and_workers_are_found(rendered: Rendered) -> None:
    found = rendered["09-openshift"]
    service = next(d for d in found if d["kind"] == "Service" and d["metadata"]["name"] == "wandb-metrics")
    monitor = next(d for d in found if d["kind"] == "ServiceMonitor")
    assert monitor["spec"]["selector"]["matchLabels"].items() <= service["metadata"]["labels"].items()
    chosen = {
        document["metadata"]["name"]: document["spec"]["template"]["metadata"]["labels"]
        for document in found
        if document["kind"] in {"Deployment", "Job"}
    }
    matching = {name for name, labels in chosen.items() if service["spec"]["selector"].items() <= labels.items()}
    assert matching == {"wandb-app", "wandb-worker"}
    assert read(found).metrics.port == 8181
    assert read(rendered["11-two-servers"]).metrics.port == 0


def test_openshift_gets_a_route_and_images_of_the_mirror(rendered: Rendered) -> None:
    found = rendered["09-openshift"]
    route = next(document for document in found if document["kind"] == "Route")
    assert (route["spec"]["host"], route["spec"]["tls"]["termination"]) == ("wandb.apps.example.com", "edge")
    pods = [pod for document in found if (pod := pod_of(document))]
    images = {container["image"] for pod in pods for container in pod["containers"]}
    assert images == {"mirror.example.com:5000/third-party/steelyard:0.1.0"}
    assert all(pod["imagePullSecrets"] == [{"name": "mirror"}] for pod in pods)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ("global: {host: wandb.example.com}", "host"),
        ("global: {bucket: {name: 's3://wandb'}}", "name"),
        ("global: {mysql: {password: {valueFrom: {secretRef: {name: a}}}}}", "password"),
        ("worker: {replicas: 2}", "replicas"),
        ("global: {size: tiny}", "size"),
    ],
)
def test_a_mistake_in_the_values_is_named(tmp_path: Path, home: Path, values: str, words: str) -> None:
    file = tmp_path / "values.yaml"
    file.write_text(values)
    for version in PACKAGES:
        with pytest.raises(RefusedError, match=words):
            render(version, file, home)


def test_the_notes_name_what_has_no_effect(home: Path) -> None:
    told = helm(
        "helm 4", "install", "wandb", str(CHART), "--dry-run=client", "-f", str(FOLDER / "04-inline.yaml"), home=home
    )
    assert "no licence is needed" in told
    assert "values without effect here: mysql, prometheus, redis, weave, global.license, global.redis" in told
