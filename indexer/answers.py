"""Step 1 of 8, web archives. One HTTP answer as it went over the wire -> its content, and a record around such bytes.

Input: a record of warcio. Output: what a browser would have shown, transfer and content encoding undone, never more
than was allowed, however small it came.
"""

from __future__ import annotations

import zlib
from io import BytesIO
from typing import Any

from warcio.bufferedreaders import ChunkedDataReader
from warcio.recordbuilder import RecordBuilder
from warcio.recordloader import ArcWarcRecordLoader

OVERHEAD_BYTES = 1_000_000  # what headers and the sizes of chunks may take beside the content
GZIP_MAGIC = b"\x1f\x8b"
ZLIB_HEADERS = tuple(bytes([0x78, level]) for level in (0x01, 0x5E, 0x9C, 0xDA))
GZIP_OR_ZLIB = 32 + zlib.MAX_WBITS


class UnreadableBody(Exception):
    """The body of a record cannot be had; the message is a sentence that says why and what to do."""


def read_body(warc: Any, max_bytes: int) -> bytes:
    """Return what a server sent as the content, transfer and content encoding undone; UnreadableBody says why not.

    warc  a record of warcio: the headers of HTTP are read, its body not yet.
    """
    too_large = f"It has more than {max_bytes / 1e6:g} MB, more than a page may have. Raise max_page_mb if it is one."
    if warc.rec_headers.get_header("WARC-Truncated"):
        raise UnreadableBody("The page was cut short when it was fetched. Fetch it again.")
    if warc.length is not None and warc.length > max_bytes + OVERHEAD_BYTES:
        raise UnreadableBody(too_large)
    http = warc.http_headers
    stream = warc.raw_stream
    if http and (http.get_header("Transfer-Encoding") or "").strip().lower() == "chunked":
        stream = ChunkedDataReader(stream)
    coding = (http.get_header("Content-Encoding") or "").strip().lower() if http else ""
    body: bytes = stream.read(max_bytes + OVERHEAD_BYTES)
    # archivers that store the decoded body often leave the header as it was
    is_coded = body.startswith(GZIP_MAGIC) if coding in ("gzip", "x-gzip") else body.startswith(ZLIB_HEADERS)
    if coding in ("gzip", "x-gzip", "deflate"):
        body = _inflated(body, max_bytes + 1) if is_coded else body
    elif coding not in ("", "identity"):
        raise UnreadableBody(f"Its content encoding '{coding[:40]}' cannot be undone. Save the page without it.")
    if len(body) > max_bytes:
        raise UnreadableBody(too_large)
    return body


def message_record(
    kind: str, url: str, wire: bytes | bytearray, warc_headers: dict[str, str] | None = None, version: str = "WARC/1.1"
) -> Any:
    """Return a record of warcio for a request, an answer or a revisit, from its bytes as they went over the wire."""
    stream = BytesIO(wire)
    http_headers = ArcWarcRecordLoader(verify_http=False).load_http_headers(kind, url, stream, len(wire))
    return RecordBuilder(warc_version=version).create_warc_record(
        url,
        kind,
        payload=stream,
        length=len(wire) - stream.tell(),
        http_headers=http_headers,
        warc_headers_dict=warc_headers,
    )


def _inflated(body: bytes, most: int) -> bytes:
    inflater = zlib.decompressobj(GZIP_OR_ZLIB)
    try:
        content = inflater.decompress(body, most)
    except zlib.error as error:
        raise UnreadableBody("Its compressed content is damaged. Fetch it again.") from error
    if not inflater.eof and len(content) < most:
        raise UnreadableBody("Its compressed content is cut off. Fetch it again.")
    return content
