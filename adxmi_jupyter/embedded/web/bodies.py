"""Bodies of requests that were compressed on their way (RFC 9110, Content-Encoding)."""

from __future__ import annotations

import zlib

from adxmi_jupyter.embedded.web.messages import BodyTooLargeError, UnreadableBodyError

_ZLIB_OR_GZIP = zlib.MAX_WBITS | 32
_DEFLATE_ALONE = -zlib.MAX_WBITS


def decoded(data: bytes, encoding: str, most: int) -> bytes:
    """Return a body as it was before it was compressed.

    BodyTooLargeError for one of more bytes than that, UnreadableBodyError for one that breaks off
    or an encoding other than gzip and deflate.
    """
    match encoding.strip().lower():
        case "" | "identity":
            return data
        case "gzip" | "x-gzip":
            return _inflated(data, _ZLIB_OR_GZIP, most)
        case "deflate":
            return _inflated(data, _ZLIB_OR_GZIP if _has_header(data) else _DEFLATE_ALONE, most)
        case _:
            raise UnreadableBodyError


def _has_header(data: bytes) -> bool:
    """Tell whether deflated data is wrapped as RFC 1950 wants it, which not every client does."""
    return data[:1] == b"\x78"


def _inflated(data: bytes, bits: int, most: int) -> bytes:
    """Return what was compressed, all members of it."""
    found = bytearray()
    while data:
        decoder = zlib.decompressobj(bits)
        try:
            found += decoder.decompress(data, most + 1 - len(found))
        except zlib.error as error:
            raise UnreadableBodyError from error
        if len(found) > most:
            raise BodyTooLargeError
        if not decoder.eof:
            raise UnreadableBodyError
        data = decoder.unused_data
    return bytes(found)
