"""What README.md and docs/ promise is run again: commands with their output, settings, links, dependencies."""

from __future__ import annotations

import ast
import dataclasses
import os
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from indexer import Config, SearchRequest, open_index
from webui.cli import WEB_COMMANDS

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCUMENTS = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").glob("*.md")])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the shipped corpus in it, as a new clone has, and the commands of README run in it."""
    folder = tmp_path_factory.mktemp("readme")
    (folder / "corpus").symlink_to(ROOT / "corpus")
    return folder


def _blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, flags=re.DOTALL)


def test_the_commands_of_the_readme_print_what_it_says(folder: Path) -> None:
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    commands = 0
    for block in _blocks("console"):
        for command, expected in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", block, flags=re.MULTILINE):
            done = subprocess.run(
                shlex.split(command), cwd=folder, env=environment, capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, done.stderr
            assert [line.rstrip() for line in done.stdout.splitlines()] == [
                line.rstrip() for line in expected.splitlines()
            ], command
            commands += 1
    assert commands >= 2


def test_the_library_example_runs_on_an_index_made_by_the_commands(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(folder)
    (example,) = _blocks("python")
    exec(compile(example, "README.md", "exec"), {})  # our own text
    total, ids = capsys.readouterr().out.split(" ", 1)
    assert int(total) > 0
    assert ast.literal_eval(ids)[0] == "2021-07-psychotherapist-burnout-affects-patient-outcomes"


def test_every_question_in_the_syntax_table_finds_something_in_the_sample(folder: Path) -> None:
    table = README[README.index("| type this |") : README.index("Words are stemmed")]
    typed = [cell for line in table.splitlines()[2:] if line for cell in re.findall(r"`([^`]+)`", line.split("|")[1])]
    assert len(typed) >= 7
    searcher = open_index(folder / "index", ROOT / "corpus")
    for text in typed:
        assert searcher.search(SearchRequest(text=text)).total, text
    searcher.close()


def test_the_settings_table_is_the_config() -> None:
    rows = re.findall(r"^\| `(\w+)` \| `([^`]*)` \| ([^|]+) \| ([^|]+) \|$", README, flags=re.MULTILINE)
    expected = [
        (item.name, str(item.default), item.metadata["unit"], item.metadata["help"])
        for item in dataclasses.fields(Config)
    ]
    assert [(name, default, unit.strip(), meaning.strip()) for name, default, unit, meaning in rows] == expected


def test_every_direct_dependency_has_its_reason_in_the_readme() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    groups = [*project["dependency-groups"].values(), *project["project"]["optional-dependencies"].values()]
    declared = [*project["project"]["dependencies"], *(line for group in groups for line in group)]
    table = README[README.index("| package |") :].lower()
    for requirement in declared:
        name = re.split(r"[\s<>=!\[;]", requirement)[0].lower()
        assert re.search(rf"\b{re.escape(name)}\b", table), f"{name} has no line in the table of README.md"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_of_a_document_leads_to_a_file(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#]+)\)", text):
        if not target.startswith(("http:", "https:", "mailto:")):
            assert (document.parent / target).exists(), target


def test_every_file_of_the_engine_stands_in_the_architecture() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    files = [path for path in (ROOT / "indexer").glob("*.py") if path.name != "__init__.py"]
    missing = [path.name for path in files if f"indexer/{path.name}" not in text]
    assert not missing


def test_both_commands_of_the_readme_are_targets_of_the_makefile() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for command in re.findall(r"^ {4}make (\w+)", README, flags=re.MULTILINE):
        assert re.search(rf"^{command}:", makefile, flags=re.MULTILINE), command
    assert set(WEB_COMMANDS) == {"serve"}
