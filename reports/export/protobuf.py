"""As much of protobuf's wire format as a trace needs: whole numbers, texts, and messages within.

A field is a tag, ``number << 3 | type``, and its value: type 0 is a varint (seven bits a byte, the
lowest first), type 1 eight bytes, type 2 a length and so many bytes.
https://protobuf.dev/programming-guides/encoding/
"""

from __future__ import annotations

VARINT, FIXED64, LENGTH = 0, 1, 2


def varint(value: int) -> bytes:
    """A whole number of at least 0, seven bits a byte."""
    assert value >= 0, value
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def whole(number: int, value: int) -> bytes:
    """A field that holds a whole number."""
    return varint(number << 3 | VARINT) + varint(value)


def fixed64(number: int, value: int) -> bytes:
    """A field that holds a whole number in eight bytes."""
    return varint(number << 3 | FIXED64) + value.to_bytes(8, "little")


def message(number: int, *parts: bytes) -> bytes:
    """A field that holds another message."""
    body = b"".join(parts)
    return varint(number << 3 | LENGTH) + varint(len(body)) + body


def text_field(number: int, words: str) -> bytes:
    """A field that holds a text; half of a surrogate pair becomes a question mark."""
    return message(number, words.encode("utf-8", errors="replace"))
