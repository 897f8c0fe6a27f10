"""Requests and responses, addresses and headers, as far as they say what a session asks for."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from lastchunk.model.typescript.library.json_text import JsonNamespace
from lastchunk.model.typescript.runtime.facets import lift, tell_apart
from lastchunk.model.typescript.runtime.iteration import fields_now
from lastchunk.model.typescript.runtime.promises import Promise, promise_of
from lastchunk.model.typescript.runtime.running import running
from lastchunk.model.typescript.runtime.texts import seen_text, to_text
from lastchunk.model.typescript.runtime.values import (
    UNDEFINED,
    Facet,
    HostObject,
    range_error,
    refuse_here,
    type_error,
)
from lastchunk.reference_impl.contract import Chunk

PLAIN_ADDRESS = re.compile(r"https?://[a-z0-9.-]+(/[A-Za-z0-9._~/-]*)?(\?[^#\\]*)?(#.*)?")
OF_TEXT = "text/plain;charset=UTF-8"
"""What the platform says of a text that is sent."""
NO_BODY = (101, 204, 205, 304)


class ChunkBody(HostObject):
    """The bytes of a chunk. Nobody may look into them."""

    __slots__ = ("chunk",)
    WORD = "the body of an upload"

    def __init__(self, chunk: Chunk) -> None:
        self.chunk = chunk


class Headers(HostObject):
    """Headers; those of a request are the ones that the binding gives."""

    __slots__ = ("fields", "is_given")
    WORD = "headers"
    NAMES = frozenset(("get", "has", "set"))

    fields: dict[str, Any]

    def __init__(self, fields: Any = UNDEFINED, is_given: bool = False) -> None:
        if isinstance(fields, Headers):
            fields = dict(fields.fields)
        known = {} if fields is UNDEFINED or fields is None else fields_now(fields)
        self.fields = {name.lower(): to_text(value) for name, value in known.items()}
        self.is_given = is_given

    def get(self, name: Any = UNDEFINED, *_: Any) -> Any:
        """The header of a name; null where there is none."""
        key = seen_text(to_text(name)).lower()
        if self.is_given and key not in self.fields:
            what = "a header of a request that the binding gives"
            refuse_here(f"the header {key} of what is sent from elsewhere is not known", what)
        return self.fields.get(key)

    def has(self, name: Any = UNDEFINED, *_: Any) -> bool:
        """Whether there is one."""
        return self.get(name) is not None

    def set(self, name: Any = UNDEFINED, value: Any = UNDEFINED, *_: Any) -> Any:
        """Another one under a name."""
        self.fields[seen_text(to_text(name)).lower()] = to_text(value)
        return UNDEFINED

    def describe(self, body: Any, kind: str) -> None:
        """Say what a body is, where code has not: the platform does so of texts alone."""
        if body is not None and body is not UNDEFINED and not isinstance(body, HostObject):
            self.fields.setdefault("content-type", kind)


class SearchQuery(HostObject):
    """``URLSearchParams``, to read."""

    __slots__ = ("search",)
    WORD = "search parameters"
    NAMES = frozenset(("get", "has", "getAll", "toString"))

    def __init__(self, search: Any = "", *_: Any) -> None:
        if type(search) is not Facet and type(search) is not str:
            refuse_here("search parameters of what is no text", "a text")
        self.search: Any = search

    def get(self, name: Any = UNDEFINED, *_: Any) -> Any:
        """The first value of a name; null where there is none."""
        return (
            lift(_asked, self.search, name)
            if type(self.search) is Facet
            else _asked(self.search, name)
        )

    def has(self, name: Any = UNDEFINED, *_: Any) -> Any:
        """Whether there is one."""
        found = self.get(name)
        return (
            lift(lambda value: value is not None, found)
            if type(found) is Facet
            else found is not None
        )

    def getAll(self, name: Any = UNDEFINED, *_: Any) -> list[Any]:  # noqa: N802 - the platform's name
        """All values of a name."""
        search = tell_apart(self.search) if type(self.search) is Facet else self.search
        return [value for key, value in _pairs(search) if key == name]

    def toString(self, *_: Any) -> Any:  # noqa: N802 - the platform's name
        """As it stands behind the question mark."""
        refuse_here("search parameters as a text", "the values by name")


def _pairs(search: str) -> list[tuple[str, str]]:
    return parse_qsl(search.removeprefix("?"), keep_blank_values=True)


def _asked(search: str, name: Any) -> Any:
    return next((value for key, value in _pairs(search) if key == to_text(name)), None)


class Address(HostObject):
    """``URL``, to read."""

    __slots__ = (
        "hash",
        "host",
        "hostname",
        "href",
        "origin",
        "pathname",
        "protocol",
        "search",
        "searchParams",
    )
    WORD = "a URL"
    NAMES = frozenset(__slots__) | {"toString"}
    search: Any

    def __init__(self, href: Any = UNDEFINED, *more: Any) -> None:
        if any(item is not UNDEFINED for item in more):
            refuse_here("a URL with a base is not understood", "a whole address")
        self.href = seen_text(to_text(href))
        for name in ("pathname", "search", "hash", "host", "hostname", "origin", "protocol"):
            is_facet = type(self.href) is Facet
            setattr(
                self, name, lift(_part, self.href, name) if is_facet else _part(self.href, name)
            )
        self.searchParams = SearchQuery(self.search)

    def as_text(self) -> Any:
        """As a text."""
        return self.href

    def toString(self, *_: Any) -> Any:  # noqa: N802 - the platform's name
        """As a text."""
        return self.href


def _part(href: str, name: str) -> str:
    if not PLAIN_ADDRESS.fullmatch(href) or "/." in href or "//" in href.partition("://")[2]:
        if "://" not in href:
            raise type_error("Invalid URL string.")
        refuse_here(
            f"the address {href} is not understood", "http://, a host, a plain path, a query"
        )
    parts = urlsplit(href)
    made = {
        "pathname": parts.path or "/",
        "search": f"?{parts.query}" if parts.query else "",
        "hash": f"#{parts.fragment}" if parts.fragment else "",
        "origin": f"{parts.scheme}://{parts.netloc}",
        "protocol": f"{parts.scheme}:",
    }
    return made.get(name, parts.netloc)


class Message(HostObject):
    """What a request and a response have in common: headers, and a body that is read."""

    __slots__ = ("body", "headers")
    body: Any
    headers: Headers

    def json(self, *_: Any) -> Promise:
        """Its body as JSON."""
        return promise_of(JsonNamespace.parse(self.read()))

    def text(self, *_: Any) -> Promise:
        """Its body as a text."""
        return promise_of(self.read())

    def read(self) -> Any:
        """Its body, as far as it is a text."""
        if isinstance(self.body, ChunkBody):
            refuse_here("the bytes of a chunk as a text or as JSON", "arrayBuffer(), body")
        return "" if self.body is None or self.body is UNDEFINED else self.body


class Request(Message):
    """A request that the object is sent, or sends."""

    __slots__ = ("method", "url")
    WORD = "a request"
    NAMES = frozenset(
        ("url", "method", "headers", "body", "json", "text", "arrayBuffer", "blob", "bytes")
    )

    def __init__(self, url: Any = UNDEFINED, init: Any = UNDEFINED, *_: Any) -> None:
        given = {} if init is UNDEFINED else fields_now(init)
        self.url = url.href if isinstance(url, Address) else url
        self.method = given.get("method", "GET")
        self.headers = Headers(given.get("headers", UNDEFINED))
        self.body = given.get("body")
        self.headers.describe(self.body, OF_TEXT)

    def arrayBuffer(self, *_: Any) -> Promise:  # noqa: N802 - the platform's name
        """Its body, once all of it is there: what is put next waits for it."""
        if isinstance(self.body, ChunkBody):
            running.has_read_body = True
        return promise_of(self.body)

    blob = bytes = arrayBuffer


class ResponseObject(Message):
    """What a request is answered."""

    __slots__ = ("ok", "status")
    WORD = "a response"
    NAMES = frozenset(("status", "ok", "headers", "body", "json", "text"))

    def __init__(self, body: Any = None, init: Any = UNDEFINED, kind: str = OF_TEXT) -> None:
        given = {} if init is UNDEFINED else fields_now(init)
        status = given.get("status", 200)
        status = 200 if status is UNDEFINED else status
        if type(status) is not int or not (200 <= status <= 599 or status == 101):
            raise range_error(
                "Responses may only be constructed with status codes in the range 200 to 599"
            )
        if status in NO_BODY and body is not None and body is not UNDEFINED:
            raise type_error(
                "Response with null body status (101, 204, 205, or 304) cannot have a body."
            )
        self.status: int = status
        self.ok = 200 <= status < 300
        self.headers = Headers(given.get("headers", UNDEFINED))
        self.body = (
            None
            if body is UNDEFINED
            else body
            if isinstance(body, ChunkBody)
            else body and to_text(body)
        )
        self.headers.describe(body, kind)


class ResponseNamespace(HostObject):
    """``Response``"""

    __slots__ = ()
    WORD = "Response"
    NAMES = frozenset(("json",))
    INSTANCES = ResponseObject

    @staticmethod
    def construct(*given: Any) -> ResponseObject:
        """``new Response(body, init)``"""
        return ResponseObject(*given[:2])

    @staticmethod
    def from_elsewhere(status: int, body: Any = None) -> ResponseObject:
        """What another one has answered: its headers are not known."""
        made = ResponseObject(body, {"status": status})
        made.headers = Headers(is_given=True)
        return made

    @staticmethod
    def json(value: Any = UNDEFINED, init: Any = UNDEFINED, *_: Any) -> ResponseObject:
        """``Response.json(value, init)``"""
        return ResponseObject(JsonNamespace.stringify(value), init, "application/json")


class Constructor(HostObject):
    """A class of the platform's, to make one of it."""

    __slots__ = ("INSTANCES", "WORD")

    def __init__(self, kind: type) -> None:
        self.INSTANCES = kind
        self.WORD = kind.__name__  # type: ignore[misc]  # each is called as its class is

    def construct(self, *given: Any) -> Any:
        """``new URL(text)``"""
        return self.INSTANCES(*given)
