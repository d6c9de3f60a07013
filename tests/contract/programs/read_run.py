"""What the public API of any client version says about one run, or about several.

path   "entity/project/run"; or paths: a list of them, for an answer by path
ask    label → [question, keyword arguments]; the answer has each label's finding
"""

import hashlib
from pathlib import Path

import wandb
from exchange import answer_with, flat


def facts(run) -> dict:
    return {
        "id": run.id,
        "title": run.name,
        "state": run.state,
        "tags": sorted(run.tags),
        "notes": run.notes,
        "group": run._attrs.get("group"),
        "job_type": run._attrs.get("jobType"),
        "config": dict(run.config),
        "summary": dict(run.summary._json_dict),
        "last_step": run.lastHistoryStep,
    }


def raw_config(run) -> dict:
    return dict(run.rawconfig)


def scan(run, **options) -> list:
    return [flat(row) for row in run.scan_history(**options)]


def events(run) -> list:
    """Names in each row of system metrics."""
    return [sorted(row) for row in run.history(stream="events", pandas=False)]


def sampled(run, **options) -> list:
    return [flat(row) for row in run.history(pandas=False, **options)]


def exports(run, **options) -> list | None:
    """The names of the files that hold the history; None where the client says that some of it is in none."""
    try:
        return [path.name for path in run.download_history_exports(Path("exports"), **options).paths]
    except Exception as error:
        if type(error).__name__ == "IncompleteRunHistoryError":
            return None
        raise


def history_keys(run) -> dict:
    return run.history_keys


def metadata(run) -> dict:
    return run.metadata


def files(run, download: bool = True) -> dict:
    """Name → size and SHA-256 of what a download gives."""
    found = {}
    for file in run.files(per_page=3):
        found[file.name] = {"size": file.size}
        if download:
            file.download(root="run-files", replace=True)
            found[file.name]["sha256"] = hashlib.sha256((Path("run-files") / file.name).read_bytes()).hexdigest()
    return found


def file_text(run, name: str) -> str:
    with run.file(name).download(root="one-file", replace=True) as opened:
        return Path(opened.name).read_text(encoding="utf-8")


def logs(run, last: int | None = None, **options) -> list:
    """Lines of the console; where a client cannot ask for them, those of the file that it makes of them."""
    if not hasattr(run, "console_logs"):
        lines = file_text(run, "output.log").splitlines()
        return [{"number": number, "level": None, "text": text} for number, text in enumerate(lines)][-(last or 0) :]
    options |= {} if last is None else {"last": last}
    return [{"number": line.number, "level": line.level, "text": line.content} for line in run.console_logs(**options)]


def artifact_row(artifact) -> dict:
    return {
        "name": artifact.name,
        "type": artifact.type,
        "version": artifact.version,
        "aliases": sorted(artifact.aliases),
    }


def outputs(run) -> list:
    return [artifact_row(artifact) for artifact in run.logged_artifacts(per_page=2)]


def inputs(run) -> list:
    return [artifact_row(artifact) for artifact in run.used_artifacts(per_page=2)]


QUESTIONS = {
    question.__name__: question
    for question in (
        facts,
        raw_config,
        scan,
        events,
        sampled,
        exports,
        history_keys,
        metadata,
        files,
        file_text,
        logs,
        outputs,
        inputs,
    )
}


def read_run(given: dict) -> dict:
    if "paths" in given:
        return {path: read_run({"path": path, "ask": given["ask"]}) for path in given["paths"]}
    run = wandb.Api(timeout=60).run(given["path"])
    return {label: QUESTIONS[name](run, **options) for label, (name, options) in given["ask"].items()}


answer_with(read_run)
