"""The shape of the house: imports run one way, heavy libraries come late, nothing runs data."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

HOUSE = Path(__file__).resolve().parents[1]
ROOMS = ("index", "rag", "eval", "ui")  # a later room may import an earlier one, never back
FILES = sorted(path for room in ROOMS for path in (HOUSE / room).rglob("*.py"))
TREES = {path.relative_to(HOUSE).as_posix(): ast.parse(path.read_bytes()) for path in FILES}
HEAVY = {"torch", "faiss", "sentence_transformers", "transformers", "gradio"}
#: Files that cannot do without: a network is a subclass of torch's, a page is made of Gradio.
#: Nothing else may import them when it is imported itself; see `test_light_modules_stay_light`.
HEAVY_FILES = {
    "rag/reader_network.py": {"torch", "transformers"},
    "ui/page.py": {"gradio"},
    "ui/chat.py": {"gradio"},
    "ui/web.py": {"gradio"},
}
HEAVY_FOLDERS = {"rag/training/": {"torch", "transformers"}, "eval/benchmarks/": {"torch"}}
CODE_IN_DATA = {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "shelve", "marshal"}


def test_there_are_files_to_look_at() -> None:
    assert len(FILES) > 30
    assert {name.split("/")[0] for name in TREES} == set(ROOMS)


def imported(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Full names of imported modules with their lines."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            yield node.module, node.lineno


def imported_at_once(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Modules imported when the file is: not those in functions or under TYPE_CHECKING."""
    waiting: list[ast.stmt] = list(tree.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from imported(node)
        elif isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            waiting += node.orelse
        elif not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            inside = (
                child for part in ast.iter_child_nodes(node) for child in (part, *_body(part))
            )
            waiting += [child for child in inside if isinstance(child, ast.stmt)]


def _body(part: ast.AST) -> list[ast.stmt]:
    return part.body if isinstance(part, ast.ExceptHandler | ast.match_case) else []


def offences(found: Iterator[tuple[str, int]]) -> list[str]:
    return [f"line {line}: {name}" for name, line in found]


@pytest.mark.parametrize("name", TREES)
def test_every_module_says_what_it_does(name: str) -> None:
    assert (ast.get_docstring(TREES[name]) or "").strip()


@pytest.mark.parametrize("name", TREES)
def test_imports_run_one_way(name: str) -> None:
    later = ROOMS[ROOMS.index(name.split("/", 1)[0]) + 1 :]
    back = (
        (module, line) for module, line in imported(TREES[name]) if module.split(".")[0] in later
    )
    assert offences(back) == []


@pytest.mark.parametrize("name", TREES)
def test_nothing_imports_the_tests(name: str) -> None:
    found = (
        (m, line) for m, line in imported(TREES[name]) if m.split(".")[0] in ("tests", "conftest")
    )
    assert offences(found) == []


@pytest.mark.parametrize("name", TREES)
def test_eval_is_never_imported_bare(name: str) -> None:
    """`import eval` would hide the built-in function."""
    for node in ast.walk(TREES[name]):
        if isinstance(node, ast.Import):
            assert all((alias.asname or alias.name) != "eval" for alias in node.names)
            assert all(not alias.name.startswith("eval.") or alias.asname for alias in node.names)


@pytest.mark.parametrize("name", TREES)
def test_heavy_libraries_come_late(name: str) -> None:
    allowed = set(HEAVY_FILES.get(name, set()))
    for folder, libraries in HEAVY_FOLDERS.items():
        if name.startswith(folder):
            allowed |= libraries
    early = (
        (module, line)
        for module, line in imported_at_once(TREES[name])
        if module.split(".")[0] in HEAVY - allowed
    )
    assert offences(early) == []


@pytest.mark.parametrize("name", TREES)
def test_nothing_runs_data(name: str) -> None:
    tree = TREES[name]
    found = ((m, line) for m, line in imported(tree) if m.split(".")[0] in CODE_IN_DATA)
    assert offences(found) == []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        called = node.func
        assert not (
            isinstance(called, ast.Name) and called.id in ("eval", "exec", "compile", "__import__")
        ), node.lineno
        for keyword in node.keywords:
            constant = keyword.value.value if isinstance(keyword.value, ast.Constant) else None
            if keyword.arg == "trust_remote_code":
                assert constant is False, node.lineno
            if keyword.arg == "shell":
                assert constant is False, node.lineno
            if keyword.arg in ("weights_only", "use_safetensors"):
                assert constant is True, node.lineno
            if keyword.arg == "allow_pickle":
                assert constant is False, node.lineno
        if isinstance(called, ast.Attribute) and ast.unparse(called) == "torch.load":
            assert any(keyword.arg == "weights_only" for keyword in node.keywords), node.lineno


def test_the_checks_see_offences() -> None:
    """A check that finds nothing in bad code proves nothing."""
    bad = ast.parse(
        "try:\n    import torch\nexcept ImportError:\n    pass\n"
        "class A:\n    import faiss\n"
        "class B:\n    def method(self):\n        import gradio\n"
        "def late():\n    import gradio\n"
        "if TYPE_CHECKING:\n    import transformers\n"
    )
    assert {name for name, _ in imported_at_once(bad)} == {"torch", "faiss"}
    assert {name for name, _ in imported(bad)} == {"torch", "faiss", "gradio", "transformers"}


@pytest.mark.parametrize(
    "module", ["index.index", "rag", "rag.assistant", "eval.runner", "ui.command_line"]
)
def test_light_modules_stay_light(module: str) -> None:
    """`--help` has to answer at once: what it imports brings in no heavy library."""
    code = f"import sys, {module} as _; print(*sorted({sorted(HEAVY)!r} & sys.modules.keys()))"
    code = code.replace("['", "{'").replace("']", "'}")
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=HOUSE, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []
