"""Members: to read, set, call and delete them; what a value does not have is refused by name.

JavaScript answers undefined for what it does not know. Here that is so for plain objects alone:
whatever else lacks a member that the text names, ends the run with its line.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from types import MethodType
from typing import Any

from lastchunk.model.typescript.runtime.facets import has_one, lift, tell_apart
from lastchunk.model.typescript.runtime.matches import MatchArray
from lastchunk.model.typescript.runtime.texts import property_key, units
from lastchunk.model.typescript.runtime.values import (
    UNDEFINED,
    ErrorObject,
    Facet,
    HostObject,
    Object,
    is_callable,
    refuse_here,
    type_error,
)
from lastchunk.reference_impl.clock import driven

METHOD_TABLE: dict[type, dict[str, Callable[..., Any]]] = {}
"""What values of Python's own types can do, by name. The library fills it."""
WORDS = {list: "an array", str: "a text", int: "a number", float: "a number", bool: "a boolean"}
OF_ALL_OBJECTS = frozenset(
    [
        "constructor",
        "__proto__",
        "hasOwnProperty",
        "isPrototypeOf",
        "propertyIsEnumerable",
        "toLocaleString",
        "toString",
        "valueOf",
        "__defineGetter__",
        "__defineSetter__",
        "__lookupGetter__",
        "__lookupSetter__",
    ]
)
"""What every object inherits, and what only a few calls of are understood."""


OWN_FIELDS = "fields"
"""Where a class says which fields it has; no member is called so, each begins with a dot."""


def attribute(key: Any) -> str:
    """A member's name as an attribute of Python's."""
    return f".{key}"


def static_attribute(key: Any) -> str:
    """A static member's name, as an attribute of its class: an instance does not have it."""
    return f":{key}"


def word_of(owner: Any) -> str:
    """What a value is, in words."""
    if isinstance(owner, HostObject):
        return owner.WORD
    if isinstance(owner, type):
        return f"the class {owner.__name__}"
    if isinstance(owner, Object):
        return f"a {type(owner).__name__.partition('·')[0]}"
    return WORDS.get(type(owner), "a function" if is_callable(owner) else "this value")


def lacking(owner: Any, key: Any) -> Any:
    """Refuse a member that is not there, or not understood."""
    known = (
        sorted(owner.NAMES)
        if isinstance(owner, HostObject)
        else sorted(METHOD_TABLE.get(type(owner), ()))
    )
    refuse_here(f"{key} of {word_of(owner)} is not understood", ", ".join(known))


def get_member(owner: Any, key: Any) -> Any:
    """``a.b`` and ``a[b]``"""
    kind = type(owner)
    if type(key) is Facet:
        if kind is Facet or kind is str:
            return lift(get_member, owner, key)
        key = tell_apart(key)
    if kind is dict:
        key = key if type(key) is str else str(key)
        if key in owner:
            return owner[key]
        return UNDEFINED if key not in OF_ALL_OBJECTS else lacking(owner, key)
    if kind is list or kind is str:
        return _item(owner, key)
    if owner is None or owner is UNDEFINED:
        name = "null" if owner is None else "undefined"
        raise type_error(f"Cannot read properties of {name} (reading '{key}')")
    if kind is Facet:
        return lift(get_member, owner, key)
    if isinstance(owner, HostObject):
        if isinstance(owner, MatchArray) and key not in owner.NAMES:
            return _item(owner.items, key)
        return getattr(owner, key) if key in owner.NAMES else lacking(owner, key)
    found = _of_object(owner, key)
    if type(found) is MethodType and attribute(key) not in vars(owner):
        # JavaScript would forget whose it is, and the first `this` in it would throw.
        refuse_here(f"the method {key} without a call", f"() => this.{key}(), or bind(this)")
    return found


def _item(owner: Any, key: Any) -> Any:
    if type(key) is str and key.isdigit() and str(int(key)) == key:
        key = int(key)
    if type(key) is int:
        if type(owner) is str:
            units(owner)
        return owner[key] if 0 <= key < len(owner) else UNDEFINED
    if key == "length":
        return len(units(owner)) if type(owner) is str else len(owner)
    if key in METHOD_TABLE[type(owner)]:
        refuse_here(f"the method {key} of {word_of(owner)} without a call", "a call of it")
    return lacking(owner, key)


def _of_object(owner: Any, key: Any) -> Any:
    if isinstance(owner, (Object, type)):
        name = static_attribute(key) if isinstance(owner, type) else attribute(key)
        found = getattr(owner, name, owner)  # no member of an object is the object itself
        if found is not owner or vars(owner).get(name) is owner:
            return found
    if hasattr(type(owner), static_attribute(key)) and key not in OF_ALL_OBJECTS:
        _check_not_private(key)
        return UNDEFINED
    if isinstance(owner, ErrorObject) and key == "cause":
        return UNDEFINED
    return lacking(owner, key)


def _check_not_private(key: Any) -> None:
    """Refuse, as JavaScript does, a private static member of an instance, which has none."""
    name = str(key).partition(" of ")[0]
    if name.startswith("#"):
        said = "to an object whose class did not declare it"
        raise type_error(f"Cannot access private member {name} {said}")


def set_member(owner: Any, key: Any, value: Any) -> Any:
    """``a.b = c``"""
    if type(key) is Facet:
        key = tell_apart(key)
    kind = type(owner)
    if kind is dict:
        if key in ("__proto__", "constructor"):
            refuse_here(f"a member that is called {key}", "another name")
        owner[key if type(key) is str else str(key)] = value
    elif kind is list:
        _put_item(owner, key, value)
    elif isinstance(owner, HostObject):
        if key not in owner.CHANGES:
            refuse_here(f"a change of {key} of {owner.WORD}", ", ".join(sorted(owner.CHANGES)))
        setattr(owner, key, value)
    elif isinstance(owner, Object):
        if isinstance(getattr(type(owner), attribute(key), None), property):
            _put_property(owner, key, value)
        else:
            if key[:1] == "#" and hasattr(type(owner), static_attribute(key)):
                _check_not_private(key)
            setattr(owner, attribute(key), value)
    elif owner is None or owner is UNDEFINED:
        name = "null" if owner is None else "undefined"
        raise type_error(f"Cannot set properties of {name} (setting '{key}')")
    else:
        refuse_here(f"a change of {key} of {word_of(owner)}", "a field of an object")
    return value


def _put_property(owner: Any, key: Any, value: Any) -> None:
    made = getattr(type(owner), attribute(key))
    if made.fset is None:
        raise type_error(f"Cannot set property {key} which has only a getter")
    made.fset(owner, value)


def _put_item(owner: list[Any], key: Any, value: Any) -> None:
    if type(key) is str and key.isdigit():
        key = int(key)
    if type(key) is int and 0 <= key < len(owner):
        owner[key] = value
    elif type(key) is int and key == len(owner):
        owner.append(value)
    elif key == "length" and type(value) is int and 0 <= value <= len(owner):
        del owner[value:]
    else:
        refuse_here(f"the place {key} of an array of {len(owner)}", "the next one, or push()")


def entry_key(key: Any) -> str:
    """The key of an entry of a plain object."""
    return str(property_key(tell_apart(key) if type(key) is Facet else key))


def put_static(owner: type, key: str, value: Any) -> None:
    """A static field of a class, as its module is loaded."""
    setattr(owner, static_attribute(key), value)


def delete_member(owner: Any, key: Any) -> bool:
    """``delete a.b``"""
    key = tell_apart(key) if type(key) is Facet else key
    if type(owner) is not dict:
        if owner is None or owner is UNDEFINED:
            raise type_error("Cannot convert undefined or null to object")
        refuse_here(f"delete of {key} of {word_of(owner)}", "of a plain object")
    owner.pop(key if type(key) is str else str(key), None)
    return True


def has_key(key: Any, owner: Any) -> bool:
    """``a in b``"""
    key = property_key(tell_apart(key) if type(key) is Facet else key)
    if type(owner) is dict:
        if key in OF_ALL_OBJECTS:
            refuse_here(f"{key!r} in an object", "Object.hasOwn()")
        return str(key) in owner
    if type(owner) is list:
        number = int(key) if type(key) is str and key.isdigit() else key
        return number == "length" or (type(number) is int and 0 <= number < len(owner))
    if isinstance(owner, Object) and not isinstance(owner, ErrorObject):
        if key in OF_ALL_OBJECTS:
            refuse_here(f"{key!r} in an object", "a name of its class")
        return hasattr(owner, attribute(key))
    if isinstance(owner, str | int | float | bool | None) or owner is UNDEFINED:
        raise type_error(f"Cannot use 'in' operator to search for '{key}'")
    return bool(lacking(owner, f"{key!r} in"))


def call(owner: Any, key: Any, *given: Any) -> Any:
    """``a.b(c)``"""
    if type(owner) is MatchArray:
        owner = owner.items
    table = METHOD_TABLE.get(type(owner))
    if table is not None:
        return _call_method(owner, key, table, given)
    if type(owner) is dict:
        return _call_entry(owner, key, given)
    if isinstance(owner, HostObject):
        if key not in owner.NAMES:
            lacking(owner, key)
        return call_function(getattr(owner, key), *given)
    if type(owner) is Facet:
        if any(map(is_callable, given)):
            return call(tell_apart(owner), key, *given)
        return lift(call, owner, key, *given)
    return call_function(_to_call(owner, key), *given, named=key)


def _to_call(owner: Any, key: Any) -> Any:
    """The function of ``a.b(c)``, where ``a`` is neither an array nor a plain object."""
    if isinstance(owner, Object | type) and type(key) is str and not isinstance(owner, HostObject):
        return _of_object(owner, key)
    return get_member(owner, key)


def bind_method(owner: Any, key: Any, *given: Any) -> Any:
    """``a.b.bind(a, c)``"""
    if isinstance(owner, HostObject) or METHOD_TABLE.get(type(owner)) is not None:
        refuse_here(f"bind() of {key} of {word_of(owner)}", "an arrow function")
    function = _to_call(owner, key)
    if not given or (type(function) is MethodType and function.__self__ is not given[0]):
        refuse_here("bind() to another object than that whose method it is", "an arrow function")
    if not is_callable(function):
        raise type_error(f"{key}.bind is not a function")
    return partial(function, *given[1:])


def _call_method(owner: Any, key: Any, table: dict[str, Any], given: tuple[Any, ...]) -> Any:
    if _is_place(owner, key):
        return call_function(_item(owner, key), *given, named=f"the item {key}")
    if key not in table:
        lacking(owner, key)
    method = table[key]
    if type(owner) is not list and has_one(given):
        if any(map(is_callable, given)):
            return method(owner, *[tell_apart(i) if type(i) is Facet else i for i in given])
        return lift(call, owner, key, *given)
    return method(owner, *given)


def _call_entry(owner: dict[str, Any], key: Any, given: tuple[Any, ...]) -> Any:
    if str(key) not in owner and key == "hasOwnProperty" and given:
        name = property_key(tell_apart(given[0]) if type(given[0]) is Facet else given[0])
        return str(name) in owner
    return call_function(get_member(owner, key), *given, named=key)


def _is_place(owner: Any, key: Any) -> bool:
    """Whether a member is an item of an array."""
    return type(owner) is list and (type(key) is int or (type(key) is str and key.isdigit()))


def call_function(function: Any, *given: Any, named: Any = "it") -> Any:
    """``a(b)``"""
    if isinstance(function, type) and not issubclass(function, ErrorObject):
        raise type_error(f"Class constructor {function.__name__} cannot be invoked without 'new'")
    if not is_callable(function):
        if hasattr(function, "INSTANCES"):
            refuse_here(f"a call of {word_of(function)} without new", "new")
        raise type_error(f"{named} is not a function")
    return function(*given)


def bound(owner: Any, key: Any) -> Any:
    """The function of ``a.b?.(c)``, or what stands in its place."""
    if METHOD_TABLE.get(type(owner)) is not None and not _is_place(owner, key):
        method = METHOD_TABLE[type(owner)].get(key) or lacking(owner, key)
        return lambda *given: method(owner, *given)
    if isinstance(owner, Object) and not isinstance(owner, HostObject):
        return getattr(owner, attribute(key), None) or get_member(owner, key)
    return get_member(owner, key)


def not_nullish(owner: Any, key: Any) -> Any:
    """Whose method is called: known before what it is given is worked out."""
    if owner is None or owner is UNDEFINED:
        name = "null" if owner is None else "undefined"
        raise type_error(f"Cannot read properties of {name} (reading '{key}')")
    return owner


def call_super(own: type, this: Any, key: str, *given: Any) -> Any:
    """``super.a(b)``"""
    found = getattr(super(own, this), attribute(key), None)
    if found is None:
        refuse_here(f"{key} of super is not understood", "a method of a class of these files")
    return call_function(found, *given, named=key)


def super_init(own: type) -> Any:
    """The constructor of the class that a class extends."""
    return own.__mro__[1].__init__  # type: ignore[misc]  # it is told whose it is


def declares_fields(kind: type, *names: str) -> None:
    """A class has fields. Refuses one whose getter has the name of a field, of which JavaScript
    would see the field."""
    setattr(kind, OWN_FIELDS, names)
    for cls in kind.__mro__:
        for name in vars(cls).get(OWN_FIELDS, ()):
            if isinstance(getattr(kind, attribute(name), None), property):
                refuse_here(f"{name} is a field of a class and a getter of another one", "one name")


def base_class(value: Any) -> type:
    """What a class extends."""
    made = getattr(value, "INSTANCES", value)
    if isinstance(made, type) and issubclass(made, Object):
        return made
    refuse_here(
        "a class that extends this is not understood",
        "DurableObject, Error, a class of these files",
    )


def new(kind: Any, *given: Any) -> Any:
    """``new A(b)``"""
    if isinstance(kind, type) and issubclass(kind, Object):
        return kind(*given)
    make = getattr(kind, "construct", None)
    if make is not None:
        return make(*given)
    if not isinstance(kind, HostObject) and not is_callable(kind):
        raise type_error("it is not a constructor")
    refuse_here(f"new of {word_of(kind)} is not understood", "a class")


def is_loading() -> bool:
    """Whether a module is loaded, and no code of a session runs."""
    return driven.program is None
