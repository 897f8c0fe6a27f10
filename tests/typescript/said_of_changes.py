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
    (
        "",
        "const fs=[]; for (let i=0, inc=()=>i++; i<3; inc(), i++) { fs.push(() => i); } out(fs.map((f) => f()));",
        ["[0, 1, 2]"],
    ),
    (
        "",
        "const r=[]; for (let i=0, inc=()=>++i; i<3; i++) { r.push(inc()); } out(r);",
        ["[1, 2, 3]"],
    ),
    (
        "",
        "const r=[]; for (let i=0, get=()=>i; i<3; i++) { r.push(get()); } out(r);",
        ["[0, 0, 0]"],
    ),
    (
        "",
        "const r=[]; for (let i=0, get=()=>i, n=5; i<3; i++, n--) { r.push([get(), n, (() => i)(), (() => n)()]); } out(r);",
        ["[[0, 5, 0, 5], [0, 4, 1, 4], [0, 3, 2, 3]]"],
    ),
    ("", "let f; for (let i=(f=()=>i, 0); i<2; i++) { out(f()); } out(f());", ["0", "0", "0"]),
    (
        "",
        "const r=[]; for (let i=0; r.push(()=>i), i<3; i++) {} out(r.map((f) => f()));",
        ["[0, 1, 2, 3]"],
    ),
    (
        "",
        "const r=[]; for (let i=0; i<3; r.push(()=>i), i++) {} out(r.map((f) => f()));",
        ["[1, 2, 3]"],
    ),
    (
        "",
        "const r=[]; for (let i=0; i<3; i++, r.push(()=>i)) {} out(r.map((f) => f()));",
        ["[1, 2, 3]"],
    ),
    (
        "",
        "const r=[]; let n=0; for (let i=0; (() => i < 3)(); (() => i++)()) { r.push(() => i); i += 0; if (n++ > 9) break; } out(r.map((f) => f()));",
        ["[0, 1, 2]"],
    ),
    (
        "",
        "const r=[]; for (let o={n:0}; o.n<3; o.n++) { r.push(() => o.n); } out(r.map((f) => f()));",
        ["[3, 3, 3]"],
    ),
    ("", "let f; for (const c = 1; !f; ) { f = () => c; } out(f());", ["1"]),
    (
        "",
        "const r=[]; for (let i=0, inc=()=>i++; i<3; i++) { if (i === 1) continue; r.push(() => i); inc(); } out(r.map((f) => f()));",
        ["[0, 2]"],
    ),
    (
        "",
        "const r=[]; for (let i=0; i<4; i++) { r.push(() => i); if (i === 1) i++; } out(r.map((f) => f()));",
        ["[0, 2, 3]"],
    ),
    (
        "",
        "const r=[]; const f = async () => { for (let i=0, g=()=>i; i<2; i++) { await 0; r.push([g(), i]); } }; await f(); out(r);",
        ["[[0, 0], [0, 1]]"],
    ),
    (
        "",
        "const f = (s) => { const r=[]; for (let {a} = s, get = () => a; a < 3; a++) r.push([a, get()]); return r; }; out(f({a: 0}));",
        ["[[0, 0], [1, 0], [2, 0]]"],
    ),
    (
        "",
        "const r=[]; for (let i = 0, set = (v) => { i = v; }; i < 3; i++) { set(7); r.push(i); } out(r);",
        ["[0, 1, 2]"],
    ),
    ("", "let i = 9; for (let i = 0, g = () => i; i < 1; i++) out(g()); out(i);", ["0", "9"]),
    (
        "",
        "for (let i = 0, a = [() => i, () => i++]; i < 2; i++) { a[1](); out([a[0](), i]); }",
        ["[1, 0]", "[2, 1]"],
    ),
    ("", "for (let g = () => i, i = 0; i < 2; i++) { out(g()); }", ["0", "0"]),
    (
        "",
        "const r = []; for (let i = 0, inc = () => { i++; }; i < 2; i++) { for (let j = 0, k = () => i + j; j < 2; j++) { inc(); r.push(k()); } } out(r);",
        ["[0, 0, 1, 1]"],
    ),
    (
        "",
        "const l = [() => 5, 7]; out(l[0]()); const k = '0'; out(l[k]()); try { l[1](); } catch (e) { out(e.name); } try { l[2](); } catch (e) { out(e.name); } out(l[2]?.()); out(l['length']); out(l[0]?.());",
        ["5", "5", '"TypeError"', '"TypeError"', "undefined", "2", "5"],
    ),
    (
        "",
        "const f = (v) => { switch (v) { case 0: let x = 1; return x; case 1: x = 2; return 'set'; case 2: return x; default: x++; return x; } }; for (const v of [0, 1, 2, 3]) { try { out(f(v)); } catch (e) { out(e.name); } }",
        ["1", '"ReferenceError"', '"ReferenceError"', '"ReferenceError"'],
    ),
    (
        "",
        "const f = (v) => { switch (v) { case 0: let x = 1; case 1: x = 2; return x; } }; out(f(0)); try { out(f(1)); } catch (e) { out(e.name); }",
        ["2", '"ReferenceError"'],
    ),
    (
        "",
        "const r = []; for (let v = 0; v < 3; v++) { switch (v) { case 0: let x = v; r.push(() => x); break; case 1: try { x = 2; } catch (e) { out(e.name); } break; case 2: r.push(() => x); } } for (const g of r) { try { out(g()); } catch (e) { out(e.name); } }",
        ['"ReferenceError"', "0", '"ReferenceError"'],
    ),
    (
        "",
        "switch (1) { case 0: let x; case 1: try { out(typeof x); } catch (e) { out(e.name); } }",
        ['"ReferenceError"'],
    ),
    (
        "",
        "switch (1) { case 0: const x = 1; case 1: try { out(x); } catch (e) { out(e.name); } }",
        ['"ReferenceError"'],
    ),
    (
        "",
        "switch (1) { case 0: const x = 1; case 1: x2(); function x2() { try { out(x); } catch (e) { out(e.name); } } }",
        ['"ReferenceError"'],
    ),
    (
        "",
        "let y = 5; switch (1) { case 0: let y = 1; case 1: try { y = 2; } catch (e) { out(e.name); } } out(y);",
        ['"ReferenceError"', "5"],
    ),
    (
        "",
        "const f = async (v) => { switch (v) { case 0: let x = 1; await 0; case 1: await 0; return x; } }; out(await f(0)); await f(1).catch((e) => out(e.name));",
        ["1", '"ReferenceError"'],
    ),
    ("", "try { a = 1; let a; } catch (e) { out(e.name); }", ['"ReferenceError"']),
    ("", "try { out(a); let a = 1; } catch (e) { out(e.name); }", ['"ReferenceError"']),
    ("", "try { let a = a; } catch (e) { out(e.name); }", ['"ReferenceError"']),
    (
        "",
        "try { const f = () => b; f(); const b = 1; } catch (e) { out(e.name); }",
        ['"ReferenceError"'],
    ),
    (
        "",
        "try { const f = () => { b = 2; }; f(); let b = 1; } catch (e) { out(e.name); }",
        ['"ReferenceError"'],
    ),
    ("", "try { b++; let b = 1; } catch (e) { out(e.name); }", ['"ReferenceError"']),
    ("", "try { [b] = [1]; let b; } catch (e) { out(e.name); }", ['"ReferenceError"']),
    ("", "try { for (let a = a; ; ) break; } catch (e) { out(e.name); }", ['"ReferenceError"']),
    (
        "",
        "for (let v = 0; v < 2; v++) { try { if (v) out(w); let w = v; out(w); } catch (e) { out(e.name); } }",
        ["0", '"ReferenceError"'],
    ),
    (
        "",
        "for (let v = 0; v < 2; v++) { try { if (v) w = 7; let w = v; out(w); } catch (e) { out(e.name); } }",
        ["0", '"ReferenceError"'],
    ),
    (
        "",
        "for (let v = 0; v < 2; v++) { try { let w; out(w); w = v; } catch (e) { out(e.name); } }",
        ["undefined", "undefined"],
    ),
    (
        "",
        "const f = () => later; let later = 3; out(f()); function g() { return late2; } let late2; out(g()); late2 = 1; out(g());",
        ["3", "undefined", "1"],
    ),
    (
        "",
        "const { a = b, b = 1 } = { a: 1 }; out([a, b]); try { const { c = d, d = 1 } = {}; } catch (e) { out(e.name); }",
        ["[1, 1]", '"ReferenceError"'],
    ),
    (
        "",
        "for (let v = 0; v < 3; v++) { switch (v) { case 0: let x = 'k'; out(x); break; default: try { out(x); } catch (e) { out(e.name); } } }",
        ['"k"', '"ReferenceError"', '"ReferenceError"'],
    ),
    (
        "",
        "let n = 0; for (const v of [1, 2]) { { if (v === 2) { try { out(x); } catch (e) { out(e.name); } } let x = v; n += x; } } out(n);",
        ['"ReferenceError"', "3"],
    ),
    (
        "",
        "const f = (v) => { switch (v) { case 0: let x = 1; break; case 1: x ??= 2; break; case 2: ({ x } = { x: 1 }); break; case 3: for (x of [1]); break; case 4: x &&= 1; } return v; }; for (const v of [0, 1, 2, 3, 4]) { try { out(f(v)); } catch (e) { out(e.name); } }",
        ["0", '"ReferenceError"', '"ReferenceError"', '"ReferenceError"', '"ReferenceError"'],
    ),
    (
        "",
        "const fs = []; for (let x = 0; x < 3; x++) { fs.push(() => { ({ x } = { x: x + 5 }); return x; }); } out(fs.map((f) => f()));",
        ["[5, 6, 7]"],
    ),
    (
        "",
        "const f = (a, { b = a, c = b } = {}, ...[d = c]) => [a, b, c, d]; out(f(1)); out(f(1, { c: 3 }, 4));",
        ["[1, 1, 1, 1]", "[1, 1, 3, 4]"],
    ),
    (
        "",
        "const f = (a, g = () => a) => { a++; return g(); }; out(f(1)); let z = 1; const h = (p = z) => { let z = 5; return p + z; }; out(h());",
        ["2", "6"],
    ),
    (
        "",
        "let w = [1, 2]; for (const x of w.map((x) => x + 1)) out(x); for (const { a = 1, b = a } of [{}, { a: 5 }]) out([a, b]); try { throw { m: 1 }; } catch ({ m, n = m }) { out([m, n]); }",
        ["2", "3", "[1, 1]", "[5, 5]", "[1, 1]"],
    ),
    (
        "",
        "const go = (n) => { if (n > 2) return 'end'; const r = next(n + 1); return r; function next(k) { return go(k) + last(k); } function last(k) { return k; } }; out(go(0));",
        ['"end321"'],
    ),
    (
        "",
        "const wait = async () => { const p = new Promise((done) => { later = () => { done(p === q); }; }); const q = p; return p; }; let later; const p = wait(); later(); out(await p);",
        ["true"],
    ),
    (
        "",
        "let a = 1; { try { out(a); } catch (e) { out([e.name, e.message, e instanceof ReferenceError, e instanceof Error]); } const a = 2; out(a); } out(a); try { JSON.parse('{'); } catch (e) { out(e instanceof SyntaxError); }",
        [
            '["ReferenceError", "Cannot access \'a\' before initialization", true, true]',
            "2",
            "1",
            "true",
        ],
    ),
    ("", "switch (2) { case f(): out('f'); break; case 1: function f() { return 2; } }", ['"f"']),
    (
        "",
        "const o = {}; for (let v = 0; v < 2; v++) { switch (v) { case 0: const k = { n: v }; o.get = () => k.n; k.n = 4; break; case 1: out(o.get()); } }",
        ["4"],
    ),
]
