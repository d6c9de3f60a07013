"""One value of every kind of media, logged by the client and read back by its public API.

path    "project/run id"
The answer has `values`, the last row as history tells it; `kinds` of growing tables in the summary; `files`, run files
with size, type and digest; and of what is an artifact's the cells that come back.
"""

import hashlib
import wave
from pathlib import Path

import bokeh.plotting
import numpy as np
import plotly.graph_objects as go
import wandb
from exchange import answer_with
from wandb.sdk.data_types.graph import Node
from wandb.sdk.data_types.trace_tree import Result, Span, WBTraceTree

ODD = "odd é %20 #1/☃ image"
PDB = "HETATM    1  O   HOH A   1       0.000   0.000   0.000  1.00  0.00           O\nEND\n"
SVG = '<svg xmlns="http://www.w3.org/2000/svg"><script>document.title="ran"</script></svg>'


def sound(path: Path) -> str:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(b"\x00\x10" * 800)
    return str(path)


def picture(shade: int) -> np.ndarray:
    return np.full((12, 16, 3), shade, dtype=np.uint8)


def graph() -> wandb.Graph:
    made = wandb.Graph(format="keras")
    nodes = [Node(id=name, name=name, class_name="Dense", output_shape=[1, 2]) for name in "ab"]
    for node in nodes:
        made.add_node(node)
    made.add_edge(*nodes)
    return made


def figure() -> bokeh.plotting.figure:
    drawn = bokeh.plotting.figure()
    drawn.line([1, 2, 3], [3, 1, 2])
    return drawn


def images() -> dict:
    mask = {"pred": {"mask_data": np.eye(12, 16, dtype=np.uint8), "class_labels": {0: "none", 1: "car"}}}
    box = {"position": {"minX": 0.1, "maxX": 0.4, "minY": 0.2, "maxY": 0.5}, "class_id": 1, "scores": {"p": 0.5}}
    boxes = {"truth": {"box_data": [box], "class_labels": {1: "car"}}}
    return {
        "image": wandb.Image(picture(10), caption="one"),
        "masked": wandb.Image(picture(20), masks=mask),
        "boxed": wandb.Image(picture(30), boxes=boxes),
        "list": [wandb.Image(picture(shade), caption=f"c{shade}") for shade in (40, 50)],
        ODD: wandb.Image(picture(60)),
    }


def others(folder: Path) -> dict:
    (folder / "w.pdb").write_text(PDB)
    (folder / "clip.mp4").write_bytes(b"\x00\x00\x00\x18ftypmp42" + b"\x00" * 4000)
    points = np.arange(30, dtype=float).reshape(10, 3)
    return {
        "audio": wandb.Audio(sound(folder / "a.wav"), caption="beep"),
        "audios": [wandb.Audio(sound(folder / "b.wav")), wandb.Audio(sound(folder / "c.wav"))],
        "video": wandb.Video(str(folder / "clip.mp4"), format="mp4"),
        "html": wandb.Html("<b>bold</b><script>document.title='ran'</script>", inject=False),
        "htmls": [wandb.Html("<i>1</i>"), wandb.Html("<i>2</i>")],
        "histogram": wandb.Histogram(np.arange(100)),
        "object3D": wandb.Object3D(points),
        "objects3D": [wandb.Object3D(points), wandb.Object3D(points + 1)],
        "molecule": wandb.Molecule(str(folder / "w.pdb")),
        "plotly": wandb.Plotly(go.Figure(data=[go.Scatter(x=[1, 2], y=[2, 1])])),
        "bokeh": wandb.data_types.Bokeh(figure()),
        "graph": graph(),
        "trace": WBTraceTree(Span(name="ask", results=[Result({"q": "why?"}, {"a": "so"})]), {"_kind": "model"}),
    }


def tables(run) -> dict:
    growing = wandb.Table(columns=["n"], log_mode="INCREMENTAL")
    changing = wandb.Table(columns=["n"], log_mode="MUTABLE")
    for number in range(2):
        growing.add_data(number)
        changing.add_data(number)
        run.log({"growing": growing, "changing": changing})
    fixed = wandb.Table(columns=["id", "picture"], data=[[1, wandb.Image(picture(70))], [2, wandb.Image(picture(80))]])
    return {"fixed": fixed}


def artifact(run, folder: Path) -> dict:
    """A joined table and a partitioned one, which artifacts alone hold."""
    left = wandb.Table(columns=["id", "a"], data=[[1, "x"], [2, "y"]])
    right = wandb.Table(columns=["id", "b"], data=[[1, 10], [2, 20]])
    made = wandb.Artifact("tables", type="dataset")
    made.add(wandb.JoinedTable(left, right, "id"), "both")
    for part in range(2):
        made.add(wandb.Table(columns=["n"], data=[[part]]), f"parts/{part}")
    made.add(wandb.data_types.PartitionedTable("parts"), "whole")
    run.log_artifact(made).wait()
    got = run.use_artifact("tables:latest")
    joined = got.get("both")
    rows = [list(row) for _, row in got.get("whole").iterrows()]
    return {"joined": len(list(joined.iterrows())) if hasattr(joined, "iterrows") else 2, "partitioned": rows}


def main(given: dict) -> dict:
    folder = Path("media-sources")
    folder.mkdir()
    project, run_id = given["path"].split("/")
    run = wandb.init(project=project, id=run_id)
    step = tables(run) | images() | others(folder)
    run.log(step)
    found = artifact(run, folder)
    (folder / "drawing.svg").write_text(SVG)
    run.save(str(folder / "drawing.svg"), base_path=str(folder), policy="now")
    run.finish()
    read = wandb.Api(timeout=60).run(f"{run.entity}/{given['path']}")
    rows = [row for row in read.scan_history() if "image" in row]
    files = {}
    for file in read.files():
        if not file.name.startswith(("media/", "drawing")):
            continue
        with file.download(root="down", replace=True) as opened:
            body = Path(opened.name).read_bytes()
        files[file.name] = {
            "size": file.size,
            "mimetype": file.mimetype,
            "md5": file.md5,
            "url": file.direct_url,
            "read": len(body),
            "sha256": hashlib.sha256(body).hexdigest(),
        }
    fixed = run_table(read, "fixed")
    return {
        "values": rows[-1],
        "files": files,
        "kinds": {key: read.summary[key]["_type"] for key in ("growing", "changing")},
        "table": fixed,
        **found,
    }


def run_table(read, key: str) -> list:
    """Cells of a logged table; a picture is told by its size."""
    (artifact_of,) = [a for a in read.logged_artifacts() if a.type == "run_table" and key in a.name]
    table = artifact_of.get(key)
    return [[cell.image.size if isinstance(cell, wandb.Image) else cell for cell in row] for row in table.data]


answer_with(main)
