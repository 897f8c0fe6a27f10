"""Iterators, generators, patterns, and what changes a value, mean what they mean in Node."""

from __future__ import annotations

import re

import pytest

from tests.typescript.against_node import NODE, REFUSED, difference, node_says, we_say
from tests.typescript.random_patterns import pattern_program
from tests.typescript.said_of_changes import CHANGES
from tests.typescript.said_of_language import ITERATORS, PATTERNS
from tests.typescript.said_of_objects import OBJECTS

pytest.importorskip("tree_sitter", reason="the extra typescript is not installed")
SAID = [*ITERATORS, *PATTERNS, *CHANGES, *OBJECTS]
COUNT = 150


@pytest.mark.parametrize("number", range(len(SAID)))
def test_a_program_says_what_node_says(number: int) -> None:
    above, program, said = SAID[number]
    assert we_say(program, above=above) == said


@pytest.mark.skipif(NODE is None, reason="node is not there to compare with")
def test_the_table_is_what_node_says() -> None:
    whole = [f"{above} {program}" for above, program, _ in SAID]
    assert node_says(whole) == [said for _, _, said in SAID]


@pytest.mark.skipif(NODE is None, reason="node is not there to compare with")
def test_random_patterns_match_as_in_node() -> None:
    programs = [pattern_program(seed) for seed in range(COUNT)]
    ours = [we_say(program) for program in programs]
    differing = {
        program: words
        for program, mine, nodes in zip(programs, ours, node_says(programs), strict=True)
        if (words := difference(mine, nodes))
    }
    assert differing == {}
    assert sum(bool(said) and said[-1].startswith(REFUSED) for said in ours) < COUNT / 20


@pytest.mark.parametrize(
    ("above", "program", "what"),
    [
        ("class A { f() { return 1; } }", "const f = new A().f;", "the method f without a call"),
        ("", "async function* g() {} g();", "an async generator"),
        ("", "for await (const x of [1]) out(x);", "for await"),
        ("", "'a'.repeat(3000).match(/^(?:a|b)*$/);", "too many turns"),
        ("", "/\\p{L}/u.test('a');", "the escape"),
        ("", "/(?i:a)/.test('a');", "flags within it"),
        ("", "out(1 < 2 < 3);", "a comparison of a comparison"),
        ("", "out(3 >= 2 << 1 < 9);", "a comparison of a comparison"),
        ("class A { static get n() { return 0; } }", "out(A.n ? 1 : 2);", "a static getter"),
        ("class A { set n(v) {} }", "new A().n = 1;", "a setter without its getter"),
        (
            "class A { get n() { return 0; } } class B extends A { n = 5; }",
            "out(new B().n);",
            "n is a field of a class and a getter of another one",
        ),
        (
            "class A { constructor(private n) {} } class B extends A { get n() { return 0; } }",
            "out(new B(1).n);",
            "n is a field of a class and a getter of another one",
        ),
        (
            "class E extends Error { get message() { return 'own'; } }",
            "new E('given');",
            "a getter message of an Error that is made with a message",
        ),
        ("", "const f = () => { c = 2; }; const c = 1;", "c is a const, and is changed"),
        ("", "Array(3).fill(0);", "a call of Array without new"),
        ("", "Object('a');", "a call of Object without new"),
        ("", "function F() {} ({}) instanceof F;", "instanceof of a function"),
        ("class A {}", "'toString' in new A();", "'toString' in an object"),
    ],
)
def test_what_stays_out_is_refused(above: str, program: str, what: str) -> None:
    assert what in we_say(program, above=above)[-1]


@pytest.mark.parametrize(
    "with_signs",
    [
        *("t || o!.p", "n ?? o!.p", "z && o!.r!.p", "1 + o!.p * 2", "t === o!.p"),
        *("!l!.includes(1)", "typeof o!.p", "-o!.p", "n ?? f!(1)", "n?.a ?? o!['p']"),
        *("!t! && o!.r", "true || o!.x.y!.z"),
        *("t ? 1 : o!.p", "y! + y! * 2", "await o!.f!(3)", "(n ?? o)!.p", "`${1 + o!.p}`"),
    ],
)
def test_a_sign_that_a_value_is_there_groups_nothing(with_signs: str) -> None:
    above = "const n = null, z = 0, y = 3, t = { p: 'T' }, l = [1], f = (v) => v + 1;"
    above += " const o = { p: 7, r: { p: 8 }, f: (v) => v * 2 };"
    plain = re.sub(r"(?<=[\w)\]])!", "", with_signs)
    said = we_say(f"{above} out({with_signs});")
    assert said == we_say(f"{above} out({plain});")
    assert not said[-1].startswith(REFUSED)
