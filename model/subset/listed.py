"""The lists: which modules, built-in functions and attributes code of a design may use."""

from __future__ import annotations

LISTED_MODULES = frozenset(
    [
        "__future__",
        "abc",
        "base64",
        "binascii",
        "bisect",
        "builtins",
        "collections",
        "collections.abc",
        "contextlib",
        "copy",
        "dataclasses",
        "enum",
        "functools",
        "hashlib",
        "heapq",
        "itertools",
        "json",
        "logging",
        "math",
        "numbers",
        "operator",
        "re",
        "statistics",
        "string",
        "textwrap",
        "types",
        "typing",
        "typing_extensions",
        "unicodedata",
        "urllib.parse",
        "warnings",
        "zlib",
    ]
)
"""Modules of the standard library that compute, and look at nothing outside of the design."""

INSTEAD_OF_MODULES = {
    "random": "no draws: what happens by chance is the network's, in the scenario",
    "secrets": "no draws: what happens by chance is the network's, in the scenario",
    "uuid": "no draws: a name made of the chunk's index or a stored counter",
    "time": "ctx.now()",
    "datetime": "ctx.now()",
    "asyncio": "await one thing after the other; ctx.sleep(), ctx.wait_until()",
    "threading": "async methods",
    "os": "settings of the design",
    "sys": "settings of the design",
    "weakref": "the object itself",
    "pprint": "json.dumps, or an f-string",
    "reprlib": "json.dumps, or an f-string",
}


def is_listed_module(name: str) -> bool:
    """Whether a module is listed, or part of one that is."""
    parts = name.split(".")
    # A module in C has its name with an underscore before it.
    starts = (".".join(parts[:at]).lstrip("_") for at in range(1, len(parts) + 1))
    return any(start in LISTED_MODULES for start in starts)


def holds_listed(name: str) -> bool:
    """Whether a module is there for the listed ones within it, as urllib is."""
    return any(module.startswith(f"{name}.") for module in LISTED_MODULES)


def instead_of_module(name: str) -> str:
    """What to use instead of a module that is not listed."""
    first = name.partition(".")[0].lstrip("_")
    return INSTEAD_OF_MODULES.get(first, "the modules that docs/subset.md lists")


LOGGING = frozenset(
    (
        *("getLogger", "getChild", "name", "isEnabledFor", "getLevelName", "log"),
        *("debug", "info", "warning", "warn", "error", "exception", "critical", "fatal"),
        *("DEBUG", "INFO", "WARNING", "WARN", "ERROR", "CRITICAL", "FATAL", "NOTSET"),
    )
)
"""What is listed of the module logging, and of a logger."""

BUILTINS = {
    "id": "a number of your own",
    "hash": "the value itself",
    "open": "ctx.storage",
    "input": "settings of the design",
    "exec": "a method",
    "eval": "a method",
    "compile": "a method",
    "globals": "a field",
    "locals": "a dict",
    "vars": "the fields by name",
    "dir": "the fields by name",
    "memoryview": "bytes",
    "breakpoint": "nothing",
    "exit": "an exception",
    "quit": "an exception",
    "__import__": "an import at the top of the file",
}
"""Built-in functions that are refused, and what to use instead."""

ATTRIBUTES = {
    "__dict__": "the fields by name",
    "__code__": "a method",
    "__globals__": "a field",
    "__closure__": "a field",
    "__defaults__": "a field",
    "__kwdefaults__": "a field",
    "__subclasses__": "the class by name",
    "__traceback__": "a field of the exception",
    "__get__": "the attribute itself",
    "__getattribute__": "the attribute itself",
    "__hash__": "the value itself",
    "__sizeof__": "len",
    "__reduce__": "the fields by name",
    "__reduce_ex__": "the fields by name",
    "__set__": "an assignment",
    "__delete__": "del",
    "__annotations__": "the fields by name",
    "_value2member_map_": "the members by name",
    "_member_map_": "the members by name",
    "_member_names_": "the members by name",
    "_field_defaults": "the fields by name",
    "__slots__": "the fields by name",
    "__dataclass_fields__": "the fields by name",
    "__dataclass_params__": "the fields by name",
    "__match_args__": "the fields by name",
    "__abstractmethods__": "the methods by name",
    "__orig_bases__": "the classes by name",
    "__parameters__": "the classes by name",
    "__self__": "the object itself",
    "__func__": "the method itself",
    "__setattr__": "an assignment",
    "__delattr__": "del",
    "with_traceback": "raise",
    "_ms": "an operation on times",
}
"""Attributes that lead out of what is seen."""
MADE_BY = frozenset(("__init__", "__post_init__", "__setstate__"))
"""What makes an object, and would change one that is made."""
SAID_OF_CODE = frozenset(("__doc__", "__name__", "__qualname__", "__module__"))
"""What Python says of functions, generators and classes: it may be read, and not be changed."""
FRAMES = ("cr_", "gi_", "ag_", "f_back", "f_locals", "f_globals", "f_code", "tb_")
"""How the names of attributes begin that show code under way."""

METHODS = {
    "__del__": "what has to be done, where it has to be done",
    "__getattribute__": "a method",
    "__deepcopy__": "fields that can be copied",
}
"""Methods that a class may not have."""
EFFECTS = frozenset(
    [
        "get",
        "put",
        "delete",
        "delete_all",
        "list",
        "sync",
        "transaction",
        "set_alarm",
        "get_alarm",
        "delete_alarm",
        "sleep",
        "notify",
        "fetch",
        "log",
        "abandon",
        "write_row",
        "start_recorder",
        "stop_recorder",
        "last_chunk",
        "block_concurrency_while",
    ]
)
"""Methods of the ports, each to be awaited."""
MUTATORS = frozenset(
    [
        "append",
        "appendleft",
        "extend",
        "extendleft",
        "insert",
        "remove",
        "pop",
        "popleft",
        "popitem",
        "clear",
        "add",
        "discard",
        "update",
        "setdefault",
        "sort",
        "reverse",
        "rotate",
        "send",
    ]
)
"""Methods that change what they are called on."""
PORTS = frozenset(("storage", "blobs", "ctx", "browser"))
CATCH_ALL = frozenset(("BaseException", "GeneratorExit", "KeyboardInterrupt", "SystemExit"))
"""What also ends a run, when it is caught."""
ORDERED = frozenset(
    ("sorted", "len", "sum", "min", "max", "any", "all", "set", "frozenset", "bool", "isinstance")
)
"""Functions that say the same of a set in whatever order."""
SET_METHODS = frozenset(
    (
        *("union", "intersection", "difference", "symmetric_difference"),
        *("__or__", "__and__", "__sub__", "__xor__", "__ror__", "__rand__", "__rsub__", "__rxor__"),
        *("__ior__", "__iand__", "__isub__", "__ixor__"),
    )
)
"""Methods that give a set."""
EXPOSES_ORDER = frozenset(
    (
        "list",
        "tuple",
        "iter",
        "next",
        "enumerate",
        "zip",
        "map",
        "filter",
        "join",
        "extend",
        "format",
        "fromkeys",
        "reversed",
        "deque",
        "chain",
        "repr",
        "str",
        "dict",
        "pop",
    )
)
"""Functions and methods that show the order of what they are given."""
NEVER_THROWING = frozenset(
    (
        *("len", "bool", "str", "repr", "isinstance", "issubclass", "abs", "any", "all", "sum"),
        *("sorted", "tuple", "list", "set", "frozenset", "hasattr", "enumerate", "zip", "super"),
        *("dict", "range", "deque", "Counter", "OrderedDict", "defaultdict"),
        *("startswith", "endswith", "lower", "upper", "casefold", "title", "strip", "lstrip"),
        *("rstrip", "removeprefix", "removesuffix", "replace", "count", "find", "rfind", "zfill"),
        *("isdigit", "isalpha", "isalnum", "isdecimal", "isnumeric", "isspace", "islower"),
        *("isupper", "get", "keys", "values", "items", "copy", "issubset", "issuperset"),
        *("isdisjoint", *SET_METHODS),
    )
)
"""Functions and methods of Python that do not throw for one value and not for another."""
SAME_ITEMS = ("sorted", "list", "tuple", "reversed", "iter", "enumerate")
"""Functions that give the items that they are given."""
READ_BY_TEXT = ("getattr", "attrgetter", "itemgetter")
HAND_ON = ("copy", "deepcopy", "cast")
"""Functions that give a set where they are given one."""
LOOKS_UP = ("get", "setdefault", "pop", "__getitem__")
"""Methods that give what is under a key, or what they are given for none."""
KEEP_SETS = frozenset(
    (
        *("copy", "deepcopy", "print", "issubclass", "callable", "super"),
        *("cast", "partial", "replace", "SimpleNamespace"),
    )
)
"""Functions of the library that show nothing of a set, besides those of any order: they hand it on
as it is, under a name."""
