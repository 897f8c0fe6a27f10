"""A log read piece by piece: JSON documents of any size, and lines, without holding them.

Only one item of a list is held at a time. A file that is no log is told what it is.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple, TextIO

from lastchunk.model.base.errors import InputError
from lastchunk.model.base.files import note_input
from lastchunk.model.base.text_files import marked, what_document

LOG_ALLOWED = (
    "a HAR of a browser, an OTLP JSON export of traces, or lastchunk's own JSON lines "
    "(docs/real-logs.md)"
)
NO_LOG = "this is no log that is known"
TAIL = re.compile(r'(?:[A-Z]+ \S+ - [\w ]+|Alarm|"[^"\n]*") @ \d')
"""How `wrangler tail` prints an event as text: a request, an alarm, a cron."""
TAIL_KEYS = ('"outcome"', '"scriptName"', '"eventTimestamp"')
BLOCK = 1 << 16
ITEM_MAX = 64_000_000
"""So many characters may one entry of a log have."""
NEAR_END = 16
"""A mistake this close to the end of what was read may be a value that goes on."""
BLANKS = re.compile(r"[ \t\r\n]*")
BOM = b"\xef\xbb\xbf"
EACH = None
"""In a path: each item of a list."""


class Item(NamedTuple):
    """One item of a list within a document, with what stood beside the way to it."""

    value: Any
    beside: dict[str, Any]
    line: int


def open_log(path: Path) -> TextIO:
    """A log, ready to be read as text. Raises `InputError` with what is wrong with it."""
    try:
        file = path.open("rb")  # once: what comes through a pipe cannot be read again
    except OSError as error:
        raise _no_log(path, f" ({error.strerror or error})") from error
    try:
        _check_start(file, path)
    except BaseException:
        file.close()
        raise
    # A HAR may begin with a byte order mark: some proxies write one.
    return io.TextIOWrapper(file, encoding="utf-8-sig", newline="")


def _check_start(file: io.BufferedReader, path: Path) -> None:
    """Refuse a file that is to be written over, that is empty, or that begins as no text does."""
    note_input(path)
    try:
        start = file.peek()
    except OSError as error:
        raise _no_log(path, f" ({error.strerror or error})") from error
    words = "" if start.startswith(BOM) else marked(start)
    if words:
        raise _no_log(path, f"; this file {words}")
    if not start:
        raise _no_log(path, "; this file is empty")


def _no_log(path: Path, why: str) -> InputError:
    return InputError("log", str(path), f"{LOG_ALLOWED}{why}")


class JsonReader:
    """A text that is read value by value."""

    def __init__(self, file: TextIO, place: str) -> None:
        self.file = file
        self.place = place
        self.text = ""
        self.at = 0
        self.line = 1
        self.is_read = False
        self.decoder = json.JSONDecoder()

    def more(self, least: int = BLOCK) -> bool:
        """Read on; what was passed is forgotten. False at the end of the file."""
        if self.is_read:
            return False
        try:
            block = self.file.read(least)
        except UnicodeDecodeError as error:
            words = f"UTF-8 (byte 0x{error.object[error.start]:02x} is none)"
            raise InputError(f"{self.place}, after line {self.line}", None, words) from error
        self.line += self.text.count("\n", 0, self.at)
        self.text, self.at = self.text[self.at :] + block, 0
        self.is_read = not block
        return not self.is_read

    def peek(self) -> str:
        """The next character that is no space; "" at the end."""
        while True:
            found = BLANKS.match(self.text, self.at)
            assert found is not None
            self.at = found.end()
            if self.at < len(self.text):
                return self.text[self.at]
            if not self.more():
                return ""

    def take(self, sign: str) -> None:
        """Pass a sign that must be next. Raises `InputError`."""
        if self.peek() != sign:
            raise self.wrong(f"{sign!r} next")
        self.at += 1

    def value(self) -> Any:
        """The next value, whole. Raises `InputError` where it is cut off, or is no JSON."""
        self.peek()
        while True:
            try:
                found, end = self.decoder.raw_decode(self.text, self.at)
            except (ValueError, RecursionError) as error:
                if self._is_surely_wrong(error) or not self._grow():
                    raise self.wrong("JSON that goes on") from error
                continue
            if end == len(self.text) and self._grow():
                continue  # a number may go on
            self.at = end
            return found

    def _is_surely_wrong(self, error: Exception) -> bool:
        if not isinstance(error, json.JSONDecodeError) or error.msg.startswith("Unterminated"):
            return not isinstance(error, json.JSONDecodeError)
        return error.pos < len(self.text) - NEAR_END

    def _grow(self) -> bool:
        size = len(self.text) - self.at
        if size > ITEM_MAX:
            raise self.wrong(f"entries of at most {ITEM_MAX:,} characters")
        return self.more(max(BLOCK, size))

    def wrong(self, allowed: str) -> InputError:
        """What is said of this place."""
        line = self.line + self.text.count("\n", 0, self.at)
        rest = self.text[self.at : self.at + 40]
        is_cut = self.is_read and len(self.text) - self.at < ITEM_MAX and not self._goes_on()
        words = "a whole file: this one is cut off here" if is_cut else allowed
        return InputError(f"{self.place}, line {line}", rest, words)

    def _goes_on(self) -> bool:
        """Whether what comes is a mistake rather than the end of the file."""
        try:
            self.decoder.raw_decode(self.text, self.at)
        except json.JSONDecodeError as error:
            is_open = error.msg.startswith("Unterminated")
            return not is_open and error.pos < len(self.text) - NEAR_END
        except (RecursionError, ValueError):  # too deep, or a number of too many digits
            return True
        return True


def items(reader: JsonReader, path: tuple[str | None, ...], keep: str = "") -> Iterator[Item]:
    """The values at the end of a path of keys and lists, one by one, from one document.

    What stands under the key ``keep`` on the way is handed on with each of them.
    """
    yield from _walk(reader, path, keep, {})


def _walk(
    reader: JsonReader, path: tuple[str | None, ...], keep: str, beside: dict[str, Any]
) -> Iterator[Item]:
    if not path:
        reader.peek()
        line = reader.line + reader.text.count("\n", 0, reader.at)
        yield Item(reader.value(), beside, line)
    elif path[0] is EACH:
        for _ in _parts(reader, "[", "]"):
            yield from _walk(reader, path[1:], keep, beside)
    else:
        for _ in _parts(reader, "{", "}"):
            key = reader.value()
            reader.take(":")
            if key == path[0]:
                yield from _walk(reader, path[1:], keep, beside)
            else:
                found = reader.value()
                beside = {**beside, key: found} if key == keep else beside


def _parts(reader: JsonReader, first: str, last: str) -> Iterator[None]:
    """Once for each part of a list or an object; who is given one reads it."""
    reader.take(first)
    if reader.peek() == last:
        reader.at += 1
        return
    while True:
        yield
        if reader.peek() == ",":
            reader.at += 1
            continue
        reader.take(last)
        return


def opening(reader: JsonReader) -> tuple[str, str]:
    """The first key of the document that comes next, which stays unread, and how its value begins.

    Both are "" where it has none.
    """
    if reader.peek() != "{":
        return "", ""
    while len(reader.text) - reader.at < BLOCK and reader.more():
        pass
    start = reader.text[reader.at : reader.at + 1_000]
    found = re.match(r'\{\s*"([^"\\]*)"\s*(?::\s*(\S))?', start)
    return (found[1], found[2] or "") if found else ("", "")


def foreign(reader: JsonReader) -> InputError:
    """What is said of a file that is no log."""
    text = reader.text[reader.at :][:BLOCK]
    is_tail = TAIL.match(text) is not None or all(key in text for key in TAIL_KEYS)
    words = "this is what `wrangler tail` prints" if is_tail else what_document(text)
    said = f"{NO_LOG}; {words}" if words else NO_LOG
    return InputError("log", reader.place, f"{LOG_ALLOWED}; {said}")
