"""Which certificates are taken from a file or folder, and what the libraries are told."""

import ssl
import stat
from pathlib import Path

import pytest

from steelyard.config.authorities import VARIABLES, bundle_of, read_authorities
from steelyard.kernel.errors import Invalid
from tests.services.tls import ensure_certificates


@pytest.fixture(scope="module")
def pem() -> str:
    return ensure_certificates().authority.read_text().strip()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    (tmp_path / "tmp").mkdir()
    (tmp_path / "authorities" / "configmap").mkdir(parents=True)
    return tmp_path / "authorities"


def test_files_of_a_folder_are_read_in_both_forms_and_nothing_but_certificates(folder: Path, pem: str) -> None:
    key = ensure_certificates().key.read_text()
    (folder / "configmap" / "company.crt").write_text(f"# ours\n{pem}\n{key}")
    (folder / "windows.CER").write_bytes(ssl.PEM_cert_to_DER_cert(pem))
    (folder / "notes.txt").write_text("nothing to trust")
    assert [certificate.strip() for certificate in read_authorities(folder)] == [pem, pem]
    assert [certificate.strip() for certificate in read_authorities(folder / "configmap" / "company.crt")] == [pem]


def test_what_cannot_be_read_is_named(folder: Path) -> None:
    for name, content in {"a.crt": b"junk", "b.pem": b"-----BEGIN PRIVATE KEY-----", "c.crt": b""}.items():
        (folder / name).write_bytes(content)
        with pytest.raises(Invalid, match=rf"STEELYARD_SERVER_AUTHORITIES: \S+/{name} holds no certificate"):
            read_authorities(folder)
        (folder / name).unlink()
    (folder / "d.pem").write_text("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
    with pytest.raises(Invalid, match=r"d\.pem holds no certificate that can be read"):
        read_authorities(folder)
    with pytest.raises(Invalid, match=r"/absent cannot be read: No such file"):
        read_authorities(folder / "absent")


def test_the_bundle_has_the_systems_authorities_and_ours_once(folder: Path, pem: str) -> None:
    system = folder.parent / "system.pem"
    other = ensure_certificates().chain.read_text().split("-----END CERTIFICATE-----")[0] + "-----END CERTIFICATE-----"
    system.write_text(f"{other}\n{pem}\n")
    (folder / "company.crt").write_text(pem)
    told = bundle_of(str(folder), {"SSL_CERT_FILE": str(system)})
    assert set(told) == set(VARIABLES)
    (bundle,) = {Path(path) for path in told.values()}
    assert bundle.read_text() == f"{other}\n{pem}\n"
    assert stat.S_IMODE(bundle.stat().st_mode) == 0o600
    assert bundle_of(str(folder), told) == told  # a second command of the process
    assert len(list(bundle.parent.iterdir())) == 1


def test_without_a_certificate_nothing_is_changed(folder: Path) -> None:
    assert bundle_of("", {}) == bundle_of(str(folder), {}) == {}


def test_a_folder_that_another_may_write_to_is_not_used(folder: Path, pem: str) -> None:
    (folder / "company.crt").write_text(pem)
    bundle = Path(bundle_of(str(folder), {})["SSL_CERT_FILE"])
    bundle.parent.chmod(0o777)
    with pytest.raises(Invalid, match="no bundle can be written"):
        bundle_of(str(folder), {})
