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
    (
        "class S1 { static n = 3; static f() { return 5; } m() { return [this.n, this.f]; } }",
        "out([new S1().n, new S1().f, S1.n, S1.f()]); out(new S1().m()); out('n' in new S1()); out(Object.keys(new S1()));",
        ["[undefined, undefined, 3, 5]", "[undefined, undefined]", "false", "[]"],
    ),
    (
        "class S2 { static n = 3; }",
        "const a = new S2(); a.n++; out(a.n); a.n = 4; out([a.n, S2.n, Object.keys(a)]); a.n ??= 8; out({ ...a });",
        ["NaN", '[4, 3, ["n"]]', '{"n": 4}'],
    ),
    (
        "class S3 { static f() { return 1; } }",
        "try { new S3().f(); } catch (e) { out(e); } out(new S3().f?.()); out(S3.f());",
        ["TypeError", "undefined", "1"],
    ),
    (
        "class S4 { static n = 3; } class S5 extends S4 { }",
        "out([S5.n, new S5().n, new S5().n ?? 7]);",
        ["[3, undefined, 7]"],
    ),
    (
        "class S6 { static n = 3; static g = 'static'; n() { return 1; } get g() { return 2; } }",
        "out([new S6().n(), S6.n, new S6().g, S6.g]);",
        ['[1, 3, 2, "static"]'],
    ),
    (
        "class S7 { static f() { return 1; } f() { return 2; } static k = 'own'; k = 5; }",
        "out([new S7().f(), S7.f(), new S7().k, S7.k]);",
        ['[2, 1, 5, "own"]'],
    ),
    (
        "class S8 { static n = 3; constructor() { this.k = this.n; } }",
        "const { n } = new S8(); const { n: m = 9 } = new S8(); const key = 'n'; out([n, m, new S8()?.n, new S8()[key], new S8().k]);",
        ["[undefined, 9, undefined, undefined, undefined]"],
    ),
    (
        "class S9 extends Error { static code = 4; static message = 'of the class'; }",
        "const e = new S9('mine'); out([e.code, S9.code, e.message, S9.message]);",
        ['[undefined, 4, "mine", "of the class"]'],
    ),
    (
        "class S10 { static #n = 3; static m() { return S10.#n; } get() { return this.#n; } put() { this.#n = 1; } }",
        "out(S10.m()); try { new S10().get(); } catch (e) { out(e); } try { new S10().put(); } catch (e) { out(e); } out(S10.m());",
        ["3", "TypeError", "TypeError", "3"],
    ),
    (
        "class S11 { static list = [1]; add() { S11.list.push(2); return this.list; } }",
        "out([new S11().add(), S11.list.length]);",
        ["[undefined, 2]"],
    ),
]
