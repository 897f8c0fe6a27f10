"""Runs programs here and in Node, and compares what they say."""

from __future__ import annotations

import json
import math
import shutil
import subprocess
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from lastchunk.model.base.errors import DesignError
from lastchunk.model.typescript.library.collections import Map, Set
from lastchunk.model.typescript.library.everywhere import namespace
from lastchunk.model.typescript.parse.tree import SourceText
from lastchunk.model.typescript.runtime.iteration import own_keys
from lastchunk.model.typescript.runtime.matches import MatchArray
from lastchunk.model.typescript.runtime.promises import Promise, drain, queue
from lastchunk.model.typescript.runtime.texts import number_text
from lastchunk.model.typescript.runtime.values import UNDEFINED, ErrorObject, Object
from lastchunk.model.typescript.translate.module import Translated, translate
from lastchunk.reference_impl.clock import Refused
from tests.typescript.random_programs import CLASSES

NODE = shutil.which("node")
REFUSED = "refused: "
SHOW = """
const show = (v) => {
  if (v === undefined || v === null || typeof v === 'boolean') return String(v);
  if (typeof v === 'number') return Object.is(v, -0) ? '-0' : String(v);
  if (typeof v === 'string') return JSON.stringify(v);
  if (typeof v === 'function') return 'function';
  if (Array.isArray(v)) return '[' + v.map(show).join(', ') + ']';
  if (v instanceof Promise) return 'promise';
  if (v instanceof Error) return v.name;
  if (v instanceof Map) return 'map' + show([...v]);
  if (v instanceof Set) return 'set' + show([...v]);
  return '{' + Object.keys(v).map((k) => JSON.stringify(k) + ': ' + show(v[k])).join(', ') + '}';
};
const results = [];
const AsyncFunction = (async () => {}).constructor;
process.on('unhandledRejection', () => {});
for (const program of JSON.parse(require('fs').readFileSync(0, 'utf8'))) {
  const said = [];
  results.push(said);
  try { new AsyncFunction('out', program)((v) => said.push(show(v))).catch((e) => said.push('threw ' + show(e))); }
  catch (e) { said.push('syntax ' + e.message); }
}
setTimeout(() => process.stdout.write(JSON.stringify(results)), 5);
"""


def node_says(programs: Sequence[str]) -> list[list[str]]:
    """What each program says in Node; one process for all."""
    assert NODE is not None
    whole = json.dumps([with_classes(program) for program in programs])
    done = subprocess.run(
        [NODE, "-e", SHOW], input=whole, capture_output=True, text=True, timeout=300, check=True
    )
    return list(json.loads(done.stdout))


def shown(value: Any) -> str:
    """A value as the program for Node shows it."""
    if value is UNDEFINED or value is None or type(value) is bool:
        return {UNDEFINED: "undefined", None: "null", True: "true", False: "false"}[value]
    if type(value) in (int, float):
        return "-0" if value == 0 and math.copysign(1, value) < 0 else number_text(value)
    if type(value) is str:
        return json.dumps(value, ensure_ascii=False)
    if type(value) is list:
        return "[" + ", ".join(map(shown, value)) + "]"
    if type(value) is Promise:
        return "promise"
    if isinstance(value, ErrorObject):
        return str(getattr(value, ".name"))
    if isinstance(value, Map | Set):
        return ("map" if isinstance(value, Map) else "set") + shown(list(value.each_now()))
    if isinstance(value, MatchArray):
        return shown(value.items)
    if type(value) is dict:
        pairs = [
            f"{json.dumps(key, ensure_ascii=False)}: {shown(value[key])}" for key in own_keys(value)
        ]
        return "{" + ", ".join(pairs) + "}"
    if isinstance(value, Object):
        return shown({n[1:]: v for n, v in vars(value).items() if n[0] == "." and n[1] != "#"})
    return "function"


def with_classes(program: str) -> str:
    """A program, behind the classes that it uses."""
    return CLASSES + program if "use(" in program else program


@lru_cache(maxsize=64)
def translated(program: str, above: str = "") -> Translated:
    """A program as a module with one function."""
    classes = CLASSES if "use(" in program else above
    text = f"{classes}\nexport async function main(out) {{ {program} }}"
    return translate(SourceText(Path("program.ts"), text.encode()), ["main"], {}, {})


def we_say(program: str, is_kept: bool = False, above: str = "") -> list[str]:
    """What a program says here, as far as it comes; a refusal ends it. With ``is_kept`` it is
    translated once; ``above`` are classes that it uses."""
    said: list[str] = []

    def out(value: Any = UNDEFINED, *_: Any) -> Any:
        said.append(shown(value))
        return UNDEFINED

    queue.clear()
    try:
        made = (translated if is_kept else translated.__wrapped__)(program, above)
        names = namespace()
        exec(made.code, names)
        promise = names[made.names["main"]](out)
        promise.then(UNDEFINED, lambda error: said.append("threw " + shown(error)))
        drain()
    except (DesignError, Refused, UnboundLocalError) as error:
        return [*said, REFUSED + str(error)]
    return said


def difference(ours: list[str], nodes: list[str]) -> str:
    """How two answers differ, in words; "" where they do not, as far as a refusal lets us see."""
    refused = bool(ours) and ours[-1].startswith(REFUSED)
    seen = ours[:-1] if refused else ours
    if nodes[: len(seen)] != seen or (not refused and len(nodes) != len(seen)):
        return f"here {ours}, in Node {nodes}"
    return ""
