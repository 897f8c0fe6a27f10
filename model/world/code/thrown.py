"""Exceptions of code under review: which the platform answers with a 500, and which end the run.

An exception that a handler does not catch is an error of that one request, and a counted failure of
that one alarm (D1): the caller is told 500, and the object goes on. What no platform would run, a
port that there is none of, or wrong arguments to one, is a mistake in the use of the contract, and
ends the run; so does the event loop, which there is none of, a time that is taken for a number, and
what depends on the machine, such as how deep a stack may be.
"""

from __future__ import annotations

import re
from typing import Any

from lastchunk.model.base.blame import place_of_error
from lastchunk.model.base.errors import InputError, InternalError, name_of_class, text_of_error
from lastchunk.reference_impl.blobs import OPAQUE, Blobs
from lastchunk.reference_impl.clock import ALLOWED, Duration, Time
from lastchunk.reference_impl.contract import Browser, Context, Storage, Transaction
from lastchunk.reference_impl.effect import Effect

PORT_NAMES = {
    Transaction: "the transaction",
    Storage: "storage",
    Blobs: "blobs",
    Context: "the context",
    Browser: "the browser",
}
NOT_SIMULATED: dict[tuple[type, str | None], str] = {
    (Storage, "sql"): "get, put, list of keys, one for each row",
    (Storage, "kv"): "get, put, delete, list",
    (Storage, "transaction_sync"): "transaction",
    (Blobs, "list"): "head of each; a record in storage of what was put",
}
"""What the platform has there and the model has not, and what comes nearest to it."""
ARGS: Any = vars(BaseException)["args"]
ENDING = (InputError, InternalError, RecursionError, MemoryError)
NO_LOOP = "no running event loop"
EFFECT_NAMES = frozenset(effect.__name__ for effect in Effect.__subclasses__())
TIMES = re.compile(r"\b(Time|Duration)\b")
NO_TEXTS = re.compile(r"\b(Etag|BlobKey|BlobVersion|UploadId)\b")
"""What is no text, where the library of Python was given one."""


class CodeThrewError(Exception):
    """An exception that code did not catch, in words: its type, its line, its message."""


def ends_the_run(error: Exception) -> bool:
    """Whether an exception is no error of one request, but misuse of the contract."""
    if isinstance(error, ENDING) or _is_about_time(error) or _is_of_asyncio(error):
        return True
    if _is_about_a_text(error):
        return True
    if isinstance(error, AttributeError):
        return type(error.obj) in PORT_NAMES
    name, _, rest = _said(error).partition(".__init__() ")
    return isinstance(error, TypeError) and bool(rest) and name in EFFECT_NAMES


def _said(error: BaseException) -> str:
    """The text that an exception was made of; nothing is written out for it."""
    args = ARGS.__get__(error)  # a class may show others
    return args[0] if args and type(args[0]) is str else ""


def _is_about_time(error: BaseException) -> bool:
    """Whether the library was given a time, and wanted a number or a text."""
    if isinstance(error, AttributeError) and isinstance(error.obj, Time | Duration):
        return True
    return isinstance(error, TypeError) and TIMES.search(_said(error)) is not None


def _is_about_a_text(error: BaseException) -> bool:
    """Whether the library was given a value of the blob store's, and wanted a text."""
    return isinstance(error, TypeError) and NO_TEXTS.search(_said(error)) is not None


def _is_of_asyncio(error: BaseException) -> bool:
    """Whether it comes out of the event loop's own code."""
    last = error.__traceback__
    while last is not None and last.tb_next is not None:
        last = last.tb_next
    module = "" if last is None else str(last.tb_frame.f_globals.get("__name__", ""))
    return module.partition(".")[0] == "asyncio" or _said(error) == NO_LOOP


def error_words(error: BaseException) -> str:
    """An exception in words: its type, the line of the design, its message."""
    message = " ".join(re.sub(r" at 0x[0-9a-f]+", "", _message(error)).split())
    return f"{name_of_class(type(error))}{place_of_error(error)}: {message}".removesuffix(": ")


def _message(error: BaseException) -> str:
    if isinstance(error, AttributeError) and type(error.obj) in PORT_NAMES:
        port = type(error.obj)
        instead = NOT_SIMULATED.get((port, error.name))
        if instead is not None:
            return f"{PORT_NAMES[port]}.{error.name} is not simulated; allowed: {instead}"
        known = ", ".join(name for name in _names(port) if not name.startswith("_"))
        return f"{PORT_NAMES[port]} has no {error.name}; allowed: {known}"
    if _is_about_a_text(error):
        return f"{text_of_error(error)}; allowed: {OPAQUE}"
    return f"{text_of_error(error)}; {ALLOWED}" if _is_about_time(error) else text_of_error(error)


def _names(port: type) -> list[str]:
    return sorted({*vars(port), *getattr(port, "__slots__", ())})
