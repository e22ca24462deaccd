"""The build hook of hatchling: the loops of a search are compiled where a C compiler is, and left out where none is.

Whatever prevents it is one line on stderr, never an error: `indexer/kernel/__init__.py` then takes the loops in numpy.
As a program, compile for this checkout alone, and say the line that pip hides when an installation succeeds.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Sequence
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path
from typing import Any

from hatchling.builders.config import BuilderConfig
from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from packaging.tags import platform_tags

SOURCES = "indexer/kernel/c"  # a folder
SUFFIX = ".abi3.so"  # of what any later Python takes too; Windows has no such thing
LIBRARY = f"indexer/kernel/in_c{SUFFIX}"
TAG = "cp311-abi3"  # the version that Py_LIMITED_API names in the sources
# Without -ffp-contract=off some processors round once where numpy rounds twice, and scores differ in their last bit.
FLAGS = "-std=c11 -O3 -fPIC -shared -ffp-contract=off -fvisibility=hidden".split()
PLATFORM_FLAGS = {"darwin": ["-undefined", "dynamic_lookup"]}
PACKAGES = ("gcc", "libc6-dev", f"python{sysconfig.get_python_version()}-dev")  # what Debian calls it
COMPILE_SECONDS = 300


class KernelHook(BuildHookInterface[BuilderConfig]):
    """Puts the compiled loops into a wheel, which is then for one platform; a wheel without them is for all."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile where the source stands. An editable installation takes the library from there, a wheel holds it."""
        if not compile_kernel(Path(self.root)):
            return
        platform = next(tag for tag in platform_tags() if not tag.startswith(("manylinux", "musllinux")))
        build_data["artifacts"].append(f"/{LIBRARY}")  # git ignores it, so it must be named
        build_data["pure_python"] = False
        build_data["tag"] = f"{TAG}-{platform}"


def compile_kernel(root: Path) -> bool:
    """Compile the loops of a checkout, or say why that was not possible."""
    problem = compile_module(sorted((root / SOURCES).glob("*.c")), root / LIBRARY)
    if problem:
        mend = f"To have them compiled, on Debian: apt install {' '.join(PACKAGES)}; then install again."
        print(f"Searches will be slower, with the same answers: {problem}. {mend}", file=sys.stderr)
    return not problem


def compile_module(sources: Sequence[Path], library: Path, *flags: str) -> str:
    """Compile a module for Python. Return "" when it is there, else the reason; an older one is then gone."""
    draft = library.with_suffix(f".{os.getpid()}.so")  # an interrupted compiler leaves no half of a library
    try:
        problem = _compile(sources, draft, *flags)
        if not problem:
            draft.replace(library)
    except (OSError, subprocess.TimeoutExpired) as error:
        problem = str(error)
    for left in (draft, library) if problem else ():
        if left.exists():  # asked, because on a disk for reading `unlink` is an error even then
            left.unlink()
    return problem


def find_compiler() -> list[str]:
    """Return the compiler that CC names, else the one that Python was made with where it is here, else `cc`."""
    named = shlex.split(os.environ.get("CC", ""))
    own = shlex.split(sysconfig.get_config_var("CC") or "cc")
    return named or (own if shutil.which(own[0]) else ["cc"])


def _compile(sources: Sequence[Path], library: Path, *flags: str) -> str:
    """Run the compiler. Return "" when it was content, else what is missing or the first thing it complained about."""
    if SUFFIX not in EXTENSION_SUFFIXES:
        return f"this Python loads no {SUFFIX}"
    compiler, headers = find_compiler(), Path(sysconfig.get_path("include"))
    if not shutil.which(compiler[0]):
        return f"there is no C compiler {compiler[0]}"
    if not (headers / "Python.h").is_file():
        return f"there is no {headers / 'Python.h'}"
    command = [*compiler, *FLAGS, *PLATFORM_FLAGS.get(sys.platform, []), *flags, f"-I{headers}"]
    done = subprocess.run(
        [*command, *map(str, sources), "-o", str(library), "-lm"],
        env={**os.environ, "LC_ALL": "C"}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, errors="replace", timeout=COMPILE_SECONDS, check=False,
    )  # fmt: skip
    if done.returncode == 0:
        return ""
    complaints = [line.strip() for line in done.stdout.splitlines() if "error" in line.lower()]
    return next(iter(complaints), f"{' '.join(compiler)} ended with code {done.returncode}")


if __name__ == "__main__":
    compile_kernel(Path(__file__).parent)
