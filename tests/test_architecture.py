"""The rules of DESIGN that hold the code together: who may import what, in which direction, and when."""

from __future__ import annotations

import ast
import graphlib
import importlib
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import indexer

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PACKAGES = ("indexer", "webui")

# The way of the data, downward. A file imports only what stands above it; a folder is one entry.
LAYERS = (
    "program progress model errors config cleaning answers archive warc pages formats citation articles likeness "
    "identity filters topics overrides merging planning parsed records ledger changes ingest problems schema variants "
    "analysis documents query synonyms ranking bitmap kernel engines spelling scoring explaining facets snippets "
    "similar suggesting selfcheck store captures generations writing task build update history rollback checking "
    "status record_file search export evaluate evaluation_report tune collecting fetch cli commands"
).split()

# package -> the only files that may import it ("x/" means every file of that folder)
IMPORTERS = {
    "bs4": ["indexer/formats/html.py"],
    "lxml": [],  # Beautiful Soup uses it for us
    "whoosh": ["indexer/engines/whoosh_engine.py"],
    "numpy": [
        "indexer/bitmap.py",
        "indexer/engines/",
        "indexer/facets.py",
        "indexer/kernel/",
        "indexer/scoring.py",
        "indexer/search.py",
        "indexer/similar.py",
        "indexer/spelling.py",
        "indexer/evaluate.py",
    ],
    "scipy": ["indexer/evaluate.py"],
    "ir_measures": ["indexer/evaluate.py"],
    "optuna": ["indexer/tune.py"],
    "snowballstemmer": ["indexer/analysis.py"],
    "filelock": ["indexer/store.py", "indexer/collecting/warcfile.py"],
    "warcio": ["indexer/answers.py", "indexer/archive.py", "indexer/collecting/warcfile.py"],
    "requests": ["indexer/collecting/"],
    "urllib3": ["indexer/collecting/"],
    "protego": ["indexer/collecting/polite.py"],
    "click": ["indexer/cli.py", "indexer/commands/", "webui/serve.py"],
    "flask": ["webui/"],
    "flask_compress": ["webui/caching.py"],
    "jinja2": ["webui/"],
    "markupsafe": ["indexer/kernel/in_numpy.py"],
    "werkzeug": ["webui/"],
    "waitress": ["webui/serve.py"],
}
COMES_WITH = {
    "ir_measures": "ir-measures",
    "bs4": "beautifulsoup4",
    "flask_compress": "flask-compress",
    "jinja2": "flask",
    "markupsafe": "flask",
    "urllib3": "requests",
    "werkzeug": "flask",
}
LATE_IMPORTERS = {"indexer/__init__.py", "indexer/cli.py", "webui/__init__.py"}

FILES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
TREES = {path.relative_to(ROOT).as_posix(): ast.parse(path.read_text(encoding="utf-8")) for path in FILES}


def _module(file: str) -> str:
    return file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


MODULES = {_module(file) for file in TREES}


def _imported(tree: ast.AST) -> Iterator[str]:
    """Yield the dotted name of every imported module; `from package import x` yields package.x when that is a file."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports name the whole path"
            for alias in node.names:
                within = f"{node.module}.{alias.name}"
                yield within if within in MODULES else str(node.module)


def _layer(module: str) -> str:
    return module.split(".")[1]


@pytest.mark.parametrize("package", sorted(IMPORTERS))
def test_a_library_is_imported_only_where_it_may_be(package: str) -> None:
    allowed = IMPORTERS[package]
    importers = [file for file, tree in TREES.items() if package in {name.split(".")[0] for name in _imported(tree)}]
    stray = [
        file for file in importers if not any(file == a or (a.endswith("/") and file.startswith(a)) for a in allowed)
    ]
    assert not stray, f"{package} may be imported by {allowed} only"


def test_every_imported_library_is_in_the_table_above_and_a_dependency_of_the_project() -> None:
    imported = {name.split(".")[0] for tree in TREES.values() for name in _imported(tree)}
    libraries = imported - sys.stdlib_module_names - set(PACKAGES)
    assert libraries <= set(IMPORTERS)
    extras = PROJECT["project"]["optional-dependencies"].values()
    declared = [*PROJECT["project"]["dependencies"], *(line for extra in extras for line in extra)]
    required = {line.split("=")[0].split(">")[0].strip().lower() for line in declared}
    assert {COMES_WITH.get(name, name) for name in libraries} <= required


def test_files_of_the_engine_import_only_upward_in_the_list_of_layers() -> None:
    inside = {
        file: tree for file, tree in TREES.items() if file.startswith("indexer/") and file != "indexer/__init__.py"
    }
    assert {_layer(_module(file)) for file in inside} == set(LAYERS), "every file has its place in LAYERS"
    wrong = []
    for file, tree in inside.items():
        here = LAYERS.index(_layer(_module(file)))
        for name in _imported(tree):
            if name.startswith("indexer."):
                there = LAYERS.index(_layer(name))
                if there > here or (there == here and "/" not in file.removeprefix("indexer/")):
                    wrong.append(f"{file} imports {name}")
    assert not wrong


def test_no_imports_go_in_a_circle() -> None:
    graph = {
        _module(file): {name for name in _imported(tree) if name in MODULES and name != _module(file)}
        for file, tree in TREES.items()
        if file not in LATE_IMPORTERS  # they name what they load late, for the type checker
    }
    graphlib.TopologicalSorter(graph).prepare()  # CycleError shows the circle


def test_files_of_the_engine_import_files_and_never_the_package_root_or_the_web() -> None:
    wrong = [
        f"{file} imports {name}"
        for file, tree in TREES.items()
        for name in _imported(tree)
        if file.startswith("indexer/") and (name == "indexer" or name.split(".")[0] == "webui")
    ]
    assert not wrong


def test_the_web_knows_the_engine_only_by_the_names_of_its_root() -> None:
    wrong = []
    for file, tree in TREES.items():
        if file.startswith("webui/"):
            wrong += [f"{file} imports {name}" for name in _imported(tree) if name.startswith("indexer.")]
            wrong += [
                f"{file} imports {alias.name}, which is not in indexer.__all__"
                for node in ast.walk(tree)
                if isinstance(node, ast.ImportFrom) and node.module == "indexer"
                for alias in node.names
                if alias.name not in indexer.__all__
            ]
    assert not wrong


def test_imports_stand_at_the_top_and_only_the_tables_load_late() -> None:
    late = set()
    for file, tree in TREES.items():
        for function in ast.walk(tree):
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
                late |= {file for node in ast.walk(function) if isinstance(node, ast.Import | ast.ImportFrom)}
        if "importlib" in {name.split(".")[0] for name in _imported(tree)} or "__import__" in ast.dump(tree):
            late.add(file)
    assert late == LATE_IMPORTERS


def test_every_file_says_in_its_first_lines_what_it_is() -> None:
    silent = [file for file, tree in TREES.items() if not ast.get_docstring(tree)]
    assert not silent


def test_the_three_lists_of_public_names_agree_and_every_name_can_be_had() -> None:
    checking = next(node for node in TREES["indexer/__init__.py"].body if isinstance(node, ast.If))
    typed = {
        alias.name: node.module for node in checking.body if isinstance(node, ast.ImportFrom) for alias in node.names
    }
    assert typed == indexer._HOME_OF
    assert sorted(indexer.__all__) == sorted(typed)
    assert len(set(indexer.__all__)) == len(indexer.__all__)
    for name, home in typed.items():
        assert getattr(indexer, name) is getattr(importlib.import_module(str(home)), name)
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = indexer.no_such_name


def test_the_packages_are_named_by_hand_in_pyproject() -> None:
    wheel = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["include"]
    assert {f"/{package}" for package in PACKAGES} <= set(wheel)
    assert set(PROJECT["tool"]["mypy"]["packages"]) == set(PACKAGES)
    folders = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert folders == set(PACKAGES)


def _run_python(code: str, *arguments: str) -> str:
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_importing_our_modules_opens_no_file_and_starts_no_thread_and_no_process() -> None:
    code = """
import importlib, sys, threading
modules, libraries = sys.argv[1].split(), sys.argv[2].split()
for name in libraries:  # what others do while they are imported is not ours to judge
    importlib.import_module(name)
seen = []
def note(event, arguments):
    if event == "open" and str(arguments[0]).endswith((".py", ".pyc", ".so")) or "__pycache__" in str(arguments[:1]):
        return
    if event == "open" and isinstance(arguments[0], int):
        return
    if event in ("open", "socket.__new__", "subprocess.Popen", "os.system", "_thread.start_new_thread"):
        seen.append(f"{module}: {event} {arguments[:1]}")
sys.addaudithook(note)
for module in modules:
    importlib.import_module(module)
assert threading.active_count() == 1
print("\\n".join(seen))
"""
    outside = {name for tree in TREES.values() for name in _imported(tree) if name.split(".")[0] not in PACKAGES} - {
        "__future__"
    }
    assert not _run_python(code, " ".join(sorted(MODULES)), " ".join(sorted(outside))).strip()


@pytest.mark.parametrize(
    ("command", "light_of"),
    [("config", "bs4"), ("config", "numpy"), ("config", "whoosh"), ("search", "flask"), ("build", "flask")],
)
def test_a_command_does_not_load_what_it_does_not_need(command: str, light_of: str) -> None:
    code = """
import sys
from indexer import create_cli, run_cli
assert run_cli(create_cli(), [sys.argv[1], "--help"]) == 0
assert sys.argv[2] not in sys.modules
"""
    _run_python(code, command, light_of)
