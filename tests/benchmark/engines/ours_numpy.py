"""PPRNet Search as it runs where no C compiler was found: the same profile `plain`, the loops of a search in numpy."""

from __future__ import annotations

import os

os.environ["PPRSEARCH_KERNEL"] = "numpy"  # read when the product is imported, so the next import comes after it

from benchmark.engines.ours import Plain


class PlainInNumpy(Plain):
    """Only its process differs."""
