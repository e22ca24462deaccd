"""Arrays in a file: what was written comes back, also after their memory was given back."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from indexer.engines.arrayfile import open_arrays, release, write_arrays


def test_released_arrays_read_the_same_again(tmp_path: Path) -> None:
    numbers, table = np.arange(100_000, dtype=np.int32), np.ones((3, 50_000), dtype=np.uint64)
    write_arrays(tmp_path / "arrays", [("numbers", numbers), ("table", table), ("none", np.zeros(0, dtype=np.uint8))])
    arrays = open_arrays(tmp_path / "arrays")
    before = _resident_kb()
    release(arrays)
    assert before - _resident_kb() > 1_000  # of the 1.6 MB that opening has read
    assert (arrays["numbers"] == numbers).all()
    assert (arrays["table"] == table).all()
    assert len(arrays["none"]) == 0


def _resident_kb() -> int:
    (line,) = [row for row in Path("/proc/self/status").read_text(encoding="ascii").splitlines() if row[:5] == "VmRSS"]
    return int(line.split()[1])
