"""Programs, with the classes above them, and what Node says: values that change where they stand."""

from __future__ import annotations

CHANGES = [
    ("", "let n = 0; for (let i = 3; i--; ) n++; out(n);", ["3"]),
    ("", "let n = 0, i = 2; for (; i--; i) n++; out([n, i]);", ["[2, -1]"]),
    ("", "let n = 0; for (let i = -1; i++; ) n++; out(n);", ["1"]),
    ("", "const o = { n: 3 }; let t = 0; for (; o.n--; ) t += o.n; out([t, o.n]);", ["[3, -1]"]),
    ("", "const o = { n: 3 }; let t = 0; for (; o['n']--; t++); out([t, o.n]);", ["[3, -1]"]),
    ("", "let i = 3, s = ''; for (i--; i--; i--) s += i; out([s, i]);", ['["1", -1]']),
    (
        "class A { #n = 3; s = []; go() { for (; this.#n--; ) this.s.push(this.#n); return [this.s, this.#n]; } }",
        "out(new A().go());",
        ["[[2, 1, 0], -1]"],
    ),
    (
        "",
        "let a = [0, 0], i = 0; a[i++]++; out([a, i]); for (; a[0]--; ) out('in'); out(a);",
        ["[[1, 0], 1]", '"in"', "[-1, 0]"],
    ),
    (
        "",
        "const fs = []; for (let i = 3; i--; ) fs.push(() => i); out(fs.map((f) => f()));",
        ["[2, 1, 0]"],
    ),
    (
        "",
        "let i = 3; while (i--) out(i); do out(i); while (i++); out(i);",
        ["2", "1", "0", "-1", "0", "1"],
    ),
    (
        "",
        "let i = 1; out((i++, i)); out((i, i++)); out(i); if (i--) out(i); out(i++ ? i : -i); out(i-- && i); out(i++ || i); out((null ?? i--));",
        ["2", "2", "3", "2", "3", "2", "2", "3"],
    ),
    (
        "",
        "let i = 0; const f = () => i++; out([f(), f(), i]); const g = () => { return i--; }; out([g(), g(), i]); out(`${i++}${i--}`);",
        ["[0, 1, 2]", "[2, 1, 0]", '"01"'],
    ),
    (
        "",
        "let i = 0; const f = (a = i++, b = i--) => [a, b, i]; out(f()); out(f(5)); const { a = i++, [`k${i++}`]: b = i } = {}; out([a, b, i]);",
        ["[0, 1, 0]", "[5, 0, -1]", "[-1, 1, 1]"],
    ),
    (
        "",
        "let i = 0; switch (i++) { case 0: out('zero'); } switch (2) { case i++: out('no'); case i++: out('yes'); } out(i);",
        ['"zero"', '"yes"', "3"],
    ),
    (
        "",
        "let i = 0; out(void i++); out(typeof i++); out(-i++); out(!i--); out(~i--); out([i++, i++]); out({ [i++]: i++ }); out(String(i++)); out(i);",
        ["undefined", '"number"', "-2", "false", "-3", "[1, 2]", '{"3": 4}', '"5"', "6"],
    ),
    (
        "",
        "let i = 0; const a = [5, 6, 7]; out(a[i++]); a[i++] += i; out(a); const o = {}; o.x = i--; o[i--] = i; out(o); i = i++; out(i); i += i++; out(i); let j = i++ + ++i; out([i, j]);",
        ["5", "[5, 8, 7]", '{"1": 0, "x": 2}', "0", "0", "[2, 2]"],
    ),
    (
        "",
        "let i = 0; for (const k of [i++, i++]) out([k, i]); for (const k in { [i++]: 0 }) out([k, i]);",
        ["[0, 2]", "[1, 2]", '["2", 3]'],
    ),
    (
        "",
        "let i = 0; const f = async () => i++; out(await f()); out(await i++); const g = (...l) => l; out(g(i++, ...[i++], i)); try { throw i++; } catch (e) { out([e, i]); }",
        ["0", "1", "[2, 3, 4]", "[4, 5]"],
    ),
    (
        "",
        "let s = '5'; out(s++); out(s); let u; out(u++); out(u); let n = null; out(n--); out(n); for (let t = '2'; t--; ) out(t);",
        ["5", "6", "NaN", "NaN", "0", "-1", "1", "0"],
    ),
    (
        "",
        "let c = 2; l: for (; c--; ) { for (let d = 2; d--; ) { if (d) continue l; out([c, d]); } } out(c);",
        ["-1"],
    ),
    (
        "",
        "let c = 3; for (; c-- > 1; ) out(c); for (; !c--; ) out(c); out(c); for (; (c++, c < 2); ) out(c); for (; c-- ? c : 0; ) out(c);",
        ["2", "1", "-1", "-2", "-1", "0", "1", "1"],
    ),
    (
        "",
        "let c = 3; const o = { a: { n: 2 } }; for (; o.a.n-- && c--; ) out([o.a.n, c]); for (; c++ || false; ) { out(c); if (c > 3) break; }",
        ["[1, 2]", "[0, 1]", "2", "3", "4"],
    ),
    (
        "",
        "const o={a:1,b:2}; const r=[]; for (const k in o){r.push(k); delete o.b;} out(r);",
        ['["a"]'],
    ),
    (
        "",
        "const l=[1,2,3]; const r=[]; for (const k in l){r.push(k); l.pop();} out(r);",
        ['["0", "1"]'],
    ),
    (
        "",
        "const l=[1,2,3]; const r=[]; for (const k in l){r.push(k); l.length = 1;} out(r);",
        ['["0"]'],
    ),
    (
        "",
        "const o={a:1,b:2,c:3}; const r=[]; for (const k in o){r.push(k); delete o.b; o.b = 9;} out(r);",
        ['["a", "b", "c"]'],
    ),
    (
        "",
        "const o={a:1,b:2,c:3}; const r=[]; for (const k in o){r.push(k); delete o[k];} out(r); out(o);",
        ['["a", "b", "c"]', "{}"],
    ),
    (
        "",
        "const o={a:1,b:2}; const r=[]; for (const k in o){r.push(k); if (k === 'a') o.z = 1;} out(r);",
        ['["a", "b"]'],
    ),
    (
        "",
        "const l=[1,2]; const r=[]; for (const k in l){r.push(k); if (l.length < 5) l.push(0);} out(r);",
        ['["0", "1"]'],
    ),
    (
        "",
        "const r=[]; for (const k in 'abc') r.push(k); for (const k in null) r.push(k); for (const k in undefined) r.push(k); for (const k in 5) r.push(k); out(r);",
        ['["0", "1", "2"]'],
    ),
    (
        "",
        "let o={a:1,b:2}; const r=[]; for (const k in o){r.push(k); o = {};} out(r);",
        ['["a", "b"]'],
    ),
    (
        "",
        "const o={2:1,1:2,x:0}; const r=[]; for (const k in o){r.push(k); delete o[2];} out(r);",
        ['["1", "x"]'],
    ),
    (
        "",
        "const fs=[]; const o={a:1,b:2}; for (const k in o) { fs.push(() => k); delete o.b; } out(fs.map((f) => f()));",
        ['["a"]'],
    ),
    (
        "",
        "const o={a:1,b:2,c:3}; for (const k in o) { if (k === 'b') { delete o.c; continue; } out(k); } const m = {a: 1, b: 1}; for (const i in m) for (const j in m) { out(i + j); delete m.b; }",
        ['"a"', '"aa"'],
    ),
    (
        "",
        "const r=[]; const l=[5,6,7]; for (const k in l) { r.push(k); l.shift(); } out(r); out(l);",
        ['["0", "1"]', "[7]"],
    ),
    (
        "",
        "const o={a:1,b:2}; const f = async () => { delete o.b; }; const r=[]; for (const k in o) { r.push(k); await f(); } out(r);",
        ['["a"]'],
    ),
]
