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
from lastchunk.model.scenario.delay import Model
from lastchunk.model.scenario.tables import read_table
from lastchunk.reference_impl.designs import DESIGNS

REQUEST = re.compile(r"(GET|POST|PUT|PATCH|DELETE) (/\S*)")
RPC = re.compile(r"rpc ([A-Za-z_]\w*)((?: \S+)*)")
PLACES = ("{chunk}", "{chunks}", "{body}", "{session}")
ALLOWED_CALL = 'such as "POST /chunks/{chunk}" or "rpc signalStop"'
IDENTIFIER = r"^[A-Za-z_]\w*$"


class OwnCall(NamedTuple):
    """How one of lastchunk's calls reaches the class: the method of HTTP, and the path."""

    verb: str
    path: str


def _checked_call(text: str) -> str:
    found = REQUEST.fullmatch(text) or RPC.fullmatch(text)
    if not found:
        raise ValueError(ALLOWED_CALL)
    for place in re.findall(r"\{[^}]*\}", text):
        if place not in PLACES:
            raise ValueError(f"{ALLOWED_CALL}; in braces {', '.join(PLACES)}")
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

    @property
    def query(self) -> str:
        """The query that shows the record; '' where it is stored under a key."""
        return self.record if self.record[:7].upper() == "SELECT " else ""

    def call(self, method: str, chunk: int, chunks: Any, session: str) -> OwnCall:
        """How a call of lastchunk's is sent."""
        text = {
            "create": self.create,
            "upload": self.upload,
            "signal_stop": self.stop,
            "finalize_session": self.finalize,
        }[method]
        assert text is not None
        values = {"{chunk}": chunk, "{chunks}": chunks, "{session}": session}
        rpc = RPC.fullmatch(text)
        if rpc is not None:
            words = [values.get(word, word) for word in rpc[2].split()]
            query = urlencode({"words": json.dumps([rpc[1], *words])})
            return OwnCall("POST", f"?{query}")
        verb, _, path = text.partition(" ")
        if chunks is None:  # a page that does not count its chunks says nothing of them
            path = re.sub(r"[?&][^?&=]*=\{chunks\}", "", path)
        for place, value in values.items():
            path = path.replace(place, str(value))
        return OwnCall(verb, path)

    def is_rpc(self, method: str) -> bool:
        """Whether a call is one of a method by its name."""
        text = {"create": self.create, "upload": self.upload, "signal_stop": self.stop}
        return text.get(method, self.finalize or "").startswith("rpc ")


def read_adapter(path: Path) -> Adapter:
    """The adapter of a file. Raises `InputError` with the first thing that is wrong with it."""
    allowed = "a readable TOML file with create, upload, stop, record"
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
