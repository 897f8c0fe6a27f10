"""Calls of the object: a request of a method and a path, or a call by its name (RPC)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from lastchunk.model.base.errors import DesignError, InputError
from lastchunk.model.typescript.host.context import OBJECT_NAME
from lastchunk.model.typescript.host.web import ChunkBody, Headers, Request, ResponseObject
from lastchunk.model.typescript.library.everywhere import namespace
from lastchunk.model.typescript.parse.tree import SourceText
from lastchunk.model.typescript.runtime.facets import lift, of_chunk, tell_apart
from lastchunk.model.typescript.runtime.members import call
from lastchunk.model.typescript.runtime.values import UNDEFINED, Facet, refuse_here, type_error
from lastchunk.model.typescript.translate.module import translate
from lastchunk.reference_impl.contract import Chunk, Response

ROUTE = re.compile(r"(GET|PUT|POST|DELETE|PATCH) (/\S*)(?: (.+))?")
PLACEHOLDERS = re.compile(r"\{(chunk|chunks|session)\}")
COUNT_OF_QUERY = re.compile(r"[?&][^?&=]*=\{chunks\}")
HOST = "https://object"


class ObjectCall:
    """One call as the binding says it. ``what`` is ``POST /create`` or ``createSession()``."""

    def __init__(self, where: str, what: str, headers: dict[str, str]) -> None:
        self.what = what
        self.headers = headers
        found = ROUTE.fullmatch(what)
        self.route = None if found is None else found.groups()  # suspended code keeps a call
        self.rpc = None if self.route is not None else _rpc(where, what)

    def begin(self, target: Any, chunk: Chunk | None, count: Any) -> Callable[[], Any]:
        """What begins it on an object."""
        index = UNDEFINED if chunk is None else of_chunk(chunk, int)
        body = UNDEFINED if chunk is None else ChunkBody(chunk)
        if self.rpc is not None:
            rpc = self.rpc
            return lambda: rpc(target, index, body, count, OBJECT_NAME)
        return lambda: call(target, "fetch", self._request(index, body, count))

    def _request(self, index: Any, body: Any, count: Any) -> Request:
        assert self.route is not None
        method, path, given = self.route
        if count is UNDEFINED:  # a page that does not count its chunks says nothing of them
            path = COUNT_OF_QUERY.sub("", path)
        made = Request(_filled(HOST + path, index, count), {"method": method})
        made.headers = Headers(self.headers, is_given=True)
        made.body = None if body is UNDEFINED else body
        if given is not None:
            made.body = _filled(given, index, count)
        return made


def _filled(text: str, index: Any, count: Any) -> Any:
    values = {"chunk": index, "chunks": count, "session": OBJECT_NAME}

    def with_values(index: Any, count: Any) -> str:
        known = {"chunk": index, "chunks": count, "session": OBJECT_NAME}
        return PLACEHOLDERS.sub(lambda found: str(known[found[1]]), text)

    used = set(PLACEHOLDERS.findall(text))
    if any(values[name] is UNDEFINED for name in used):
        refuse_here(
            f"{text!r} needs what this call does not have", "{chunk} in upload, {chunks} in stop"
        )
    return lift(with_values, index, count) if type(index) is Facet else with_values(index, count)


def _rpc(where: str, what: str) -> Any:
    """A call by name, as TypeScript: ``upload({ chunk, body })``."""
    text = f"export const rpc = (object, chunk, body, chunks, session) => object.{what};"
    try:
        made = translate(SourceText(Path(where), text.encode()), ["rpc"], {}, {})
    except DesignError as error:
        allowed = "as POST /create, or as createSession(), with chunk, body and chunks"
        raise InputError(where, what, f"{allowed} ({error})") from None
    space = namespace()
    exec(made.code, space)
    return space[made.names["rpc"]]


def as_response(answer: Any, is_read: bool, is_request: bool) -> Response:
    """What the page is answered. A call by name is a 200, unless it gives a status itself."""
    if isinstance(answer, ResponseObject):
        return Response(answer.status, _body_of(answer) if is_read else None)
    if is_request:
        raise type_error("Incorrect type for Promise: the Promise did not resolve to 'Response'.")
    status = tell_apart(answer) if type(answer) is Facet else answer
    is_status = type(status) is int and 200 <= status <= 599
    return Response(status if is_status else 200)


def _body_of(answer: ResponseObject) -> Any:
    body = answer.body
    if type(body) is not str:
        return None
    try:
        return json.loads(body)
    except ValueError:
        return body
