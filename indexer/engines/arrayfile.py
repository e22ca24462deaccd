"""A file of named arrays: written once, then mapped read-only and shared by all threads and processes.

    bytes 0-7     magic "PPRARR\\x00\\x01" (the last byte is the format's version)
    bytes 8-31    offset of the header, its length in bytes, its CRC-32: three unsigned little-endian 64 bit numbers
    then          each array, little-endian, C order, beginning at a multiple of 64
    last          the header: JSON {"arrays": {name: {"dtype", "shape", "offset", "crc32"}}}, offsets from byte 0

Opening compares every checksum, which also brings the pages into memory: damage is found then, and not by a reader.
"""

from __future__ import annotations

import json
import math
import mmap
import struct
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.errors import IndexDamagedError

MAGIC = b"PPRARR\x00\x01"
ALIGNMENT = 64  # a cache line
_PREFIX = struct.Struct("<8sQQQ")
CHUNK_BYTES = 1 << 24  # checksummed at a time

Array = NDArray[Any]


def write_arrays(path: Path, arrays: Iterable[tuple[str, Array]]) -> None:
    """Write named arrays into a new file; each is asked for when its turn comes, so one at a time is in memory."""
    entries: dict[str, dict[str, object]] = {}
    with path.open("wb") as stream:
        stream.write(b"\x00" * _PREFIX.size)
        for name, array in arrays:
            plain = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
            data = plain.data.cast("B") if plain.size else memoryview(b"")
            stream.write(b"\x00" * (-stream.tell() % ALIGNMENT))
            shape, checksum = list(plain.shape), _crc32(data)
            entries[name] = {"dtype": plain.dtype.str, "shape": shape, "offset": stream.tell(), "crc32": checksum}
            stream.write(data)
        header, offset = json.dumps({"arrays": entries}).encode("ascii"), stream.tell()
        stream.write(header)
        stream.seek(0)
        stream.write(_PREFIX.pack(MAGIC, offset, len(header), zlib.crc32(header)))


def open_arrays(path: Path) -> dict[str, Array]:
    """Return the arrays of a file, mapped and read-only; IndexDamagedError when anything in it is not as written."""
    try:
        with path.open("rb") as stream:
            mapped = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
        magic, offset, length, checksum = _PREFIX.unpack_from(mapped)
        header = mapped[offset : offset + length]
        if magic != MAGIC or offset + length != len(mapped) or zlib.crc32(header) != checksum:
            raise ValueError("its header is not what was written")
        entries = json.loads(header)["arrays"]
        return {name: _map(mapped, name, entry) for name, entry in entries.items()}
    except (OSError, ValueError, KeyError, struct.error) as error:
        raise IndexDamagedError(f"{path} is missing or damaged: {error}.") from error


def release(arrays: Mapping[str, Array]) -> None:
    """Give back the memory of the arrays of a file; what is looked at again is read again, from the system's cache."""
    owner: Any = next(iter(arrays.values()))
    while not isinstance(owner, mmap.mmap):
        owner = owner.obj if isinstance(owner, memoryview) else owner.base
    owner.madvise(mmap.MADV_DONTNEED)


def _map(mapped: mmap.mmap, name: str, entry: dict[str, Any]) -> Array:
    dtype, shape, offset = np.dtype(entry["dtype"]), tuple(entry["shape"]), entry["offset"]
    size = math.prod(shape)
    data = memoryview(mapped)[offset : offset + size * dtype.itemsize]
    if len(data) != size * dtype.itemsize or _crc32(data) != entry["crc32"]:
        raise ValueError(f"the array '{name}' is not what was written")
    return np.frombuffer(data, dtype=dtype, count=size).reshape(shape)


def _crc32(data: memoryview) -> int:
    checksum = 0
    for begin in range(0, len(data), CHUNK_BYTES):
        checksum = zlib.crc32(data[begin : begin + CHUNK_BYTES], checksum)
    return checksum
