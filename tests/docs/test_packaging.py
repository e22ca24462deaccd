"""What an installation gets: the content of the wheel, and a lock file that fits pyproject.toml and any machine."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from collections.abc import Callable
from pathlib import Path

import compiler
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import hatch_build

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def wheel(unpacked: Path, build_wheel: Callable[..., tuple[Path, str]]) -> zipfile.ZipFile:
    """A wheel of the source archive of this checkout, as this machine makes it: compiled where that is possible."""
    return zipfile.ZipFile(build_wheel(unpacked)[0])


def _files(folder: Path, root: Path) -> set[str]:
    paths = (path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(root).as_posix() for path in paths if path.suffix != ".so"}


def test_the_wheel_holds_both_packages_the_tables_and_the_sample_and_nothing_else(wheel: zipfile.ZipFile) -> None:
    tables = {f"indexer/corpus/{path.name}" for path in (ROOT / "corpus").glob("*.toml")}
    sample = {f"indexer/{name}" for name in _files(ROOT / "corpus" / "sample", ROOT)}
    code = _files(ROOT / "indexer", ROOT) | _files(ROOT / "webui", ROOT)
    assert {"indexer/corpus/topics.toml", "indexer/corpus/ranking.toml"} <= tables
    assert sample
    compiled = {hatch_build.LIBRARY} if compiler.works() else set()
    shipped = {name for name in wheel.namelist() if ".dist-info/" not in name}
    assert shipped == code | tables | sample | compiled


def test_the_source_archive_holds_what_is_compiled_and_nothing_that_was(source_archive: Path) -> None:
    with tarfile.open(source_archive) as archive:
        names = [name.split("/", 1)[1] for name in archive.getnames()]
    compiled = {f"{hatch_build.SOURCES}/{name}" for name in ("loops.h", "scores.c")}
    assert {*compiled, "hatch_build.py", "Makefile", "requirements.lock"} <= set(names)
    assert not [name for name in names if name.endswith((".so", ".o", ".pyc"))]


def test_the_wheel_states_its_license_and_its_command(wheel: zipfile.ZipFile) -> None:
    about = f"pprnet_search-{PROJECT['project']['version']}.dist-info"
    assert "License-Expression: MIT\n" in wheel.read(f"{about}/METADATA").decode()
    assert wheel.read(f"{about}/licenses/LICENSE") == (ROOT / "LICENSE").read_bytes()
    assert "pprsearch = webui.cli:main" in wheel.read(f"{about}/entry_points.txt").decode()


def test_the_command_of_the_wheel_answers_outside_the_checkout(wheel: zipfile.ZipFile, tmp_path: Path) -> None:
    wheel.extractall(tmp_path / "site")
    code = (
        "import sys, indexer; assert indexer.__file__.startswith(sys.argv[1]), indexer.__file__; "
        "from webui.cli import main; sys.argv = ['pprsearch', '--help']; sys.exit(main())"
    )
    site = str(tmp_path / "site")
    command = [sys.executable, "-c", code, site]
    environment = {**os.environ, "PYTHONPATH": site}
    ran = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert "pprsearch" in ran.stdout


def _locked() -> dict[str, list[str]]:
    """Name -> the versions it is locked at (two where an older Python needs an older one)."""
    versions: dict[str, list[str]] = {}
    for name, version in re.findall(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)", LOCK, re.MULTILINE):
        versions.setdefault(canonicalize_name(name), []).append(version)
    return versions


def _direct() -> list[str]:
    groups = [group for name, group in PROJECT["dependency-groups"].items() if name != "bench"]  # pins its own
    return [*PROJECT["project"]["dependencies"], *PROJECT["build-system"]["requires"], *(x for g in groups for x in g)]


@pytest.mark.parametrize("line", _direct())
def test_each_direct_dependency_is_locked_at_an_allowed_version(line: str) -> None:
    requirement = Requirement(line)
    versions = _locked().get(canonicalize_name(requirement.name), [])
    assert versions, f"{line} is missing in requirements.lock: make lock"
    refused = [version for version in versions if not requirement.specifier.contains(version)]
    assert not refused, f"{line} does not allow the locked {refused}: make lock"


def test_every_locked_package_has_hashes() -> None:
    entries = re.split(r"\n(?=[A-Za-z0-9])", LOCK)
    without = [entry.split("\n", 1)[0] for entry in entries if "==" in entry and "--hash=sha256:" not in entry]
    assert not without


def test_the_lock_file_names_no_host_no_folder_and_no_option() -> None:
    strange = [line for line in LOCK.splitlines() if line.startswith("-") or "/" in line or " @ " in line]
    assert not strange
