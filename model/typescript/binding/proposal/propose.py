"""A first binding for a file, by what its text says. A person looks at it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from lastchunk.model.base.errors import InputError
from lastchunk.model.typescript.binding.proposal.record import UNKNOWN, proposed_record
from lastchunk.model.typescript.parse.literals import string_value
from lastchunk.model.typescript.parse.tree import (
    SourceText,
    TreeNode,
    field,
    parts,
    read_source,
    unwrapped,
    walk_nodes,
    words,
)

BEGINS = re.compile(r"create|start|init|begin|open|join", re.IGNORECASE)
UPLOAD = re.compile(r"upload|chunk|part|segment|append", re.IGNORECASE)
STOPS = re.compile(r"stop|finali[sz]e|complete|finish|end|close", re.IGNORECASE)
GIVES_BODY, ANY_CALL = re.compile(r"^PUT |\bbody\b"), re.compile("")
"""What is left over and can be one call alone is that call."""
MEANINGS = (("upload", UPLOAD), ("create", BEGINS), ("stop", STOPS))
TIME_NAME = re.compile(r"_MS$|_SECONDS$|ALARM|GRACE|TIMEOUT|DELAY|RETENTION|[a-z]Ms$")
EVENT_METHODS = frozenset(("fetch", "alarm", "constructor", "webSocketMessage", "webSocketClose"))
METHOD = re.compile(r"['\"](GET|PUT|POST|DELETE|PATCH)['\"]")
WHOLE_ROUTE = re.compile(r"(GET|PUT|POST|DELETE|PATCH) /?(\w\S*)")
QUERY = re.compile(r"searchParams\.get\(\s*['\"](\w+)['\"]")
SPLIT = re.compile(r"\.split\(\s*['\"]/['\"]\s*\)")
INDEX_NAME = re.compile(r"^(n|i|seq\w*|\w*index|chunk|part)$", re.IGNORECASE)
COUNT_NAME = re.compile(r"count|total|chunks|parts|expected|length", re.IGNORECASE)
SESSION = "'session'"
"""What a call is given for a text, such as the session's id."""


class Proposal(NamedTuple):
    """The class that it is for, and the text of the file."""

    name: str
    text: str


def propose(file: Path, name: str = "") -> Proposal:
    """A binding for a class of a file. Raises `InputError` where there is no such class."""
    source = read_source(file)
    classes = {
        source.text(field(node, "name")): node
        for node in walk_nodes(source.root)
        if node.type in ("class_declaration", "abstract_class_declaration")
    }
    if not classes or (name and name not in classes):
        raise InputError(
            "bind", name or str(file), "a class of it: " + (", ".join(classes) or "there is none")
        )
    chosen = name or _likely(source, classes)
    node = classes[chosen]
    lines = [f"# The binding of {chosen}: look at each line, and at docs/typescript.md."]
    calls = _calls(source, _with_bases(source, node, classes))
    waits = re.search("finali[sz]e", calls["stop"], re.IGNORECASE)
    page = "manual" if waits else "manifest" if "chunks" in calls["stop"] else "alarm"
    lines += ["# Whose page it has: a shipped design's, or file.py:Class.", f'page = "{page}"', ""]
    lines += ["[calls]", *(f'{key} = "{what}"' for key, what in calls.items()), ""]
    lines += ["[env]", *(f'{key} = "{kind}"' for key, kind in _env(source).items()), ""]
    lines += [
        "[record]",
        *(f'{key} = "{word}"' for key, word in proposed_record(source).items()),
        "",
    ]
    settings = _settings(source, node)
    if settings:
        lines += ["[settings]", *(f'{key} = "{text}"' for key, text in settings.items()), ""]
    return Proposal(chosen, "\n".join(lines))


def _likely(source: SourceText, classes: dict[str, TreeNode]) -> str:
    """The class that is an object of the platform: that with an alarm, or the first."""
    with_alarm = [name for name, node in classes.items() if "alarm" in _methods(source, node)]
    return (with_alarm or list(classes))[0]


def _methods(source: SourceText, node: TreeNode) -> dict[str, TreeNode]:
    return {
        source.text(field(kid, "name")): kid
        for kid in parts(field(node, "body"))
        if kid.type == "method_definition"
    }


def _with_bases(source: SourceText, node: TreeNode, classes: dict[str, TreeNode]) -> list[TreeNode]:
    """A class and those of the file that it extends."""
    found = [node]
    while True:
        heritage = [kid for kid in found[-1].named_children if kid.type == "class_heritage"]
        extended = [source.text(item) for kid in heritage for item in walk_nodes(kid)]
        base = next((classes[name] for name in extended if name in classes), None)
        if base is None or base in found:
            return found
        found.append(base)


def _calls(source: SourceText, nodes: list[TreeNode]) -> dict[str, str]:
    found: dict[str, str] = {}
    known = [call for node in nodes for call in (*_routes(source, node), *_rpc_calls(source, node))]
    for meaning, pattern in MEANINGS:
        for what, words_of_it in known:
            if meaning not in found and pattern.search(words_of_it) and what not in found.values():
                found[meaning] = what
    for meaning, pattern in (("upload", GIVES_BODY), ("create", ANY_CALL), ("stop", ANY_CALL)):
        left = [what for what, _ in known if pattern.search(what) and what not in found.values()]
        if meaning not in found and len(left) == 1:
            found[meaning] = left[0]
    return {key: found.get(key, UNKNOWN) for key in ("create", "upload", "stop")}


def _routes(source: SourceText, node: TreeNode) -> list[tuple[str, str]]:
    """Requests that ``fetch`` tells apart: each as the binding says it, and its path."""
    fetch = _methods(source, node).get("fetch")
    out = []
    for item in walk_nodes(fetch) if fetch is not None else ():
        if item.type != "string":
            continue
        path = string_value(source, item)
        whole = WHOLE_ROUTE.fullmatch(path)
        if whole is not None:
            verb, path = whole[1], f"/{whole[2]}"
        elif path.startswith("/") and len(path) > 1:
            verb = _verb(source, item)
        else:
            continue
        out.append((f"{verb} {_asked(source, node, path)}", path))
    return sorted(out, key=lambda pair: pair[0])


def _verb(source: SourceText, item: TreeNode) -> str:
    """The method that is asked for where a path is."""
    around = item
    while around.parent is not None and around.type not in ("if_statement", "switch_case"):
        around = around.parent
    head = field(around, "condition") or field(around, "value") or around
    method = METHOD.search(source.text(head))
    return method[1] if method else "POST"


def _asked(source: SourceText, node: TreeNode, path: str) -> str:
    """A path with the chunk or the count: at its end, or in what the class reads of a query."""
    if path.endswith("/"):
        return f"{path}{{chunk}}"
    text = source.text(node)
    names = QUERY.findall(text)
    pattern, given = (INDEX_NAME, "{chunk}") if UPLOAD.search(path) else (COUNT_NAME, "{chunks}")
    if BEGINS.search(path):
        return path
    name = next((name for name in names if pattern.search(name)), "")
    if given == "{chunk}" and not name and SPLIT.search(text):
        return f"{path}/{{chunk}}"
    return f"{path}?{name}={given}" if name else path


def _rpc_calls(source: SourceText, node: TreeNode) -> list[tuple[str, str]]:
    out = []
    for name, kid in _methods(source, node).items():
        kinds = {item.type for item in kid.children if item.type == "accessibility_modifier"}
        is_public = not kinds or "public" in source.text(kid).split("(")[0]
        if (
            name in EVENT_METHODS
            or name.startswith("#")
            or not is_public
            or words(kid) & {"get", "set"}
        ):
            continue
        taken = parts(field(kid, "parameters"))
        given = [_argument(source.text(unwrapped(item)), name) for item in taken]
        out.append((f"{name}({', '.join(given)})", name))
    return out


def _argument(text: str, method: str) -> str:
    word, _, kind = text.partition(":")
    word = word.strip(" ?")
    if kind.strip().startswith("string") or (BEGINS.search(method) and not UPLOAD.search(method)):
        return SESSION
    if re.search("body|stream|data|blob|bytes", word, re.IGNORECASE):
        return "body"
    return "chunks" if re.search("count|total|expected|chunks", word, re.I) else "chunk"


def _env(source: SourceText) -> dict[str, str]:
    text = source.text(source.root)
    buckets = re.findall(r"\benv\.(\w+)\.(?:put|get|head|delete)\(", text)
    services = re.findall(r"\benv\.(\w+)\.fetch\(", text)
    return dict.fromkeys(services, "consumer") | dict.fromkeys(buckets, "bucket")


def _settings(source: SourceText, node: TreeNode) -> dict[str, str]:
    """Constants whose names are those of times, and what an alarm is set by."""
    found: dict[str, str] = {}
    for item in walk_nodes(source.root):
        if item.type == "variable_declarator" and item.parent.parent.type in (
            "program",
            "export_statement",
        ):
            name = source.text(field(item, "name"))
            is_alone = len(parts(item.parent)) == 1  # beside another it can be no setting
            if TIME_NAME.search(name) and field(item, "value") is not None and is_alone:
                found[name.lower()] = name
    literals = re.findall(
        r"setAlarm\(\s*Date\.now\(\)\s*\+\s*([\d_]+(?:\s*\*\s*[\d_]+)*)\s*\)", source.text(node)
    )
    for number, text in enumerate(dict.fromkeys(literals), 1):
        found[f"alarm_{number}_ms"] = text
    return found
