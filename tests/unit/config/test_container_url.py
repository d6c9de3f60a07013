"""URLs of Azure Blob Storage: W&B Server's grammar, and where the service is when it is not Azure's own."""

from pathlib import Path

import pytest

from steelyard.config.bucket_url import check_bucket_url
from steelyard.config.container_url import Container, parse_container_url
from steelyard.config.groups.places import ObjectSettings
from steelyard.config.places import bucket_of
from steelyard.config.sources import load
from steelyard.kernel.errors import Invalid

AZURE = "https://lab.blob.core.windows.net"
CASES = {
    "az://lab/files": ("lab", "files", "", AZURE, "ZGVmYXVsdA=="),
    "az://lab/files/of/team/": ("lab", "files", "of/team", AZURE, "ZGVmYXVsdA=="),
    "az://:k%2Fe%2Bys%3D%3D@lab/files": ("lab", "files", "", AZURE, "k/e+ys=="),
    "az://:k/e+ys==@lab/files": ("lab", "files", "", AZURE, "k/e+ys=="),
    "az://lab.blob.core.chinacloudapi.cn/files": (
        "lab",
        "files",
        "",
        "https://lab.blob.core.chinacloudapi.cn",
        "ZGVmYXVsdA==",
    ),
    "az://lab/files?endpoint=http://127.0.0.1:10000": (
        "lab",
        "files",
        "",
        "http://127.0.0.1:10000/lab",
        "ZGVmYXVsdA==",
    ),
    "az://lab/files?endpoint=http%3A%2F%2F127.0.0.1:10000/lab/": (
        "lab",
        "files",
        "",
        "http://127.0.0.1:10000/lab",
        "ZGVmYXVsdA==",
    ),
    "az://lab/files?endpoint=https://lab.blob.stack.example.org": (
        "lab",
        "files",
        "",
        "https://lab.blob.stack.example.org",
        "ZGVmYXVsdA==",
    ),
}


@pytest.mark.parametrize("url", CASES)
def test_a_url_is_read_as(url: str) -> None:
    check_bucket_url(url)
    assert parse_container_url(url, "ZGVmYXVsdA==") == Container(*CASES[url])


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("az://lab", "no account and container"),
        ("az://", "no account and container"),
        ("az://No-Account/files", "no account and container"),
        ("az://:hunter2!@lab/files", "not base64"),
        ("az://lab/files?endpoint=127.0.0.1", "endpoint"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_reason(url: str, says: str) -> None:
    with pytest.raises(Invalid, match=says) as told:
        check_bucket_url(url)
    assert "hunter2" not in told.value.message


def test_the_key_comes_from_its_own_setting_or_file(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("ZmlsZQ==\n")
    url = {"BUCKET": "az://lab/files"}
    for more, key in (
        ({"AZURE_STORAGE_KEY": "ZW52"}, "ZW52"),
        ({"AZURE_STORAGE_KEY": "k%2Fe%2Bys%3D%3D"}, "k/e+ys=="),
        ({"AZURE_STORAGE_KEY_FILE": str(tmp_path / "key")}, "ZmlsZQ=="),
    ):
        found = bucket_of(load({}, url | more).settings.objects)
        assert isinstance(found, Container)
        assert found.key == key
    with pytest.raises(Invalid, match="AZURE_STORAGE_KEY"):
        bucket_of(load({}, url).settings.objects)


def test_endpoint_and_name_that_are_set_by_themselves_count() -> None:
    settings = ObjectSettings(
        bucket="az://lab/files/p", storage_key="ZW52", endpoint="http://emulator.test:10000", name="other"
    )
    assert bucket_of(settings) == Container("lab", "other", "p", "http://emulator.test:10000/lab", "ZW52")
