"""Programs, with the classes above them, and what Node says: keys in their order, JSON, errors of one's own."""

from __future__ import annotations

OBJECTS = [
    (
        "",
        "out(JSON.stringify(new Map())); out(JSON.stringify(new Set([1]))); out(JSON.stringify([new Map([[1, 2]])])); out(JSON.stringify({ m: new Map([[1, 2]]), s: new Set() }));",
        ['"{}"', '"{}"', '"[{}]"', '"{\\"m\\":{},\\"s\\":{}}"'],
    ),
    ("", "out(JSON.stringify(new Map([['a', 1]]), null, 2));", ['"{}"']),
    (
        "class E1 extends Error { get name() { return 'Mine'; } }",
        "const e = new E1('x'); out(e.name); out(String(e)); out(e instanceof E1); out(e.message); try { throw e; } catch (f) { out(f.name); } out(`${e}`);",
        ['"Mine"', '"Mine: x"', "true", '"x"', '"Mine"', '"Mine: x"'],
    ),
    (
        "class E2 extends Error { get message() { return 'own'; } }",
        "const e = new E2(); out(e.message); out(String(e));",
        ['"own"', '"Error: own"'],
    ),
    (
        "class E3 extends Error { name = 'F'; constructor(m) { super(m); this.code = 5; } get extra() { return this.code + 1; } }",
        "const e = new E3('m'); out([e.name, e.message, e.code, e.extra, String(e)]);",
        ['["F", "m", 5, 6, "F: m"]'],
    ),
    (
        "class E4 extends Error { get name() { return 'Mine'; } set name(v) { } }",
        "const e = new E4('x'); e.name = 'other'; out(e.name);",
        ['"Mine"'],
    ),
    (
        "class E8 extends Error { message() { return 'own'; } }",
        "const e = new E8('given'); out(e.message); const f = new E8(); out(f.message());",
        ['"given"', '"own"'],
    ),
    (
        "class E9 extends Error { name() { return 'own'; } }",
        "const e = new E9('given'); out(e.name());",
        ['"own"'],
    ),
    (
        "",
        "const r = []; for (const k of ['1073741824', '2147483648', '4294967294', '4294967295', '4294967296', '999999999', '1000000000', '9007199254740991', '99999999999999999999', '01', '-1', '1.5', '', '٣', '²']) { const o = { b: 1 }; o[k] = 2; o['5'] = 3; r.push(Object.keys(o)); } out(r); const o = { 4294967294: 1, 4294967290: 2, 4294967295: 3, a: 4, 3: 5 }; out(JSON.stringify(o)); for (const k in o) out(k); out({ ...o }); out(Object.entries(structuredClone(o)));",
        [
            '[["5", "1073741824", "b"], ["5", "2147483648", "b"], ["5", "4294967294", "b"], ["5", "b", "4294967295"], ["5", "b", "4294967296"], ["5", "999999999", "b"], ["5", "1000000000", "b"], ["5", "b", "9007199254740991"], ["5", "b", "99999999999999999999"], ["5", "b", "01"], ["5", "b", "-1"], ["5", "b", "1.5"], ["5", "b", ""], ["5", "b", "٣"], ["5", "b", "²"]]',
            '"{\\"3\\":5,\\"4294967290\\":2,\\"4294967294\\":1,\\"4294967295\\":3,\\"a\\":4}"',
            '"3"',
            '"4294967290"',
            '"4294967294"',
            '"4294967295"',
            '"a"',
            '{"3": 5, "4294967290": 2, "4294967294": 1, "4294967295": 3, "a": 4}',
            '[["3", 5], ["4294967290", 2], ["4294967294", 1], ["4294967295", 3], ["a", 4]]',
        ],
    ),
    (
        "class A { get x() { return 1; } } class B extends A { y = 5; get z() { return this.x + this.y; } }",
        "out(new B().z);",
        ["6"],
    ),
    (
        "class E5 extends Error { get name() { return 'Mine'; } }",
        "const e = new E5('x'); try { throw e; } catch (f) { out([f instanceof E5, f.name, f.message, String(f)]); }",
        ['[true, "Mine", "x", "Mine: x"]'],
    ),
]
