"""The compiled loops: in every installation where a C compiler is, in the way of none where none is."""

from __future__ import annotations

import importlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

import compiler
import machine
import pytest
from packaging.tags import sys_tags
from packaging.utils import parse_wheel_filename

import hatch_build

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted((ROOT / hatch_build.SOURCES).iterdir())
TO_COMPILE = [path for path in SOURCES if path.suffix == ".c"]
WARNINGS = "-Wall -Wextra -Wno-unused-parameter -Werror".split()  # functions for Python have parameters they ignore
SANITIZERS = "-fsanitize=address,undefined -fno-sanitize-recover=all -g".split()
KERNEL_TESTS = "tests/unit/test_kernel.py"
SAYS = "Searches will be slower, with the same answers: "

BuildWheel = Callable[..., tuple[Path, str]]


@pytest.fixture
def _compiler() -> None:
    if not compiler.works():
        machine.leave_out(compiler.MISSING, compiler.MEND)


@pytest.fixture
def sources(unpacked: Path, tmp_path: Path) -> Path:
    """The source archive, unpacked for one test alone."""
    return Path(shutil.copytree(unpacked, tmp_path / "sources"))


def _script(path: Path, *lines: str) -> str:
    path.write_text("\n".join(["#!/bin/sh", *lines, ""]))
    path.chmod(0o755)
    return str(path)


def _writing_compiler(path: Path, end: str) -> str:
    """Make a compiler that writes something, whatever it is given, and ends so."""
    return _script(path, 'while [ "$1" != -o ]; do shift; done', 'echo half of a library > "$2"', end)


def _kernel_of(wheel: Path, folder: Path) -> str:
    """Return which loops a wheel runs, in a folder of its own."""
    with ZipFile(wheel) as archive:
        archive.extractall(folder)
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); from indexer import kernel; print(kernel.NAME, kernel.__file__)"
    )
    command = [sys.executable, "-c", code, str(folder)]
    ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    name, file = ran.stdout.split()
    assert Path(file).is_relative_to(folder)
    return name


@pytest.mark.usefixtures("_compiler")
def test_with_a_compiler_a_wheel_holds_the_loops_for_this_platform_and_every_later_python(
    unpacked: Path, build_wheel: BuildWheel, tmp_path: Path
) -> None:
    wheel, said = build_wheel(unpacked)
    (tag,) = parse_wheel_filename(wheel.name)[3]
    assert (tag.interpreter, tag.abi) == ("cp311", "abi3")
    assert tag in set(sys_tags())  # or pip would refuse it here
    assert "Root-Is-Purelib: false" in _about(wheel)
    assert _kernel_of(wheel, tmp_path) == "c"
    assert SAYS not in said


@pytest.mark.parametrize(
    ("environment", "reason"),
    [
        ({"CC": "/bin/false"}, "/bin/false ended with code 1"),
        ({"CC": "/bin/true"}, "No such file or directory"),  # content, but compiled nothing
        ({"CC": "no-such-compiler"}, "there is no C compiler no-such-compiler"),
        ({"CC": "", "PATH": "/nowhere"}, "there is no C compiler cc"),
    ],
    ids=["fails", "does nothing", "is not there", "none at all"],
)
def test_without_a_compiler_a_wheel_is_for_every_machine_and_its_build_says_in_one_line_why(
    sources: Path, build_wheel: BuildWheel, tmp_path: Path, environment: dict[str, str], reason: str
) -> None:
    (sources / hatch_build.LIBRARY).write_bytes(b"of an older source")
    wheel, said = build_wheel(sources, **environment)
    assert str(*parse_wheel_filename(wheel.name)[3]) == "py3-none-any"
    assert "Root-Is-Purelib: true" in _about(wheel)
    (line,) = (line for line in said.splitlines() if SAYS in line)
    assert reason in line and "apt install gcc libc6-dev python3." in line
    assert not list(sources.glob("indexer/kernel/*.so")), "neither the older library nor half of a new one stays"
    assert _kernel_of(wheel, tmp_path / "site") == "numpy"


def _about(wheel: Path) -> str:
    with ZipFile(wheel) as archive:
        return archive.read(next(name for name in archive.namelist() if name.endswith("/WHEEL"))).decode()


def test_without_the_headers_of_python_nothing_is_compiled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CC", _script(tmp_path / "cc", "exit 0"))
    monkeypatch.setattr(hatch_build.sysconfig, "get_path", lambda name: str(tmp_path))
    assert hatch_build.compile_module(TO_COMPILE, tmp_path / "in_c.abi3.so") == f"there is no {tmp_path / 'Python.h'}"


@pytest.mark.parametrize("end", ["exit 1", "kill -9 $$"])
def test_half_of_a_library_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, end: str) -> None:
    monkeypatch.setenv("CC", _writing_compiler(tmp_path / "cc", end))
    assert "cc ended with code " in hatch_build.compile_module(TO_COMPILE, tmp_path / "in_c.abi3.so")
    assert list(tmp_path.iterdir()) == [tmp_path / "cc"]


@pytest.mark.usefixtures("_compiler")
def test_what_is_wrong_with_a_source_is_said_in_the_words_of_the_compiler(tmp_path: Path) -> None:
    source, library = tmp_path / "wrong.c", tmp_path / "wrong.so"
    source.write_text("int f(void) { return nothing; }")
    library.write_bytes(b"of an older source")
    assert "error: " in hatch_build.compile_module([source], library)
    assert list(tmp_path.iterdir()) == [source]


@pytest.mark.usefixtures("_compiler")
def test_the_tests_here_run_on_what_the_source_of_today_gives() -> None:
    assert importlib.import_module("indexer.kernel.in_c").__file__ == str(ROOT / hatch_build.LIBRARY)
    age = max(path.stat().st_mtime for path in SOURCES) - (ROOT / hatch_build.LIBRARY).stat().st_mtime
    assert age <= 0, "the library is older than its sources: make .venv/.installed"


@pytest.mark.usefixtures("_compiler")
def test_the_source_compiles_without_a_warning(tmp_path: Path) -> None:
    assert not hatch_build.compile_module(TO_COMPILE, tmp_path / "in_c.abi3.so", *WARNINGS)


@pytest.mark.usefixtures("_compiler")
def test_the_loops_touch_no_memory_that_is_not_theirs_and_do_nothing_undefined(tmp_path: Path) -> None:
    library = tmp_path / "in_c.abi3.so"
    if problem := hatch_build.compile_module(TO_COMPILE, library, *SANITIZERS):
        machine.leave_out(f"the C compiler here has no sanitizers ({problem})", compiler.MEND)
    where = [*hatch_build.find_compiler(), "-print-file-name=libasan.so"]
    runtime = subprocess.run(where, capture_output=True, text=True, check=True).stdout.strip()
    code = f"""
import importlib.util, sys
import pytest
spec = importlib.util.spec_from_file_location("indexer.kernel.in_c", {str(library)!r})
sys.modules[spec.name] = importlib.util.module_from_spec(spec)
spec.loader.exec_module(sys.modules[spec.name])
sys.exit(pytest.main(["-q", "-x", "-s", "-p", "no:cacheprovider", "-p", "no:faulthandler", {KERNEL_TESTS!r}]))
"""
    environment = {"LD_PRELOAD": runtime, "ASAN_OPTIONS": "detect_leaks=0", "PYTHONMALLOC": "malloc"}
    command = [sys.executable, "-c", code]
    ran = subprocess.run(
        command, cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout[-3000:] + ran.stderr
    assert " passed" in ran.stdout


def test_make_notices_a_compiler_that_came_later_and_an_edit_of_the_source(sources: Path, tmp_path: Path) -> None:
    library, bin_folder = sources / hatch_build.LIBRARY, sources / ".venv/bin"
    bin_folder.mkdir(parents=True)
    # pip, which says nothing of what a hook says, is all that is not real here
    install = f"{sys.executable} hatch_build.py 2>/dev/null; echo installed"
    _script(bin_folder / "python", f'[ "$1" = -m ] && {{ {install}; exit; }}', f'exec {sys.executable} "$@"')
    (sources / ".venv/.locked").write_text(f"{sources}\n")
    works = _writing_compiler(tmp_path / "cc", "exit 0")

    def make(cc: str, target: str = hatch_build.LIBRARY) -> str:
        environment = {**os.environ, "CC": cc}
        command = ["make", "--no-print-directory", target]
        done = subprocess.run(command, cwd=sources, env=environment, capture_output=True, text=True, check=True)
        return done.stdout + done.stderr

    first = make("/bin/false")
    assert first.startswith("installed\n") and first.count(SAYS) == 1
    assert make("/bin/false") == ""  # neither installed nor said again
    assert not library.exists()
    assert make(works) == "" and library.exists()
    assert "up to date" in make("/bin/false") and library.exists()
    now = time.time()
    for name, age in ((".locked", 20), (".installed", 10)):
        os.utime(sources / ".venv" / name, (now - age, now - age))
    (sources / hatch_build.SOURCES / "scores.c").touch()
    assert make(works, ".venv/.installed") == "installed\n"
    make(works, "clean")
    assert not library.exists()


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with nothing on it but what a test puts into this folder."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CC", raising=False)
    monkeypatch.delenv("CI", raising=False)
    return tmp_path


def test_a_compiler_that_works_is_left_alone(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(compiler, "problem", lambda: "")
    monkeypatch.setattr(machine, "run", pytest.fail)
    assert compiler.main() == 0
    assert capsys.readouterr() == ("", "")


@pytest.mark.usefixtures("_compiler")
def test_a_missing_compiler_is_installed_where_that_is_possible(
    bare: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(machine, "can_install", lambda: True)
    lines = ("#!/bin/sh", f"PATH={os.defpath}", 'exec cc "$@"')
    writing = "; ".join(f"echo '{line}' >> {bare / 'cc'}" for line in lines)
    _script(bare / "apt-get", f'case "$*" in *" install "*gcc*) {writing}; /bin/chmod +x {bare / "cc"};; esac')
    assert compiler.main() == 0
    said, wrong = capsys.readouterr()
    assert said.startswith("Installing a C compiler, for there is no C compiler cc: apt-get install gcc libc6-dev")
    assert len(said.splitlines()) == 1 and not wrong


@pytest.mark.parametrize("ci", ["", "true"])
def test_where_no_compiler_can_be_had_only_ci_stops(
    bare: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], ci: str
) -> None:
    monkeypatch.setattr(machine, "can_install", lambda: True)
    monkeypatch.setenv("CI", ci)
    _script(bare / "apt-get", "echo 'E: Unable to locate package gcc'; exit 100")
    assert compiler.main() == (1 if ci else 0)
    said, wrong = capsys.readouterr()
    assert "That did not help: E: Unable to locate package gcc" in said
    assert wrong.startswith("NO C COMPILER (there is no C compiler cc)") is bool(ci)


@pytest.mark.parametrize("ci", ["", "true"])
def test_a_run_without_a_compiler_says_in_its_last_lines_what_it_did_not_test_and_ci_fails(bare: Path, ci: str) -> None:
    own = f"{Path(__file__).relative_to(ROOT)}::{test_the_source_compiles_without_a_warning.__name__}"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", own, "tests/unit/test_bitmap.py"]
    environment = {**os.environ, "CI": ci}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == bool(ci)
    if ci:
        assert f"{compiler.MISSING}. Mend it, {compiler.MEND}" in done.stdout
    else:
        *_, loud, mend = done.stdout.strip().splitlines()
        assert loud == f"NOT RUN: 1 of the tests, for {compiler.MISSING}."
        assert mend == f"Mend it, {compiler.MEND}"
