"""Fetching a model from the hub, when the user named it and agreed to its size.

The only part of Footnote that connects beyond this computer without an address in the settings. It
runs in a process of its own, because the hub's library is told once, when it is imported, whether
it may connect, and everywhere else it may not. Only safetensors, settings and tokenizer files are
taken. Asking the user is left to whoever calls ``plan_fetch`` and then ``fetch``.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from index.errors import ModelError, UsageError
from rag.models import hub_cache, is_hub_name

WANTED = ("*.safetensors", "*.json", "*.txt", "*.model", "*.jinja")
UNWANTED = ("*/*", "consolidated*")  # other formats and copies of the same weights
_POLL_S = 0.2


@dataclass(frozen=True, slots=True)
class FetchPlan:
    """What is still to be fetched of a model."""

    name: str
    files: int
    size: int  #: bytes; 0 when all of it is here


def plan_fetch(name: str) -> FetchPlan:
    """Ask the hub how much there is to fetch. Raises UsageError or ModelError."""
    if not is_hub_name(name):
        raise UsageError(f"{name!r} is no name of a model on the hub; write it like OWNER/NAME.")
    with _child("plan", name) as child:
        said = _outcome(child, name)
    return FetchPlan(name, _whole(said.get("files")), _whole(said.get("bytes")))


def fetch(plan: FetchPlan, progress: Callable[[int], None]) -> Path:
    """Fetch what was planned; ``progress`` is told the bytes so far. Gives the model's folder.

    Raises ModelError. What has come by then is kept, and the next time goes on from there.
    """
    blobs = hub_cache() / f"models--{plan.name.replace('/', '--')}" / "blobs"
    before = _size(blobs)
    with _child("fetch", plan.name) as child:
        try:
            while not _ended(child):
                progress(min(plan.size, max(0, _size(blobs) - before)))
            said = _outcome(child, plan.name)
        finally:
            child.terminate()  # it has ended, or the user has pressed Ctrl-C
    progress(plan.size)
    return Path(str(said["folder"]))


def _child(task: str, name: str) -> subprocess.Popen[str]:
    environment = {
        **os.environ,
        "HF_HUB_OFFLINE": "0",
        "TRANSFORMERS_OFFLINE": "0",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "HF_HUB_DISABLE_PROGRESS_BARS": "1",
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
    }
    return subprocess.Popen(
        [sys.executable, "-m", "rag.backends.model_fetching", task, name],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def _ended(child: subprocess.Popen[str]) -> bool:
    try:
        child.wait(_POLL_S)
    except subprocess.TimeoutExpired:
        return False
    return True


def _outcome(child: subprocess.Popen[str], name: str) -> dict[str, object]:
    """The one line that the child says. Raises ModelError with the child's own sentence."""
    output, _ = child.communicate()
    try:
        said = json.loads(output)
    except ValueError:
        said = {"error": f"The fetching of {name} ended without a word; try again."}
    if "error" in said:
        raise ModelError(str(said["error"]))
    return dict(said)


def _whole(value: object) -> int:
    return value if isinstance(value, int) else 0


def _size(folder: Path) -> int:
    """Bytes of the files in a folder, those that are still growing included."""
    total = 0
    try:
        for entry in os.scandir(folder):
            total += entry.stat().st_size
    except OSError:  # not there yet, or a file was renamed meanwhile
        return total
    return total


# ---- in the child ----------------------------------------------------------------------------


def main(arguments: Sequence[str]) -> None:
    """``plan NAME`` or ``fetch NAME``: one line of JSON on the standard output."""
    task, name = arguments
    try:
        said: dict[str, object] = _plan(name) if task == "plan" else _fetch(name)
    except Exception as error:  # the hub's library and what it stands on each raise their own
        said = {"error": _sentence(name, error)}
    print(json.dumps(said))


def _plan(name: str) -> dict[str, object]:
    from huggingface_hub import snapshot_download

    found = snapshot_download(
        name,
        allow_patterns=list(WANTED),
        ignore_patterns=list(UNWANTED),
        dry_run=True,
        cache_dir=hub_cache(),
    )
    if not any(file.filename.endswith(".safetensors") for file in found):
        raise ModelError(
            f"{name} has no .safetensors weights, and other formats are not loaded; choose another "
            "model."
        )
    missing = [file for file in found if file.will_download]
    return {"files": len(missing), "bytes": sum(file.file_size or 0 for file in missing)}


def _fetch(name: str) -> dict[str, object]:
    from huggingface_hub import snapshot_download

    folder = snapshot_download(
        name,
        allow_patterns=list(WANTED),
        ignore_patterns=list(UNWANTED),
        cache_dir=hub_cache(),
    )
    return {"folder": folder}


def _sentence(name: str, error: Exception) -> str:
    from huggingface_hub.errors import GatedRepoError, RepositoryNotFoundError

    if isinstance(error, ModelError):
        return str(error)
    causes: list[BaseException] = [error]
    while (cause := causes[-1].__cause__ or causes[-1].__context__) is not None:
        causes.append(cause)
    if any(isinstance(cause, GatedRepoError) for cause in causes):
        return (
            f"{name} is only given to those who accept its terms; do so on its page, then set "
            "HF_TOKEN."
        )
    if any(isinstance(cause, RepositoryNotFoundError) for cause in causes):
        return f"The hub has no model {name}, or not for everyone; check the name."
    line = next(iter(str(causes[-1]).strip().splitlines()), "") or type(error).__name__
    return (
        f"{name} could not be fetched ({line[:160].rstrip('.')}); check the connection and the "
        "free space, then try again."
    )


if __name__ == "__main__":
    main(sys.argv[1:])
