"""Whole answers are the same, to the last bit, whichever form of the loops made them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import compiler
import machine

from indexer import Config, build_from_pages, kernel

ROOT = Path(__file__).resolve().parents[2]
QUESTIONS = ROOT / "tests" / "relevance" / "queries.tsv"
ASK_ALL = """
import sys
from pathlib import Path
from indexer import SearchRequest, kernel, open_index

searcher = open_index(Path(sys.argv[1]), Path(sys.argv[2]))
print(kernel.NAME, file=sys.stderr)
for line in Path(sys.argv[3]).read_text(encoding="utf-8").splitlines():
    question = line.split("\\t")[1]
    for match in ("any", "all"):
        for filters in ({}, {"topics": ("alliance", "depression")}, {"types": ("meta-analysis",), "year_from": 2018}):
            for profile in searcher.profiles:
                print(searcher.search(SearchRequest(question, match=match, profile=profile, size=30, **filters)))
"""


def test_both_forms_of_the_loops_give_the_same_answers(tmp_path: Path) -> None:
    if kernel.NAME != "c":
        machine.leave_out(compiler.MISSING, compiler.MEND)
    corpus, index = ROOT / "corpus", tmp_path / "index"
    build_from_pages(Config(corpus=corpus, index=index), [corpus / "sample"], lambda problem: None)
    answers = {}
    for name in ("c", "numpy"):
        done = subprocess.run(
            [sys.executable, "-c", ASK_ALL, str(index), str(corpus), str(QUESTIONS)],
            env={**os.environ, kernel.VARIABLE: name},
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stderr.strip() == name
        answers[name] = done.stdout.splitlines()
    assert len(answers["c"]) > 500
    assert answers["c"] == answers["numpy"]
