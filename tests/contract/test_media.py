"""Media of every kind, logged by the real client: stored, listed, served as what they are, and harmless."""

import base64
import hashlib
import json
from typing import Any

import httpx
import pytest

from tests.contract.runner import Programs
from tests.harness.server import Server

pytestmark = pytest.mark.compatibility("Media and tables")

TYPES = {
    "image": "image-file",
    "masked": "image-file",
    "boxed": "image-file",
    "list": "images/separated",
    "odd é %20 #1/☃ image": "image-file",
    "audio": "audio-file",
    "audios": "audio",
    "video": "video-file",
    "html": "html-file",
    "htmls": "html",
    "histogram": "histogram",
    "object3D": "object3D-file",
    "objects3D": "object3D",
    "molecule": "molecule-file",
    "plotly": "plotly-file",
    "bokeh": "bokeh-file",
    "graph": "graph-file",
    "trace": "wb_trace_tree",
    "fixed": "table-file",
}
ENDINGS = {
    ".png": "image/png",
    ".wav": "audio/",
    ".mp4": "video/mp4",
    ".html": "text/html",
    ".json": "application/json",
}


@pytest.fixture(scope="module")
def told(module_programs: Programs) -> dict[str, Any]:
    return dict(module_programs.run("log_media", path="media/all"))


def paths_of(value: Any) -> list[str]:
    """Every file that a value names."""
    if isinstance(value, dict):
        own = [value["path"]] if isinstance(value.get("path"), str) else []
        folder = "media/object3D/" if value.get("_type") == "object3D" else ""
        own += [folder + name for name in value.get("filenames", [])]
        return own + [path for item in value.values() for path in paths_of(item)]
    return [path for item in value for path in paths_of(item)] if isinstance(value, list) else []


def test_values_come_back_with_their_types(told: dict[str, Any]) -> None:
    values = told["values"]
    assert {key: values[key]["_type"] for key in TYPES} == TYPES
    assert values["list"]["captions"] == ["c40", "c50"]
    assert set(values["masked"]["masks"]) == {"pred"}
    assert set(values["boxed"]["boxes"]) == {"truth"}
    assert sum(values["histogram"]["values"]) == 100
    (traced,) = json.loads(values["trace"]["root_span_dumps"])["results"]
    assert traced == {"inputs": {"q": "why?"}, "outputs": {"a": "so"}}
    assert told["kinds"] == {"growing": "incremental-table-file", "changing": "table-file"}
    assert told["table"] == [[1, [16, 12]], [2, [16, 12]]]
    assert (told["joined"], told["partitioned"]) == (2, [[0], [1]])


def test_every_file_that_a_value_names_is_stored_whole(told: dict[str, Any]) -> None:
    named = {path for key in TYPES for path in paths_of(told["values"][key]) if path.startswith("media/")}
    assert len(named) >= 18
    for path in named:
        file = told["files"][path]
        assert file["size"] == file["read"] > 0, path
        assert file["sha256"][:20] in path, path
        kinds = [kind for ending, kind in ENDINGS.items() if path.endswith(ending)]
        assert not kinds or file["mimetype"].startswith(kinds[0]), path


def test_files_are_served_as_what_they_are(told: dict[str, Any], server: Server) -> None:
    for name, file in told["files"].items():
        answer = httpx.get(file["url"], timeout=60, trust_env=False)
        assert answer.status_code == 200, name
        assert len(answer.content) == file["size"]
        assert base64.b64encode(hashlib.md5(answer.content).digest()).decode() == file["md5"]
        part = httpx.get(file["url"], headers={"Range": "bytes=1-3"}, timeout=60, trust_env=False)
        assert (part.status_code, part.content) == (206, answer.content[1:4]), name
        assert part.headers["content-range"] == f"bytes 1-3/{file['size']}"
        again = httpx.get(file["url"], headers={"If-None-Match": answer.headers["etag"]}, timeout=60, trust_env=False)
        assert (again.status_code, again.content) == (304, b""), name
        assert "set-cookie" not in answer.headers
        if not file["url"].startswith(server.url):
            continue  # the bucket's own answer
        assert answer.headers["content-type"].partition(";")[0] == file["mimetype"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "sandbox" in answer.headers["content-security-policy"]
        assert ("immutable" in answer.headers["cache-control"]) == name.startswith("media/"), name


def test_pages_and_drawings_come_from_a_sandbox_wherever_they_lie(told: dict[str, Any], server: Server) -> None:
    documents = [file for file in told["files"].values() if file["mimetype"] in {"text/html", "image/svg+xml"}]
    assert len(documents) >= 3
    for file in documents:
        assert file["url"].startswith(server.url), "a bucket puts nothing into a sandbox"
        policy = httpx.get(file["url"], timeout=60, trust_env=False).headers["content-security-policy"]
        assert "allow-same-origin" not in policy
        assert ("allow-scripts" in policy) == (file["mimetype"] == "text/html")
