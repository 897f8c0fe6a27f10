"""A design of a TypeScript class: the contract's methods, each of which calls the class's own."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from typing import Any

from lastchunk.model.base.errors import DesignError, InputError
from lastchunk.model.subset.held import SAID_UNCHANGED
from lastchunk.model.typescript.binding.calls import ROUTE, ObjectCall, as_response
from lastchunk.model.typescript.binding.modules import Modules
from lastchunk.model.typescript.binding.page_settings import page_settings_of
from lastchunk.model.typescript.binding.unchanging import unchanging_fields
from lastchunk.model.typescript.binding.words import Binding
from lastchunk.model.typescript.host.bucket import Keys
from lastchunk.model.typescript.host.context import CONSUMER, Env, StateObject
from lastchunk.model.typescript.host.drive import run_event
from lastchunk.model.typescript.host.kept import KeptByModules
from lastchunk.model.typescript.host.stored import AT_ONCE_NAMES
from lastchunk.model.typescript.parse.tree import walk_nodes
from lastchunk.model.typescript.runtime.members import attribute
from lastchunk.model.typescript.runtime.running import running
from lastchunk.model.typescript.runtime.values import UNDEFINED, Thrown, refuse_here
from lastchunk.reference_impl.contract import COMPLETED, AlarmInfo, Chunk, Response

OF_CONTRACT = ("create", "upload", "alarm", "construct", "stop_flow")


class TypeScriptDesign:
    """What every such design has, in front of its TypeScript class."""

    typescript: Modules
    calls: dict[str, ObjectCall]
    env: Env
    name_of_file: str
    record: Any
    keys: Keys
    kept: KeptByModules
    stop_call: str
    is_read: bool
    has_alarm: bool
    reads_at_once: bool
    """Whether it asks storage for anything without a wait."""

    def __init__(self, ctx: Any, settings: Any) -> None:
        self.settings = settings
        if not hasattr(type(self), "construct"):
            self.constructed()
            if running.issued:
                raise DesignError(
                    f"{self.name_of_file}: the constructor asks for something of the platform; "
                    "allowed: within blockConcurrencyWhile(...) in the constructor's own text"
                )

    def constructed(self) -> Any:
        """Run the constructor of the TypeScript class."""
        stored = running.stored if self.reads_at_once else None
        running.begin(self)
        running.stored = stored
        running.is_constructing = True
        try:
            super().__init__(StateObject(), self.env)  # type: ignore[call-arg]  # the class's own
        except Thrown as error:
            raise DesignError(f"{self.name_of_file}: the constructor throws: {error}") from None
        finally:
            running.is_constructing = False
        return UNDEFINED

    async def create(self) -> Response:
        """The session is made."""
        return await self.served("create", None, UNDEFINED)

    async def upload(self, chunk: Chunk) -> Response:
        """A chunk arrives."""
        return await self.served("upload", chunk, UNDEFINED)

    async def served(self, which: str, chunk: Chunk | None, count: Any) -> Response:
        """One call of the object."""
        call = self.calls[which]
        answer = await run_event(self, call.begin(self, chunk, count))
        return as_response(answer, self.is_read, call.route is not None)

    async def alarm(self, info: AlarmInfo) -> None:
        """The alarm goes off."""
        handler = getattr(self, attribute("alarm"), None)
        if handler is None:
            return
        told = {"retryCount": info.retry_count, "isRetry": info.is_retry}
        await run_event(self, lambda: handler(told))


async def _construct(self: TypeScriptDesign) -> None:
    """What the constructor has begun, before the first event (R3)."""
    await run_event(self, self.constructed, is_whole=True)


async def _stop_with_count(self: TypeScriptDesign, count: Any = UNDEFINED) -> Response:
    return await self.served("stop", None, count)


async def _stop(self: TypeScriptDesign, count: Any = UNDEFINED) -> Response:
    if count is not UNDEFINED:
        where = f"{Path(self.name_of_file).stem}.toml: calls.stop: {self.calls['stop'].what!r}"
        allowed = (
            "a call with {chunks}, since the page tells it how many there are; or another page"
        )
        refuse_here("it does not take what the page gives", allowed, where)
    return await self.served("stop", None, UNDEFINED)


def _setting_values(name: str, modules: Modules, file: Path, binding: Binding) -> dict[str, Any]:
    """What each setting is in the file."""
    values: dict[str, Any] = {}
    for setting, text in binding.settings.items():
        reader = Modules(name, {}, {})
        alone = re.split(r"[:=]", text)[-1].strip()
        value = (
            reader.value(file, text) if text.isidentifier() else reader.number(binding.file, alone)
        )
        if type(value) not in (int, float):
            raise InputError(
                f"{binding.file.name}: settings.{setting}", text, "a number of the file"
            )
        values[setting] = value
    return values


def _check_settings(modules: Modules, binding: Binding) -> None:
    """Refuse a setting that the class does not use, or that stands in more than one place."""
    counts: dict[str, int] = {}
    for each, _ in modules.translated:
        for key, count in each.module.used_settings.items():
            counts[key] = counts.get(key, 0) + count
    for setting, text in binding.settings.items():
        if counts.get(setting) != 1:
            where = f"{binding.file.name}: settings.{setting}"
            found = "no place" if setting not in counts else f"{counts[setting]} places"
            allowed = "a constant, or what stands in one place: `5 * 1000`, `grace_ms: 5_000`"
            raise InputError(where, f"{text}, which stands in {found}", allowed)


def _words_of(modules: Modules) -> set[str]:
    """The names and texts that stand in what the class uses."""
    known: set[str] = set()
    for each, _ in modules.translated:
        for node in (part for top in each.nodes for part in walk_nodes(top)):
            if node.type in ("string_fragment", "template_string") or "identifier" in node.type:
                known.add(each.source.text(node))
    return known


def _check_calls(known: set[str], binding: Binding) -> None:
    """Refuse a call of what the class does not have."""
    for key, what in binding.calls.items():
        method = "fetch" if ROUTE.fullmatch(what) else what.partition("(")[0].strip()
        if method.isidentifier() and method not in known:
            where = f"{binding.file.name}: calls.{key}"
            allowed = "a method of the class, or a request such as POST /create to its fetch()"
            raise InputError(where, f"{what}; {method} stands nowhere in the class", allowed)


def _check_record(known: set[str], binding: Binding) -> None:
    """Refuse a record that the class says nothing of: no schedule would ever complete it."""
    record = binding.record
    if record.query:  # its words stand within others, the statements
        known = known | {word for text in known for word in re.findall(r"\w+", text)} | {record.key}
    words = dict(record.words)
    completed = next((own for own, word in words.items() if word == COMPLETED), COMPLETED)
    for key, word in (
        ("key", record.key),
        ("status", record.status),
        ("count", record.count),
        (COMPLETED, completed),
    ):
        if not known.issuperset(word.split(".")) and word not in known:
            where = f"{binding.file.name}: record.{key}"
            allowed = "what the class calls it, in a table [record]: key, status, count, completed"
            raise InputError(where, f"{word}, which stands nowhere in what the class uses", allowed)


def make_typescript_design(file: Path, name: str, module: str, binding: Binding, page: Any) -> type:
    """The design of a class. ``page`` is the design whose page it has."""
    constants = {text: key for key, text in binding.settings.items() if text.isidentifier()}
    literals = {key: text for key, text in binding.settings.items() if not text.isidentifier()}
    modules = Modules(module, constants, literals)
    made, space = modules.names(file, [name])
    own = space[made.names[name]]
    if not isinstance(own, type):
        raise InputError("--design", f"{file}:{name}", "a class")
    _check_settings(modules, binding)
    known = _words_of(modules)
    _check_calls(known, binding)
    _check_record(known, binding)
    values = _setting_values(module, modules, file, binding)
    of_page = page_settings_of(page, values)
    values |= of_page
    settings = dataclasses.make_dataclass(
        f"{name}Settings",
        [(key, type(value), dataclasses.field(default=value)) for key, value in values.items()],
        frozen=True,
    )
    stop_call = page.stop_call
    members = {
        "__module__": module,
        "__qualname__": name,
        "__doc__": f"{name} of {file.name}.",
        "Settings": settings,
        "stop_call": stop_call,
        "notifies": any(kind.startswith(CONSUMER) for kind in binding.env.values()),
        "typescript": modules,
        "env": Env("\n".join(f"{key}={kind}" for key, kind in sorted(binding.env.items()))),
        "calls": {
            key: ObjectCall(f"{binding.file.name}: calls.{key}", what, binding.headers)
            for key, what in binding.calls.items()
        },
        "name_of_file": file.name,
        SAID_UNCHANGED: unchanging_fields(modules),
        "page_settings": (binding.page, frozenset(of_page)),
        "has_alarm": hasattr(own, attribute("alarm")),
        "reads_at_once": bool(known & AT_ONCE_NAMES),
        "record": binding.record,
        "keys": Keys(),
        "kept": KeptByModules(modules),
        "is_read": hasattr(page, "page"),
        "stop_flow": _stop_flow(page),
        "stop_flow_of_page": staticmethod(page.stop_flow),
    }
    for word in ("client", "page"):
        if hasattr(page, word):
            members[word] = getattr(page, word)
    if stop_call not in OF_CONTRACT:
        members[stop_call] = _stop_with_count if binding.takes_count else _stop
    if members["reads_at_once"] or any(
        "blockConcurrencyWhile" in text
        for each, _ in modules.translated
        for text in each.constructors
    ):
        members["construct"] = _construct
    return type(name, (TypeScriptDesign, own), members)


def _stop_flow(page: Any) -> Any:
    flow = page.stop_flow
    settings_of = page.Settings

    async def stop_flow(of_page: Any, settings: Any) -> None:
        """What the page does at the stop: that of the design whose page it is."""
        known = {field.name for field in dataclasses.fields(settings_of)}
        own = {k: v for k, v in dataclasses.asdict(settings).items() if k in known}
        await flow(of_page, settings_of(**own))

    return staticmethod(stop_flow)
