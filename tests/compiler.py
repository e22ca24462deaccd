"""The C compiler of these tests: the one that `hatch_build.py` takes, or one that can be installed without a question.

As a program, what `make test` does before it installs the product: install a compiler unless one works already. It ends
with 1 only where CI=true and none can be had; elsewhere the other tests go on, and the last lines of their run say what
was not.
"""

from __future__ import annotations

import sys
import sysconfig
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import machine

import hatch_build

TOY = """
#define Py_LIMITED_API 0x030B0000
#include <Python.h>
#include <math.h>
static struct PyModuleDef toy = {PyModuleDef_HEAD_INIT, "toy", NULL, -1, NULL, NULL, NULL, NULL, NULL};
PyMODINIT_FUNC PyInit_toy(void) { return PyModule_Create(&toy); }
"""
MISSING = "no C compiler works here"
MEND = f"as root: make test, which installs one (on Debian it is: apt-get install {' '.join(hatch_build.PACKAGES)})"


def problem() -> str:
    """Compile a smallest module as the product's is compiled. Return "" when that works, else the reason."""
    with TemporaryDirectory() as folder:
        source = Path(folder, "toy.c")
        source.write_text(TOY, encoding="utf-8")
        return hatch_build.compile_module([source], Path(folder, "toy.so"))


@cache
def works() -> bool:
    """Tell whether the tests of this run have a compiler."""
    return not problem()


def _ways() -> Iterator[tuple[str, list[list[str]]]]:
    if machine.can_install():
        *wanted, headers = hatch_build.PACKAGES
        # a Python that has its headers may be none of Debian's, which then has none for it
        if not Path(sysconfig.get_path("include"), "Python.h").is_file():
            wanted.append(headers)
        yield f"apt-get install {' '.join(wanted)}", machine.installing(*wanted)


def main() -> int:
    """Install a compiler unless one works; return the code to end with."""
    return machine.provide("a C compiler", problem, _ways(), MEND)


if __name__ == "__main__":
    sys.exit(main())
