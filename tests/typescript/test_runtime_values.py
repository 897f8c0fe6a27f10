"""Where engines differ, values are those of the runtime that the platform runs, to the last bit."""

from __future__ import annotations

import json
import struct
import subprocess
from pathlib import Path

import pytest

from lastchunk.model.typescript.host import context
from lastchunk.model.typescript.runtime.numbers import exact_number, power
from tests.typescript.against_node import SHOW, we_say

pytest.importorskip("tree_sitter", reason="the extra typescript is not installed")
RUNTIME = Path(__file__).parents[2] / "worker" / "node_modules" / ".bin" / "workerd"
CONFIG = """
using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = ( services = [ ( name = "main", worker = (
  modules = [ (name = "worker", esModule = embed "worker.mjs") ],
  compatibilityDate = "2026-06-01" ) ) ] );
"""
TYPE = "headers.get('content-type')"
SAID = [
    (
        f"out(Response.json(1).{TYPE}); out(Response.json(1, {{ status: 201 }}).{TYPE});",
        ['"application/json"', '"application/json"'],
    ),
    (
        f"out(Response.json(1, {{ headers: {{ 'Content-Type': 'a/b' }} }}).{TYPE});"
        f"const r = Response.json(1, {{ headers: {{ x: 'y' }} }}); out([r.{TYPE}, r.headers.get('x')]);",
        ['"a/b"', '["application/json", "y"]'],
    ),
    (
        f"out([new Response('a').{TYPE}, new Response('').{TYPE}, new Response(5).{TYPE}]);",
        ['["text/plain;charset=UTF-8", "text/plain;charset=UTF-8", "text/plain;charset=UTF-8"]'],
    ),
    (
        f"out([new Response().{TYPE}, new Response(null).headers.has('content-type')]);",
        ["[null, false]"],
    ),
    (
        f"out(new Request('http://a/', {{ method: 'POST', body: 'a' }}).{TYPE});",
        ['"text/plain;charset=UTF-8"'],
    ),
    (
        "out([10 ** -5, 10 ** 23, 3 ** 35, 27 ** -6, 1.1 ** 100, Math.pow(10, -5)]);",
        [
            "[0.00001, 1.0000000000000001e+23, 50031545098999704, 2.581174791713197e-9,"
            " 13780.61233982238, 0.00001]"
        ],
    ),
]
POWERS = 30_000
DRAWN = """
let s = 12345; const draw = () => (s = (s * 1103515245 + 12345) % 2147483648) / 2147483648;
const found = [];
for (let i = 0; i < COUNT; i++) {
  const a = [draw() * 20, Math.floor(draw() * 100), 10, -Math.floor(draw() * 50), 1 + draw() / 99][i % 5];
  const b = [draw() * 60 - 30, Math.floor(draw() * 40 - 20), Math.floor(draw() * 640 - 330)][i % 3];
  found.push(a, b, a ** b);
}
out([...new Uint8Array(new Float64Array(found).buffer)].map((x) => x.toString(16).padStart(2, '0')).join(''));
"""


def runtime_says(folder: Path, programs: list[str]) -> list[list[str]]:
    """What each program says in the runtime; one process for all."""
    show = SHOW.partition("const results")[0]
    bodies = ", ".join(f"async (out) => {{ {program} }}" for program in programs)
    text = f"""{show}
    export default {{ async test() {{ for (const program of [{bodies}]) {{
      const said = []; await program((v) => said.push(show(v))); console.log('SAID' + JSON.stringify(said));
    }} }} }};"""
    (folder / "worker.mjs").write_text(text, encoding="utf-8")
    (folder / "config.capnp").write_text(CONFIG, encoding="utf-8")
    done = subprocess.run(
        [str(RUNTIME), "test", "config.capnp"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    lines = [line for line in done.stdout.splitlines() if line.startswith("SAID")]
    assert len(lines) == len(programs), done.stderr[-2000:]
    return [json.loads(line.removeprefix("SAID")) for line in lines]


@pytest.mark.parametrize("number", range(len(SAID)))
def test_a_value_is_that_of_the_runtime(number: int) -> None:
    program, said = SAID[number]
    assert context.__name__  # it has made the names of the platform known
    assert we_say(program) == said


@pytest.mark.skipif(not RUNTIME.exists(), reason="the runtime is not there to compare with")
def test_the_table_is_what_the_runtime_says(tmp_path: Path) -> None:
    assert runtime_says(tmp_path, [program for program, _ in SAID]) == [said for _, said in SAID]


@pytest.mark.skipif(not RUNTIME.exists(), reason="the runtime is not there to compare with")
def test_powers_are_those_of_the_runtime_to_the_last_bit(tmp_path: Path) -> None:
    said = runtime_says(tmp_path, [DRAWN.replace("COUNT", str(POWERS))])[0][0]
    raw = bytes.fromhex(json.loads(said))
    values = struct.unpack(f"<{3 * POWERS}d", raw)
    ours = [
        power(exact_number(base), exact_number(exponent))
        for base, exponent in zip(values[::3], values[1::3], strict=True)
    ]
    differing = [
        (values[3 * n], values[3 * n + 1], theirs, mine)
        for n, (theirs, mine) in enumerate(zip(values[2::3], ours, strict=True))
        if theirs != mine and not (theirs != theirs and mine != mine)
    ]
    assert differing == []
