"""Reading what people bring: a file of text, or one line that says what the file is instead.

Whoever gives a log of the browser for an uplink is told that it is one, and what to do with it.
"""

from __future__ import annotations

import codecs
import json
import re
from pathlib import Path

from lastchunk.model.base.errors import InputError
from lastchunk.model.base.files import note_input

MARKS = {
    codecs.BOM_UTF8: "begins with a byte order mark (BOM); save it as UTF-8 without one",
    codecs.BOM_UTF16_LE: "is UTF-16; save it as UTF-8",
    codecs.BOM_UTF16_BE: "is UTF-16; save it as UTF-8",
    b"\x1f\x8b": "is compressed by gzip; unpack it first",
    b"PK\x03\x04": "is a ZIP archive, or a spreadsheet; unpack it, or save it as text",
    b"\x89PNG": "is a picture",
    b"%PDF": "is a PDF",
    b"PAR1": "is a Parquet table",
}
"""How a file begins, and what is to be said of it then."""
DIGITS_MAX = 18
TO_DELAYS = "write its delays in ms, one a line, into a CSV file for distribution = 'empirical'"
TO_UPLINK = "make a scenario of it: lastchunk import FILE --out mine.toml"


def read_text(path: str | Path, field: str, allowed: str) -> str:
    """The text of a file in UTF-8. Raises `InputError` with what is wrong with it."""
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError(field, str(path), f"{allowed} ({reason})") from error
    note_input(path)
    words = marked(data)
    if words:
        raise InputError(field, str(path), f"{allowed}; this file {words}")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        said = f"byte 0x{data[error.start]:02x} in line {line} is none; Latin-1 is to be converted"
        raise InputError(field, str(path), f"{allowed}, in UTF-8 ({said})") from error


def digits(text: str) -> int | None:
    """A whole number in decimal digits. None for any other text, and for one longer than is meant.

    Python reads no number of 4,300 digits.
    """
    return int(text) if text.isdecimal() and len(text) <= DIGITS_MAX else None


def marked(start: bytes) -> str:
    """What a file is that begins so, and what to do with it; "" where it may be text."""
    return next((words for mark, words in MARKS.items() if start.startswith(mark)), "")


def what_it_is(text: str) -> str:
    """What a text is that somebody took for something else, and what to do; "" where unknown."""
    start = text.lstrip()[:2_000]
    return what_document(text) or _columns(start) or _table(start)


def what_document(text: str) -> str:
    """The same of a text that is to be no table of numbers."""
    start = text.lstrip()[:2_000]
    if start[:1] in ("{", "[") and not re.match(r"\[\[?[\w.-]+\]\]?\s*\n", start):
        return _json(text)
    if re.match(r"<(!doctype|html|\?xml)", start, re.IGNORECASE):
        return "this is a page of the web, not the file that it shows: download the file itself"
    if re.match(r"(from|import|class|def|async)\b|@\w|\"\"\"", start):
        return "this is Python: a design is given as --design file.py:ClassName"
    if start.startswith("#!/"):
        return "this is a script"
    return ""


def _json(text: str) -> str:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        first = text.lstrip().splitlines()[0]
        if '"lastchunk schedule' in first:
            return "this is a recorded schedule: give it to `lastchunk replay`"
        return "this is JSON or JSON lines"
    if isinstance(data, dict) and isinstance(data.get("log"), dict) and "entries" in data["log"]:
        return f"this is a HAR, a browser's log of requests: {TO_DELAYS}"
    if "toxic" in text:
        return f"these are Toxiproxy's toxics: {TO_UPLINK}"
    return "this is JSON"


def _columns(start: str) -> str:
    """Logs of numbers, by what stands in their columns."""
    lines = [line.split() for line in start.splitlines()[:20] if line.strip()]
    lines = [line for line in lines if not line[0].startswith("#")][:-1] or lines
    widths = {len(line) for line in lines}
    if len(widths) != 1 or not all(_is_number(item) for line in lines for item in line):
        return ""
    width = widths.pop()
    if width >= 5:
        return f"this looks like a log of bytes an interval, as of HSDPA or 4G drives: {TO_UPLINK}"
    if width == 2:
        return f"this looks like seconds and Mbit/s, as Pensieve has them: {TO_UPLINK}"
    return ""


def _table(start: str) -> str:
    line = start.splitlines()[0] if start.splitlines() else ""
    for sign, name in ((",", "commas"), (";", "semicolons"), ("\t", "tabs")):
        if sign in line:
            return (
                f"this is a table with {line.count(sign) + 1} columns, parted by {name}: keep the "
                "one column that is meant"
            )
    return "this looks like TOML: a scenario" if looks_like_toml(start) else ""


def looks_like_toml(text: str) -> bool:
    """Whether a text begins with a table or a key of TOML."""
    line = next((line for line in text.splitlines() if line.strip() and line[0] != "#"), "")
    return re.match(r"\[\[?[\w.]+\]\]?\s*$|[\w.]+\s*=", line) is not None


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def explained(allowed: str, text: str) -> str:
    """What is allowed, and what the text is instead where that is known."""
    words = what_it_is(text)
    return f"{allowed}; {words}" if words else allowed
