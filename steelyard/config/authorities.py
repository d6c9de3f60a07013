"""Authorities of one's own, trusted beside the system's by everything that speaks TLS in this process.

OpenSSL, the bucket's library and AWS's read the files that variables name, each its own: they are given one bundle.
"""

from __future__ import annotations

import hashlib
import os
import re
import ssl
import stat
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from steelyard.kernel.errors import Invalid

SETTING = "STEELYARD_SERVER_AUTHORITIES"
VARIABLES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "AWS_CA_BUNDLE")
_SYSTEM = ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem")
_ENDINGS = {".crt", ".pem", ".cer"}
# Nothing else of a file goes into the bundle: private keys stand in such files too.
_CERTIFICATE = re.compile("-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)


def read_authorities(place: Path, setting: str = SETTING) -> list[str]:
    """Return the certificates of a file, or of all files of a folder, as PEM. Raises `Invalid` with the file's name.

    A folder may be empty: images name one to which certificates may be mounted.
    """
    try:
        if not place.is_dir():
            return _certificates_of(place, setting)
        found = sorted(file for file in place.rglob("*") if file.suffix.lower() in _ENDINGS and file.is_file())
        return [certificate for file in found for certificate in _certificates_of(file, setting)]
    except OSError as error:
        raise Invalid(f"{setting}: {error.filename or place} cannot be read: {error.strerror}") from None


def bundle_of(place: str, env: Mapping[str, str]) -> dict[str, str]:
    """Write a bundle of the system's authorities and those of `place`; return the variables that name it.

    Empty when `place` names none. Raises `Invalid` for what cannot be read, and where nothing can be written.
    """
    own = read_authorities(Path(place)) if place else []
    if not own:
        return {}
    text = "\n".join(dict.fromkeys([*_of_system(env), *own])) + "\n"
    try:
        bundle = _written(text)
    except OSError as error:
        raise Invalid(f"{SETTING}: no bundle can be written to {tempfile.gettempdir()}: {error}") from None
    return dict.fromkeys(VARIABLES, str(bundle))


def _certificates_of(file: Path, setting: str) -> list[str]:
    data = file.read_bytes()
    if b"-----BEGIN" not in data:  # the binary form, which Windows exports
        data = ssl.DER_cert_to_PEM_cert(data).encode()
    found = _CERTIFICATE.findall(data.decode("latin-1"))
    try:
        for certificate in found:
            ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=certificate)
    except (ssl.SSLError, ValueError) as error:
        raise _no_certificate(file, setting) from error
    if not found:
        raise _no_certificate(file, setting)
    return found


def _no_certificate(file: Path, setting: str) -> Invalid:
    return Invalid(f"{setting}: {file} holds no certificate that can be read")


def _of_system(env: Mapping[str, str]) -> Iterable[str]:
    """Return what would be trusted without authorities of one's own."""
    named = (env.get("SSL_CERT_FILE"), ssl.get_default_verify_paths().cafile, *_SYSTEM)
    file = next((Path(name) for name in named if name and Path(name).is_file()), None)
    return _CERTIFICATE.findall(file.read_text("latin-1")) if file else []


def _written(text: str) -> Path:
    """Return a file with the text, of this account alone and for any number of starts the same one."""
    folder = Path(tempfile.gettempdir()) / f"steelyard-{os.geteuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    told = folder.lstat()
    if told.st_uid != os.geteuid() or not stat.S_ISDIR(told.st_mode) or told.st_mode & 0o022:
        raise PermissionError(f"{folder} is another's")
    bundle = folder / f"authorities-{hashlib.sha256(text.encode()).hexdigest()[:16]}.pem"
    with tempfile.NamedTemporaryFile("w", dir=folder, delete=False) as file:
        file.write(text)
    Path(file.name).replace(bundle)
    return bundle
