"""What code keeps, in its fields and across an await, as nested tuples with identities.

Code can tell one object from an equal one by changing it: two names for one list are not two
lists. So each object that can change has an identity here: where it is met again, a reference
stands (`ObjectPlace`). Only what is listed may be kept; anything else raises `NotListed`, since
what is left out of a state would be a false proof.
"""

from __future__ import annotations

import enum
import functools
import gc
import inspect
import re
import types
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable, Iterable
from typing import Any

from lastchunk.model.explore.code.encode import (
    ATOMS,
    CHUNK,
    DICT,
    LIST,
    TIME_TYPES,
    Head,
    any_chunk,
    check_is_number,
    chunk_mark,
    field_name,
)
from lastchunk.model.explore.code.frames import AWAIT, SUSPENDABLE, Frame, NotListed, frames_of
from lastchunk.model.explore.code.kinds import (
    DICT_ITERATORS,
    DICT_VIEWS,
    ENUM_FIELDS,
    GETTERS,
    HIDDEN_OF_ERRORS,
    ITERATORS,
    KEEP_INSTEAD,
    STATELESS,
    is_of_world,
    is_plain,
)
from lastchunk.model.explore.code.places import MetObjects, ObjectPlace, Reference
from lastchunk.model.explore.code.sizes import Size
from lastchunk.model.explore.timing.instant import Instant, Span
from lastchunk.model.subset.held import fields_of
from lastchunk.model.world.code.handed import is_of_recorder
from lastchunk.model.world.code.program import Program
from lastchunk.reference_impl.clock import Duration, Time
from lastchunk.reference_impl.contract import Chunk
from lastchunk.reference_impl.effect import Effect


class Codes:
    """A number for each code, class and module, in the order in which they are met."""

    def __init__(self) -> None:
        self.numbers: dict[int, int] = {}
        self.kept: list[Any] = []

    def of(self, thing: Any) -> int:
        """The number of a thing that lives as long as the program does."""
        number = self.numbers.get(id(thing))
        if number is None:
            number = self.numbers[id(thing)] = len(self.kept)
            self.kept.append(thing)
        return number


class KeptEncoder:
    """Encodes all that one program keeps. ``fixed`` are objects that never change, by identity.

    ``check_chunk`` is that of the `Encoder` of the world.
    """

    def __init__(
        self, fixed: dict[int, int], codes: Codes, check_chunk: Callable[[Any], None] = any_chunk
    ) -> None:
        self.fixed = fixed
        self.codes = codes
        self.check_chunk = check_chunk
        self.met = MetObjects()

    def value(self, value: Any) -> Any:
        """A value as nested tuples. Raises `NotListed`."""
        kind = type(value)
        if kind in ATOMS:
            if kind is float:
                check_is_number(value)
            return value
        number = self.fixed.get(id(value))
        if number is not None:
            return (Head("fixed"), number)
        make = _MAKERS.get(kind)
        if make is not None:
            return make(self, value)
        if kind in _PLACED:
            return self.placed(value, _PLACED[kind])
        return self._other(value, kind)

    def values(self, values: Any) -> tuple[Any, ...]:
        """Several values in order."""
        return tuple([self.value(value) for value in values])

    def placed(self, value: Any, make: Callable[[KeptEncoder, Any], Any]) -> Any:
        """An object that can change: by content the first time, then by reference."""
        again = self.met.again(value)
        if again is not None:
            return again
        place = self.met.first(value)
        place.parts = make(self, value)
        return place

    def _other(self, value: Any, kind: type) -> Any:
        if is_of_world(value):
            return Head(kind.__name__)
        if isinstance(value, enum.Enum):
            return _enum(self, value)
        if isinstance(value, tuple):
            return _named_tuple(self, value)
        if isinstance(value, Chunk):
            return _chunk(self, value)
        if isinstance(value, BaseException):
            return self.placed(value, _error)
        if isinstance(value, type):
            return (Head("class"), self.codes.of(value))
        if kind in ITERATORS:
            return self.placed(value, _iterator)
        if kind in DICT_ITERATORS:
            return self.placed(value, _dict_iterator)
        if isinstance(value, Effect) or is_plain(kind):
            return self.placed(value, _object)
        raise NotListed(f"a value of type {kind.__name__}", KEEP_INSTEAD.get(kind.__name__, ""))

    def suspended(self, frames: Iterable[Any]) -> tuple[Any, ...]:
        """Where suspended code stands, and what it holds. Raises `NotListed`."""
        out: list[Any] = []
        for frame in frames:
            if not isinstance(frame, Frame):
                out.append(self.value(frame))
                continue
            out.append((self.codes.of(frame.code), frame.at, *frame.names))
            out += self._held(frame)
        return tuple(out)

    def _held(self, frame: Frame) -> list[Any]:
        try:
            return [self.value(item) for item in frame.values]
        except NotListed as error:
            place = f"line {frame.line}, in {frame.code.co_name}()"
            name = self._name_of(frame)
            raise NotListed(f"{place}: {name} holds {error.what}", error.instead) from None

    def _name_of(self, frame: Frame) -> str:
        """The first variable that may not be kept, in words."""
        for name, item in zip(frame.names, frame.values, strict=False):
            try:
                KeptEncoder(self.fixed, self.codes, self.check_chunk).value(item)
            except NotListed:
                return name
        return "an await"


def _enum(encoder: KeptEncoder, value: enum.Enum) -> Any:
    kind = type(value)
    if not vars(value).keys() <= ENUM_FIELDS:
        raise NotListed(f"an enum member with fields of its own ({value})", "a dataclass")
    # A class may have another `name`, and another `value`, and make members as it goes.
    if kind._member_map_.get(value._name_) is value:
        return (Head("enum"), encoder.codes.of(kind), value._name_)
    if isinstance(value, enum.Flag):
        return (Head("enum"), encoder.codes.of(kind), repr(value._value_))
    raise NotListed(f"a member of {kind.__name__} that its class does not list", "a listed one")


def _named_tuple(encoder: KeptEncoder, value: tuple[Any, ...]) -> Any:
    kind = type(value)
    if not hasattr(kind, "_fields") or getattr(value, "__dict__", None):
        raise NotListed(f"a value of type {kind.__name__}, a kind of tuple", "a dataclass")
    items = tuple.__iter__(value)  # a class may show others
    return (Head(kind.__name__), encoder.codes.of(kind), *encoder.values(items))


def _chunk(encoder: KeptEncoder, value: Chunk) -> Any:
    encoder.check_chunk(value)
    if not is_of_recorder(type(value)):
        return encoder.placed(value, _object)
    return (CHUNK, chunk_mark(value.index), encoder.value(value.size_bytes))


def _error(encoder: KeptEncoder, value: BaseException) -> Any:
    hidden = [
        (field_name(name), encoder.value(getattr(value, name)))
        for cls in type(value).__mro__
        for name, member in vars(cls).items()
        if isinstance(member, types.MemberDescriptorType | types.GetSetDescriptorType)
        and name not in HIDDEN_OF_ERRORS
        and hasattr(value, name)
    ]
    fields = [(field_name(name), encoder.value(item)) for name, item in sorted(vars(value).items())]
    args = encoder.values(ARGS.__get__(value))  # a class may have others of that name
    return (Head("error"), encoder.codes.of(type(value)), args, *hidden, *fields)


def _function(encoder: KeptEncoder, value: types.FunctionType) -> Any:
    """A function by its code, and all that is bound to it."""
    cells = encoder.values(value.__closure__ or ())
    defaults = encoder.values(value.__defaults__ or ())
    named = encoder.values((value.__kwdefaults__ or {}).items())
    fields = encoder.values(sorted(vars(value).items()))
    said = (value.__name__, value.__qualname__, value.__module__, value.__doc__)
    parts = (cells, defaults, named, fields, said)
    return (Head("function"), encoder.codes.of(value.__code__), *parts)


def _any_function(encoder: KeptEncoder, value: types.FunctionType) -> Any:
    bound = value.__closure__ or value.__defaults__ or value.__kwdefaults__ or vars(value)
    if bound or value.__code__.co_flags & inspect.CO_NESTED:  # == tells one from another
        return encoder.placed(value, _function)
    return (Head("function"), encoder.codes.of(value))


def _method(encoder: KeptEncoder, value: types.MethodType) -> Any:
    if isinstance(value.__self__, Program):
        return Head("clock")
    return (Head("method"), encoder.value(value.__func__), encoder.value(value.__self__))


def _builtin(encoder: KeptEncoder, value: Any) -> Any:
    owner = value.__self__
    if owner is None or isinstance(owner, types.ModuleType | type):
        return (Head("builtin"), value.__qualname__, encoder.codes.of(owner))
    return (Head("builtin"), value.__qualname__, encoder.value(owner))


def _partial(encoder: KeptEncoder, value: Any) -> Any:
    parts = (value.func, value.args, value.keywords, vars(value))
    return (Head("partial"), *encoder.values(parts))


def _cell(encoder: KeptEncoder, value: types.CellType) -> Any:
    try:
        return (Head("cell"), encoder.value(value.cell_contents))
    except ValueError:
        return (Head("empty cell"),)


def _iterator(encoder: KeptEncoder, value: Any) -> Any:
    return (Head(type(value).__name__), *encoder.values(value.__reduce__()[1:]))


def _getter(encoder: KeptEncoder, value: Any) -> Any:
    return (Head("getter"), *encoder.values(value.__reduce__()))


def _beside(encoder: KeptEncoder, value: Any) -> tuple[Any, ...]:
    """The fields that code has given to a dictionary of a library's class."""
    fields = sorted(vars(value).items())
    return ((Head("beside"), encoder.values(fields)),) if fields else ()


def _dict_iterator(encoder: KeptEncoder, value: Any) -> Any:
    owner = next((item for item in gc.get_referents(value) if isinstance(item, dict)), None)
    try:
        left = len(value.__reduce__()[1][0])
    except RuntimeError:  # where it stands in what is there now is nobody's to see
        left = -1
    if left != value.__length_hint__():
        raise NotListed("an iterator over a dict that has changed since", "a list of its keys")
    return (Head(type(value).__name__), left, encoder.value(owner))


def _dict_view(encoder: KeptEncoder, value: Any) -> Any:
    return (Head(type(value).__name__), encoder.value(gc.get_referents(value)[0]))


def _proxy(encoder: KeptEncoder, value: Any) -> Any:
    return (Head("mappingproxy"), encoder.value(gc.get_referents(value)[0]))


def _object(encoder: KeptEncoder, value: Any) -> Any:
    fields = fields_of(value)
    pairs = [(field_name(name), encoder.value(fields[name])) for name in sorted(fields)]
    return (Head(type(value).__name__), encoder.codes.of(type(value)), *pairs)


def _pairs(encoder: KeptEncoder, value: dict[Any, Any]) -> list[Any]:
    # Code may look at the order of a dictionary's keys.
    return [(encoder.value(key), encoder.value(item)) for key, item in value.items()]


def _set(encoder: KeptEncoder, value: Any) -> Any:
    parts = encoder.values(value)
    if any(isinstance(part, ObjectPlace | Reference) for part in parts):
        raise NotListed("a set of objects that are told apart by identity", "a list")
    # Its order shows where a loop goes through it, and hangs on how it came to be.
    return (Head(type(value).__name__), value.__sizeof__(), *parts)


def _suspended(encoder: KeptEncoder, value: Any) -> Any:
    if isinstance(value, types.CoroutineType):
        value.close()  # nobody will await it
        raise NotListed("a coroutine", KEEP_INSTEAD["coroutine"])
    if isinstance(value, types.GeneratorType) and value.gi_code is AWAIT:
        frame = value.gi_frame  # an effect that was made, and is awaited later or never
        made = None if frame is None else frame.f_locals["self"]
        return (Head("to await"), frame and frame.f_lasti, encoder.value(made))
    said = (value.__name__, value.__qualname__)
    return (Head(type(value).__name__), said, *encoder.suspended(frames_of(value)))


ARGS: Any = vars(BaseException)["args"]
_MAKERS: dict[type, Callable[[KeptEncoder, Any], Any]] = {
    tuple: KeptEncoder.values,
    Time: lambda encoder, value: (Head("time"), value._ms),
    Instant: lambda encoder, value: value,
    Span: lambda encoder, value: _duration(value),
    Duration: lambda encoder, value: _duration(value._ms),
    Size: lambda encoder, value: (Head("size"), value.media.end, value.media.start),
    frozenset: _set,
    types.FunctionType: _any_function,
    types.MethodType: _method,
    types.BuiltinFunctionType: _builtin,
    types.ModuleType: lambda encoder, value: (Head("module"), value.__name__),
    types.MappingProxyType: _proxy,
    re.Pattern: lambda encoder, value: (Head("pattern"), value.pattern, value.flags),
    **{kind: lambda encoder, value: (Head("plain"), repr(value)) for kind in STATELESS},
    slice: lambda encoder, value: (
        Head("slice"),
        *encoder.values((value.start, value.stop, value.step)),
    ),
    **{
        kind: lambda encoder, value: (Head("descriptor"), encoder.codes.of(value))
        for kind in (types.MethodDescriptorType, types.WrapperDescriptorType)
    },
    types.MethodWrapperType: _builtin,
}
_PLACED: dict[type, Callable[[KeptEncoder, Any], Any]] = {
    list: lambda encoder, value: (LIST, *encoder.values(value)),
    dict: lambda encoder, value: (DICT, *_pairs(encoder, value)),
    OrderedDict: lambda encoder, value: (
        Head("OrderedDict"),
        *_pairs(encoder, value),
        *_beside(encoder, value),
    ),
    Counter: lambda encoder, value: (
        Head("Counter"),
        *_pairs(encoder, value),
        *_beside(encoder, value),
    ),
    defaultdict: lambda encoder, value: (
        Head("defaultdict"),
        encoder.value(value.default_factory),
        *_pairs(encoder, value),
    ),
    deque: lambda encoder, value: (Head("deque"), value.maxlen, *encoder.values(value)),
    set: _set,
    bytearray: lambda encoder, value: (Head("bytearray"), bytes(value)),
    types.CellType: _cell,
    functools.partial: _partial,
    super: lambda encoder, value: (
        Head("super"),
        *encoder.values((value.__thisclass__, value.__self__)),
    ),
    **dict.fromkeys(GETTERS, _getter),
    **dict.fromkeys(DICT_VIEWS, _dict_view),
    **dict.fromkeys(SUSPENDABLE, _suspended),
}


def _duration(ms: Any) -> Any:
    """A duration: whole ms, two instants, or what else a scheduler counts in."""
    if type(ms) is Span:
        return (Head("duration"), ms.end, ms.start)
    return (Head("duration"), ms)


def keep_as_time(kind: type) -> None:
    """A scheduler counts in values of this type: code may keep them, and a state marks them."""
    TIME_TYPES.add(kind)
    _MAKERS[kind] = lambda encoder, value: value
