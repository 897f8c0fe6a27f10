"""An adapter: how a class of another shape is asked, and where its record is. Six lines of TOML.

``create``, ``upload`` and ``stop`` are requests (``"POST /chunks/{chunk}"``) or calls of a method
by its name (``"rpc signalStop"``); ``record`` is the key that the record is stored under, or the
query that shows it; ``status`` and ``count`` are fields of it.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple
from urllib.parse import urlencode

from pydantic import AfterValidator, Field

from lastchunk.model.base.errors import InputError
from lastchunk.model.base.toml_text import read_toml
from lastchunk.model.scenario.delay import Model
from lastchunk.model.scenario.tables import read_table
from lastchunk.model.typescript.binding.flat import IN_BRACES, RPC_WORDS, script_of
from lastchunk.model.typescript.binding.words import Binding, is_binding, read_binding_file
from lastchunk.reference_impl.designs import DESIGNS

REQUEST = re.compile(r"(GET|POST|PUT|PATCH|DELETE) (/\S*)(?: (.+))?")
BY_NAME = re.compile(r"[A-Za-z_$][\w$]*\(.*\)")
"""A call as it is written in TypeScript, as a binding has it: ``upload({ chunk, body })``."""
ALLOWED_CALL = 'such as "POST /chunks/{chunk}" or "rpc signalStop"'
WHICH = {"create": "create", "upload": "upload", "finalize_session": "finalize"}
"""The call that a method of lastchunk's is; any other is the stop."""
IDENTIFIER = r"^[A-Za-z_]\w*$"


class OwnCall(NamedTuple):
    """How one of lastchunk's calls reaches the class: the method of HTTP, and the path."""

    verb: str
    path: str
    body: str = ""


def _checked_call(text: str) -> str:
    if BY_NAME.fullmatch(text):
        return text
    if not (REQUEST.fullmatch(text) or RPC_WORDS.fullmatch(text)):
        raise ValueError(ALLOWED_CALL)
    for place in re.findall(r"\{[\w -]*\}", text):
        if place not in IN_BRACES:
            raise ValueError(f"{ALLOWED_CALL}; in braces {', '.join(IN_BRACES)}")
    return text


CallText = Annotated[str, AfterValidator(_checked_call)]
EnvName = Annotated[str, Field(pattern=IDENTIFIER)]
FieldPath = Annotated[str, Field(min_length=1)]
Status = Literal["active", "completed", "incomplete"]


class Adapter(Model):
    """How a class is asked, and where its record is."""

    create: CallText
    """What begins a session."""
    upload: CallText
    """What stores a chunk; the request's body is the chunk's."""
    stop: CallText
    """What the page's stop sends."""
    finalize: CallText | None = None
    """What a page that finalizes by itself sends; none where the object does it."""
    record: Annotated[str, Field(min_length=1)]
    """The storage key of the session's record, or a query (``SELECT ...``) that shows it."""
    status: FieldPath
    """The field of the record that has its status; a dot leads inside."""
    count: FieldPath
    """The field that has how many chunks are stored: a number, or a list that is counted."""
    statuses: dict[str, Status] = {}
    """The class's own words for a status, each with lastchunk's; they are the same by default."""
    page: str = "alarm"
    """The shipped design whose page sends the calls."""
    buckets: tuple[EnvName, ...] = ("BUCKET",)
    """The names of its R2 buckets."""
    services: tuple[EnvName, ...] = ("CONSUMER",)
    """The names of other services that it calls; who is called is the consumer."""
    texts: dict[EnvName, str] = {}
    """Variables of its environment."""
    flags: tuple[str, ...] = ()
    """Compatibility flags that it needs."""
    headers: dict[str, str] = {}
    """Headers of each request."""

    @property
    def query(self) -> str:
        """The query that shows the record; '' where it is stored under a key."""
        return self.record if self.record[:7].upper() == "SELECT " else ""

    def text_of(self, method: str) -> tuple[str, str]:
        """Which call a method of lastchunk's is, and how it is written. What is no create and no
        upload is the page's stop."""
        which = WHICH.get(method, "stop")
        text = {
            "create": self.create,
            "upload": self.upload,
            "stop": self.stop,
            "finalize": self.finalize,
        }[which]
        assert text is not None
        return which, text

    def call(self, method: str, chunk: int, chunks: Any, session: str) -> OwnCall:
        """How a call of lastchunk's is sent."""
        which, text = self.text_of(method)
        found = REQUEST.fullmatch(text)
        if found is None:
            words = [which, chunk, chunks, session, script_of(text).partition("(")[0]]
            query = urlencode({"words": json.dumps(words)})
            return OwnCall("POST", f"?{query}")
        verb, path, body = found.groups("")
        if chunks is None:  # a page that does not count its chunks says nothing of them
            path = re.sub(r"[?&][^?&=]*=\{chunks\}", "", path)
        values = {"{chunk}": chunk, "{chunks}": chunks, "{session}": session}
        for place, value in values.items():
            path, body = (part.replace(place, str(value)) for part in (path, body))
        return OwnCall(verb, path, body)

    def is_rpc(self, method: str) -> bool:
        """Whether a call is one of a method by its name."""
        return REQUEST.fullmatch(self.text_of(method)[1]) is None

    def scripts(self) -> dict[str, str]:
        """The calls by name, each as TypeScript."""
        calls = {"create": self.create, "upload": self.upload, "stop": self.stop}
        calls |= {} if self.finalize is None else {"finalize": self.finalize}
        return {
            which: script_of(text) for which, text in calls.items() if not REQUEST.fullmatch(text)
        }


def adapter_of(binding: Binding, stop_call: str) -> Adapter:
    """A binding as an adapter. Raises `InputError` where its page is not one that plays."""
    if binding.recorder:
        allowed = "a page in Python: the real runtime plays no page in TypeScript"
        raise InputError(f"{binding.file.name}: recorder", binding.recorder, allowed)
    record = binding.record
    kinds = {name: kind.split()[0] for name, kind in binding.env.items()}
    calls = dict(binding.calls)
    finalizes = stop_call == "finalize_session"
    return Adapter(
        create=calls["create"],
        upload=calls["upload"],
        stop=calls["stop"],
        finalize=calls["stop"] if finalizes else None,
        record=record.key,
        status=record.status,
        count=record.count,
        statuses=dict(record.words),  # type: ignore[arg-type]  # the reader has checked the words
        buckets=tuple(name for name, kind in kinds.items() if kind == "bucket"),
        services=tuple(name for name, kind in kinds.items() if kind == "consumer"),
        headers=binding.headers,
        page=binding.page,
    )


def read_adapter(path: Path, name: str = "") -> Adapter:
    """The adapter of a file, or the binding of the class of this name. Raises `InputError` with
    the first thing that is wrong with it."""
    allowed = "a readable TOML file with create, upload, stop, record"
    if is_binding(read_toml(path, "--adapter", allowed), name):
        binding = read_binding_file(path, name)
        page = DESIGNS.get(binding.page)
        if page is None:
            raise InputError(f"{path}: page", binding.page, f"one of {', '.join(DESIGNS)}")
        return adapter_of(binding, page.stop_call)
    adapter = read_table(path, "--adapter", allowed, Adapter)
    if adapter.page not in DESIGNS:
        raise InputError(f"{path}: page", adapter.page, f"one of {', '.join(DESIGNS)}")
    if adapter.finalize is None and DESIGNS[adapter.page].stop_call == "finalize_session":
        raise InputError(
            f"{path}: finalize", None, f"a call, which the page of {adapter.page} sends"
        )
    return adapter


def record_of(adapter: Adapter, value: Any) -> tuple[str, int]:
    """Status and count of a record that was written. Raises `InputError`."""
    status, count = _field(adapter, "status", value), _field(adapter, "count", value)
    status = adapter.statuses.get(str(status), status)
    known = Status.__args__  # type: ignore[attr-defined]  # a Literal has them
    if status not in known:
        allowed = f"one of {', '.join(known)}, or a line in [statuses]"
        raise InputError("adapter: status", status, allowed)
    if isinstance(count, list | dict):
        count = len(count)
    if type(count) is not int:
        raise InputError("adapter: count", count, "a field with a whole number, or with a list")
    return str(status), count


def _field(adapter: Adapter, name: str, value: Any) -> Any:
    path = getattr(adapter, name)
    for step in path.split("."):
        if not isinstance(value, dict) or step not in value:
            known = ", ".join(value) if isinstance(value, dict) else repr(value)
            raise InputError(f"adapter: {name}", path, f"a field of the record: {known}")
        value = value[step]
    return value
