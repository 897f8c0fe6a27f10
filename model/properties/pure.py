"""A Python function in a property must be pure: the same state, the same answer, and no effect.

An exploration asks it of one state for all that are equal, in any order, and a worker asks it in
another process. So its code is looked at: it may read the state's documented names, its own locals,
plain constants and a few functions of Python that are pure; anything else is refused with its line.
"""

from __future__ import annotations

import builtins
import dis
import marshal
from collections.abc import Callable, Iterator
from types import CellType, CodeType, FunctionType
from typing import Any, NoReturn

from lastchunk.model.base.blame import place
from lastchunk.model.base.errors import InputError
from lastchunk.model.properties.names import STATE, refuse_property

PURE_CALLS = frozenset(
    ("abs", "all", "any", "bool", "int", "len", "max", "min", "sum", "range", "True", "False")
)
"""What a function may call. Nothing in it can tell one object from an equal one."""
PURE_METHODS = frozenset(("startswith", "endswith"))
PLAIN_TYPES = (int, str, float, bool, type(None), bytes)
FORBIDDEN = {
    "STORE_GLOBAL": "changes a global variable",
    "DELETE_GLOBAL": "changes a global variable",
    "STORE_ATTR": "changes an attribute",
    "DELETE_ATTR": "changes an attribute",
    "STORE_SUBSCR": "changes a container",
    "DELETE_SUBSCR": "changes a container",
    "IMPORT_NAME": "imports",
    "IMPORT_FROM": "imports",
    "LOAD_BUILD_CLASS": "makes a class",
    "YIELD_VALUE": "yields",
    "GET_AWAITABLE": "awaits",
    "IS_OP": "asks which object it is",
    "LOAD_SUPER_ATTR": "calls a base class",
    "SETUP_FINALLY": "catches exceptions",
    "CHECK_EXC_MATCH": "catches exceptions",
    "PUSH_EXC_INFO": "catches exceptions",
}
"""Instructions by which code depends on something else, or changes it. A generator expression
yields too: it is the one place where that is allowed."""


def check_pure(function: Callable[..., Any]) -> None:
    """Refuse a function that may depend on more than the state. Raises `InputError`."""
    code = getattr(function, "__code__", None)
    if not isinstance(code, CodeType):
        refuse_property("property", function, "a plain Python function of the state")
    if code.co_argcount != 1 or code.co_kwonlyargcount or code.co_flags & 0x2AC:
        refuse_code(code, code.co_firstlineno, "takes more than the state, or is no plain function")
    cells = getattr(function, "__closure__", None) or ()
    outside = {}
    for name, cell in zip(code.co_freevars, cells, strict=True):
        try:
            outside[name] = cell.cell_contents
        except ValueError:  # nothing was put into it yet
            refuse_code(code, code.co_firstlineno, f"uses {name}, which has no value yet")
        if not never_changes(outside[name]):
            refuse_code(code, code.co_firstlineno, f"uses {name}, which can change")
    for item in _nested(code):
        _check_code(item, function.__globals__, is_inner=item is not code)
        _check_sets(item, {**function.__globals__, **outside})
        _check_loops(item)


def _nested(code: CodeType) -> Iterator[CodeType]:
    yield code
    for item in code.co_consts:
        if isinstance(item, CodeType):
            yield from _nested(item)


def _check_code(code: CodeType, known: dict[str, Any], is_inner: bool) -> None:
    line = code.co_firstlineno
    is_generator = is_inner and code.co_name == "<genexpr>"
    for step in dis.get_instructions(code):
        line = (step.positions.lineno if step.positions else None) or line
        name, argument = step.opname, step.argval
        if name in ("LOAD_GLOBAL", "LOAD_NAME"):
            _check_global(code, line, str(argument), known)
        elif name in ("LOAD_ATTR", "LOAD_METHOD") and argument not in STATE | dict.fromkeys(
            PURE_METHODS
        ):
            refuse_code(code, line, f"reads {argument}")
        elif name == "STORE_DEREF" and argument in code.co_freevars:
            refuse_code(code, line, f"changes {argument} of the code around it")
        elif name in FORBIDDEN and not (is_generator and name in ("YIELD_VALUE",)):
            refuse_code(code, line, FORBIDDEN[name])


def _check_sets(code: CodeType, known: dict[str, Any]) -> None:
    """A set has no order that is the same in each process: it may be asked what is in it alone."""
    steps = list(dis.get_instructions(code))
    for step, following in zip(steps, [*steps[1:], None], strict=True):
        is_made = step.opname in ("BUILD_SET", "SET_ADD", "SET_UPDATE")
        is_named = step.opname in ("LOAD_GLOBAL", "LOAD_NAME", "LOAD_DEREF", "LOAD_CLASSDEREF")
        value = known.get(step.argval) if is_named else step.argval
        is_asked = following is not None and following.opname == "CONTAINS_OP"
        if is_made or (_has_set(value) and not (isinstance(value, frozenset) and is_asked)):
            line = (step.positions.lineno if step.positions else None) or code.co_firstlineno
            refuse_code(code, line, "takes a set for more than asking what is in it")


def _has_set(value: Any) -> bool:
    is_tuple = isinstance(value, tuple)
    return isinstance(value, frozenset) or (is_tuple and any(map(_has_set, value)))


def _check_loops(code: CodeType) -> None:
    """A loop goes over something that is there: any other may go on for ever."""
    steps = {step.offset: step for step in dis.get_instructions(code)}
    for step in steps.values():
        is_back = "JUMP" in step.opname and isinstance(step.argval, int)
        if is_back and step.argval <= step.offset and steps[step.argval].opname != "FOR_ITER":
            line = (step.positions.lineno if step.positions else None) or code.co_firstlineno
            refuse_code(code, line, "loops without an end in sight (while)")


def _check_global(code: CodeType, line: int, name: str, known: dict[str, Any]) -> None:
    if name in known:
        if not never_changes(known[name]):
            refuse_code(code, line, f"uses {name}, which is no plain constant")
    elif name not in PURE_CALLS or not hasattr(builtins, name):
        refuse_code(code, line, f"uses {name}")


def parts_of_function(function: Callable[..., Any]) -> tuple[Any, ...]:
    """What a pure function is made of, for another process: its code and plain values alone."""
    code = function.__code__
    names = {name for item in _nested(code) for name in item.co_names}
    known = {name: function.__globals__[name] for name in names if name in function.__globals__}
    plain = {name: value for name, value in sorted(known.items()) if never_changes(value)}
    cells = tuple(cell.cell_contents for cell in function.__closure__ or ())
    return marshal.dumps(code), plain, cells


def function_again(code: bytes, known: dict[str, Any], cells: tuple[Any, ...]) -> Any:
    """The function of these parts."""
    closure = tuple(CellType(value) for value in cells)
    return FunctionType(marshal.loads(code), known, None, None, closure)


def never_changes(value: Any) -> bool:
    """Whether a value can never change."""
    if isinstance(value, tuple | frozenset):
        return all(map(never_changes, value))
    return type(value) in PLAIN_TYPES


def refuse_code(code: CodeType, line: int, what: str) -> NoReturn:
    """Raise `InputError` with the line."""
    allowed = "a pure function of the state: its documented names, constants, and " + ", ".join(
        sorted(PURE_CALLS - {"True", "False"})
    )
    where = place(line, code.co_name, code.co_filename)
    raise InputError(f"property: its function {what}{where}", None, allowed)
