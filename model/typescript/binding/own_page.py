"""A page of a TypeScript class: what the browser tells a page calls the class's own methods."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

from lastchunk.model.base.errors import DesignError, InputError
from lastchunk.model.typescript.binding.modules import Modules, as_module
from lastchunk.model.typescript.host.bucket import Keys
from lastchunk.model.typescript.host.drive import not_understood, run_event
from lastchunk.model.typescript.host.kept import KeptByModules
from lastchunk.model.typescript.host.page import (
    BrowserObject,
    ChunkObject,
    HabitsObject,
    StopFlowCall,
    camel,
)
from lastchunk.model.typescript.host.storage import Record
from lastchunk.model.typescript.runtime.members import attribute
from lastchunk.model.typescript.runtime.running import running
from lastchunk.model.typescript.runtime.values import (
    ErrorObject,
    Thrown,
    is_callable,
    refuse_here,
)
from lastchunk.reference_impl.contract import StopFlowError

NEEDED = ("start", "data_available", "stop")
OPTIONAL_HOOKS = ("resume", "page_hide", "visibility_change", "freeze", "recorder_error")


class TypeScriptPage:
    """What every such page has, in front of its TypeScript class."""

    typescript: Modules
    name_of_file: str
    kept: KeptByModules
    record: ClassVar[Record] = Record()
    keys: ClassVar[Keys] = Keys()
    has_alarm = reads_at_once = False
    is_page = True

    def __init__(self, browser: Any, settings: Any, stop_flow: Any) -> None:
        self.browser = browser
        self.settings = settings
        running.begin(self)
        running.is_constructing = True
        try:
            super().__init__(BrowserObject(), HabitsObject(settings), StopFlowCall(stop_flow))  # type: ignore[call-arg]  # the class's own
        except Thrown as error:
            raise DesignError(f"{self.name_of_file}: the constructor throws: {error}") from None
        finally:
            running.is_constructing = False
        if running.issued:
            allowed = "in start()"
            refuse_here("the constructor asks the browser", allowed, running.issued[0].place)

    async def told(self, method: str, *given: Any) -> None:
        """The browser calls a method."""
        name = attribute(method)
        try:
            # A method in a variable would be one object of two calls under way: no two chunks could
            # change places any more.
            await run_event(self, lambda: getattr(self, name)(*given), is_whole=True)
        except Thrown as error:
            value = error.value
            if isinstance(value, ErrorObject) and getattr(value, ".name") == "StopFlowError":
                raise StopFlowError(getattr(value, ".message")) from None
            raise

    def asked(self, method: str, *given: Any) -> Any:
        """What the stop flow asks the page, at once."""
        handler: Any = getattr(self, attribute(method), None)
        if not is_callable(handler):
            where = self.name_of_file
            refuse_here(f"the stop flow asks for {method}(), which is not there", "a method", where)
        running.begin(self)
        try:
            answer = handler(*given)
        except Thrown:
            raise
        except Exception as error:
            not_understood(error)
        if running.issued:
            allowed = "what it has in its fields"
            refuse_here(f"{method}() asks the browser", allowed, running.issued[0].place)
        self.kept.check(self.name_of_file)
        return answer

    def uploads_waiting(self) -> Any:
        """Chunks queued or under way, by the page's own memory."""
        return self.asked("uploadsWaiting")

    def back_off(self, failures: int) -> tuple[Any, ...]:
        """The shortest and the longest wait before the next try, in ms."""
        answer = self.asked("backOff", failures)
        if type(answer) is not list or len(answer) != 2:
            where = self.name_of_file
            refuse_here("backOff() gives what is no pair", "[lowMs, highMs]", where)
        return tuple(answer)


async def _start(self: TypeScriptPage) -> None:
    await self.told("start")


async def _stopped(self: TypeScriptPage) -> None:
    await self.told("stop")


async def _data_available(self: TypeScriptPage, chunk: Any) -> None:
    await self.told("dataAvailable", ChunkObject(chunk))


async def _resume(self: TypeScriptPage, chunks: Any, recorded_ms: Any) -> None:
    await self.told("resume", [ChunkObject(chunk) for chunk in chunks], recorded_ms)


async def _page_hide(self: TypeScriptPage) -> None:
    await self.told("pageHide")


async def _visibility_change(self: TypeScriptPage, state: str) -> None:
    await self.told("visibilityChange", state)


async def _freeze(self: TypeScriptPage) -> None:
    await self.told("freeze")


async def _recorder_error(self: TypeScriptPage) -> None:
    await self.told("recorderError")


_TOLD: dict[str, Callable[..., Any]] = {
    "start": _start,
    "stop": _stopped,
    "data_available": _data_available,
    "resume": _resume,
    "page_hide": _page_hide,
    "visibility_change": _visibility_change,
    "freeze": _freeze,
    "recorder_error": _recorder_error,
}


def make_typescript_page(binding_file: Path, reference: str, module: str) -> tuple[type, set[Path]]:
    """The page of a class, ``recorder.ts:Recorder`` beside the binding, and its files. Raises
    `InputError` and `DesignError`."""
    where = f"{binding_file.name}: recorder"
    name_of_file, _, name = reference.rpartition(":")
    file = binding_file.parent / name_of_file
    if not name_of_file or file.suffix not in (".ts", ".mts") or not file.is_file():
        raise InputError(where, reference, "file.ts:Class, a file that exists")
    modules = Modules(module, {}, {})
    made, space = modules.names(file, [name])
    own = space[made.names[name]]
    if not isinstance(own, type):
        raise InputError(where, reference, "a class")
    for method in NEEDED:
        if not hasattr(own, attribute(camel(method))):
            allowed = "a class with start(), dataAvailable(chunk) and stop()"
            raise InputError(where, f"{reference}, which has no {camel(method)}()", allowed)
    members: dict[str, Any] = {
        method: work for method, work in _TOLD.items() if hasattr(own, attribute(camel(method)))
    }
    members |= {
        "__module__": module,
        "__qualname__": name,
        "__doc__": f"{name} of {file.name}.",
        "typescript": modules,
        "name_of_file": file.name,
        "kept": KeptByModules(modules),
    }
    files = set(modules.sources)
    as_module(module, file, sorted(files))
    return type(name, (TypeScriptPage, own), members), files
