"""The browser, three servers to read from, and readers who complain when a page does what none may do."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import browser
import machine
import pytest
from benchmark.corpus import records
from hostile import write_hostile_records
from playwright.sync_api import Browser, expect
from reader import PATIENCE_MS, Reader
from serving import SAMPLE, serving

N_CROWD = 300  # enough that every topic and year has digests, and every list is long


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The one browser of the run. Without one the tests are skipped, and under CI=true they fail."""
    with browser.opened() as opened:
        if opened is None:
            machine.leave_out(browser.MISSING, browser.MEND)
        expect.set_options(timeout=PATIENCE_MS)
        yield opened


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server over the sample: 29 digests."""
    with serving(tmp_path_factory.mktemp("sample"), SAMPLE) as address:
        yield address


@pytest.fixture(scope="session")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server over N_CROWD made-up digests: every facet full."""
    folder = tmp_path_factory.mktemp("crowded")
    lines = folder / "records.jsonl"
    lines.write_text("".join(json.dumps(record) + "\n" for record in records(N_CROWD)), encoding="utf-8")
    with serving(folder, "--records", lines) as address:
        yield address


@pytest.fixture(scope="session")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server over digests whose every field is markup, a script, or far too long."""
    folder = tmp_path_factory.mktemp("hostile")
    with serving(folder, "--records", write_hostile_records(folder / "records.jsonl")) as address:
        yield address


@pytest.fixture
def reader(chromium: Browser, sample: str) -> Iterator[Callable[..., Reader]]:
    """Return a function: how somebody reads (see Reader; site is the sample) -> them. None may have to complain."""
    readers: list[Reader] = []

    def come(site: str = sample, **how: object) -> Reader:
        readers.append(Reader(chromium, site, **how))  # type: ignore[arg-type]
        return readers[-1]

    yield come
    complaints = [complaint for reader in readers for complaint in reader.leave()]
    assert not complaints
