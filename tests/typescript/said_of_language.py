"""Programs, with the classes above them, and what Node says: iterators, and regular expressions."""

from __future__ import annotations

ITERATORS = [
    (
        "",
        "function* g() { yield 1; yield 2; } out([...g()]); for (const x of g()) { out(x); break; } const [a] = g(); out(a);",
        ["[1, 2]", "1", "1"],
    ),
    (
        "",
        "function* g() { try { yield 1; yield 2; } finally { out('f'); } } for (const x of g()) { out(x); break; } out('end');",
        ["1", '"f"', '"end"'],
    ),
    (
        "",
        "function* g() { try { yield 1; yield 2; } finally { out('f'); } } try { for (const x of g()) { throw 'e'; } } catch (e) { out(e); } const [a] = g(); const [b, c, d] = g(); out(b, c, d);",
        ['"f"', '"e"', '"f"', '"f"', "1"],
    ),
    (
        "",
        "function* g(n) { const x = yield n; out(x); const y = yield x + 1; return y; } const i = g(3); out(i.next('lost')); out(i.next(7)); out(i.next(9)); out(i.next());",
        [
            '{"value": 3, "done": false}',
            "7",
            '{"value": 8, "done": false}',
            '{"value": 9, "done": true}',
            '{"value": undefined, "done": true}',
        ],
    ),
    (
        "",
        "function* g() { const r = yield* h(); out(r); yield* [5, 6]; yield* 'ab'; } function* h() { yield 1; return 2; } out([...g()]);",
        ["2", '[1, 5, 6, "a", "b"]'],
    ),
    (
        "",
        "function* g() { try { yield 1; } catch (e) { out(e); yield 9; } finally { out('fin'); } return 4; } const i = g(); i.next(); out(i.throw('x')); out(i.next()); out(i.next());",
        [
            '"x"',
            '{"value": 9, "done": false}',
            '"fin"',
            '{"value": 4, "done": true}',
            '{"value": undefined, "done": true}',
        ],
    ),
    (
        "",
        "function* g() { try { yield 1; } finally { yield 2; } } const i = g(); i.next(); out(i.return(5)); out(i.next()); out(i.next());",
        [
            '{"value": 2, "done": false}',
            '{"value": 5, "done": true}',
            '{"value": undefined, "done": true}',
        ],
    ),
    (
        "",
        "function* g() { yield 1; } const i = g(); out(i.return(5)); out(i.next()); try { g().throw('e'); } catch (e) { out(e); }",
        ['{"value": 5, "done": true}', '{"value": undefined, "done": true}', '"e"'],
    ),
    (
        "",
        "const m=new Map([['a',1],['b',2],['c',3]]); for(const k of m.keys()){ out(k); m.delete('b'); }",
        ['"a"', '"c"'],
    ),
    (
        "",
        "const s=new Set([1,2]); let n=0; for(const k of s){ out(k); s.delete(k); if(n++<4) s.add(k); }",
        ["1", "2", "1", "2", "1", "2"],
    ),
    (
        "",
        "const l=[1,2]; for(const [i,x] of l.entries()){ out(x); if(i<2) l.push(9); }",
        ["1", "2", "9", "9"],
    ),
    (
        "",
        "const m=new Map([[1,1]]); for (const [k] of m) { if (k < 5) m.set(k + 1, 1); } out(m);",
        ["map[[1, 1], [2, 1], [3, 1], [4, 1], [5, 1]]"],
    ),
    (
        "",
        "const m=new Map([[1,1],[2,2]]); const it=m.keys(); out(it.next().value); m.delete(1); m.set(1,0); out([...it]); out(it.next());",
        ["1", "[2, 1]", '{"value": undefined, "done": true}'],
    ),
    (
        "",
        "const a={}, b={}; const m=new Map([[a,1],[b,2]]); out(m.get(a), m.get(b)); out(m.get(b), m.has({})); const w=new WeakMap(); w.set(a,3); out(w.get(a)); out(w instanceof Map);",
        ["1", "2", "3", "false"],
    ),
    (
        "",
        "const f=()=>1; const s=new Set([f,f]); out(s.size); s.delete(f); out(s.size); out(JSON.stringify({m:new Map([[1,2]])}));",
        ["1", "0", '"{\\"m\\":{}}"'],
    ),
    (
        "",
        "const r=[]; await Promise.all((function*(){ for (let i=0;i<3;i++) { r.push(i); yield (async()=>{ r.push('a'+i); await 1; r.push('b'+i); })(); } })()); out(r);",
        ['[0, "a0", 1, "a1", 2, "a2", "b0", "b1", "b2"]'],
    ),
    (
        "",
        "function* nat(){ let n=0; while(true) yield n++; } const [p,,q]=nat(); out(p+q); const take=function*(n,it){ for(const x of it){ if(n--<=0) return; yield x; } }; out([...take(3,nat())]);",
        ["2", "[0, 1, 2]"],
    ),
    (
        "",
        "function* g() { yield 1; } const x=g(); for (const a of x) out(a); for (const a of x) out(a); out([...x]); out(new Set(g()).size, Array.from(g(), (v)=>v*2));",
        ["1", "[]", "1"],
    ),
    (
        "",
        "const o={ *items(){ yield 'a'; yield* this_(); } }; function* this_(){ yield 'b'; } out([...o.items()]);",
        ['["a", "b"]'],
    ),
    (
        "",
        "function* g(){ const a = yield; out(a); outer: for (const i of [1,2,3]) { for (const j of h()) { if (j===2) continue outer; if (i===2) break outer; yield [i,j]; } } } function* h(){ try { yield 1; yield 2; } finally { out('h'); } } const it=g(); it.next(); out(it.next('A')); out(it.next()); out(it.next());",
        [
            '"A"',
            '{"value": [1, 1], "done": false}',
            '"h"',
            '"h"',
            '{"value": undefined, "done": true}',
            '{"value": undefined, "done": true}',
        ],
    ),
    (
        "",
        "function f(){ for (const x of h()) return x; } function* h(){ try { yield 1; } finally { out('h'); } } out(f());",
        ['"h"', "1"],
    ),
    (
        "",
        "function f(){ for (const x of h()) { break; } } function* h(){ try { yield 1; } finally { throw 'in finally'; } } try { f(); } catch (e) { out(e); } function k(){ for (const x of h()) { throw 'first'; } } try { k(); } catch (e) { out(e); }",
        ['"in finally"', '"first"'],
    ),
    (
        "class A { n=1; f(){ return this.n; } g=()=>this.n; constructor(){ this.k = this.f.bind(this); } }",
        "const a=new A(); out(a.g===a.g); const k=a.k; out(k()); const h=a.f.bind(a); out(h()); out(a.f?.()); out(a['f']());",
        ["true", "1", "1", "1", "1"],
    ),
    (
        "class A { x=1; set v(n){ this.x=n; } get v(){ return this.x*2; } } class B extends A { set v(n){ this.x=n+1; } get v(){ return this.x; } }",
        "const a=new A(); a.v=5; out(a.v); const b=new B(); b.v=5; out(b.v); out(b.x);",
        ["10", "6", "6"],
    ),
    (
        "class A { items=[1,2]; *each(){ for (const x of this.items) yield x*2; } static *of(n){ yield n; } get all(){ return [...this.each()]; } }",
        "const a=new A(); out([...a.each(), ...A.of(4)]); out(a.all);",
        ["[2, 4, 4]", "[2, 4]"],
    ),
]
PATTERNS = [
    (
        "",
        "out('ab'.match(/(?:(a)|b)*/)); out('aBc'.replace(/(b)/i,'[$1]')); out('2024-01-02'.replace(/(?<y>\\d+)-(?<m>\\d+)/, '$<m>/$<y>$$$&'));",
        ['["ab", undefined]', '"a[B]c"', '"01/2024$2024-01-02"'],
    ),
    (
        "",
        "const m = '/upload/12/x'.match(/^\\/upload\\/(?<id>\\d+)\\/(\\w)$/); out(m); out(m.index); out(m.groups.id); out(m.length); const [, a, b] = m; out(a+b); const { groups: { id } } = m; out(id); out(m.input);",
        ['["/upload/12/x", "12", "x"]', "0", '"12"', "3", '"12x"', '"12"', '"/upload/12/x"'],
    ),
    (
        "",
        "const r = /a/y; out(r.test('ba')); out(r.lastIndex); r.lastIndex = 1; out(r.test('ba')); out(r.lastIndex); out(r.test('ba'), r.lastIndex);",
        ["false", "0", "true", "2", "false"],
    ),
    (
        "",
        "const r = /(\\d)/g; let m; while ((m = r.exec('a1b22')) !== null) { out(m[1]); out(m.index); out(r.lastIndex); }",
        ['"1"', "1", "2", '"2"', "3", "4", '"2"', "4", "5"],
    ),
    (
        "",
        "out([...'a1b22'.matchAll(/(?<l>[a-z])(\\d)/g)].map((m) => m.groups.l + m[2] + m.index));",
        ['["a10", "b22"]'],
    ),
    (
        "",
        "out('abcb'.search(/b/)); out('a,b;c'.split(/[,;]/)); out('a1b2'.split(/(\\d)/)); out('abc'.split(/(?:)/)); out(''.split(/x/)); out(''.split(/(?:)/)); out('aXbX'.split(/x/i, 1));",
        [
            "1",
            '["a", "b", "c"]',
            '["a", "1", "b", "2", ""]',
            '["a", "b", "c"]',
            '[""]',
            "[]",
            '["a"]',
        ],
    ),
    (
        "",
        "out('aab'.match(/(a)\\1b/)); out('ab'.match(/(?<=a)b/)); out('cb'.match(/(?<!a)b/)); out('price 42'.match(/(?<=\\w+ )\\d+/)); out('xx'.match(/(?<c>x)\\k<c>/));",
        ['["aab", "a"]', '["b"]', '["b"]', '["42"]', '["xx", "x"]'],
    ),
    (
        "",
        "out('aaa'.match(/a{2}/)); out('aaa'.match(/a{1,2}?/)); out('aaaa'.match(/^(a{2,})$/)); out('foo\\nbar'.match(/^bar$/m)); out('a\\nb'.match(/a.b/)); out('a\\nb'.match(/a.b/s));",
        ['["aa"]', '["a"]', '["aaaa", "aaaa"]', '["bar"]', "null", '["a\\nb"]'],
    ),
    (
        "",
        "out('abc'.replace(/b/g, (x, i, s) => x + i + s)); out('aaa'.replace(/a/g, '$&$&')); out('abc'.replace(/(?:)/g, '-')); out('x'.replace(/(y)?x/, '[$1]')); out('abc'.replaceAll(/b|c/g, '')); try { 'a'.replaceAll(/a/, ''); } catch (e) { out(e); }",
        ['"ab1abcc"', '"aaaaaa"', '"-a-b-c-"', '"[]"', '"a"', "TypeError"],
    ),
    (
        "",
        "out('aBC'.match(/[a-c]+/i)); out('_9'.match(/\\W|\\D/)); out('\\u00a0x'.match(/\\s/)); out('a-b'.match(/[\\w-]+/)); out('a]b'.match(/[\\]]/)); out('a/b'.match(/\\//)); out('tab\\t'.match(/\\t/)); out('é'.match(/[^a-z]/));",
        ['["aBC"]', '["_"]', '["\xa0"]', '["a-b"]', '["]"]', '["/"]', '["\\t"]', '["é"]'],
    ),
    (
        "",
        "out(/a|ab/.exec('abc')); out(/((a)|(ab))((c)|(bc))/.exec('abc')); out(/a[a-z]{2,4}?/.exec('abcdefghi')); out(/(aa|aabaac|ba|b|c)*/.exec('aabaac')); out(/(z)((a+)?(b+)?(c))*/.exec('zaacbbbcac')); out(/(?=(a+))/.exec('baaabac')); out(/(?=(a+))a*b\\1/.exec('baaabac')); out(/(.*?)a(?!(a+)b\\2c)\\2(.*)/.exec('baaabaac'));",
        [
            '["a"]',
            '["abc", "a", "a", undefined, "bc", undefined, "bc"]',
            '["abc"]',
            '["aaba", "ba"]',
            '["zaacbbbcac", "z", "ac", "a", undefined, "c"]',
            '["", "aaa"]',
            '["aba", "a"]',
            '["baaabaac", "ba", undefined, "abaac"]',
        ],
    ),
    (
        "",
        "out(/(?<=(\\d+)(\\d+))$/.exec('1053')); out(/(?<=^(\\d+)(\\d+))$/.exec('1053')); out(/(?<=\\1(a))b/.exec('aab')); out(/\\bfoo\\b/.test('a foo b')); out(/\\Bo/.exec('foo')); out(/(a*)*/.exec('b')); out(/(?:a*?)*?b/.exec('aab')); out(/(a?)??/.exec('a'));",
        [
            '["", "1", "053"]',
            '["", "1", "053"]',
            '["b", "a"]',
            "true",
            '["o"]',
            '["", undefined]',
            '["aab"]',
            '["", undefined]',
        ],
    ),
    (
        "",
        "const p = new RegExp('a+', 'gi'); out(p.flags); out(p.source); out(p.global); out(p.sticky); out(String(p)); out('xAAx'.match(p)); out(p.lastIndex); out(new RegExp('\\\\d{3}').test('a123'));",
        ['"gi"', '"a+"', "true", "false", '"/a+/gi"', '["AA"]', "0", "true"],
    ),
    (
        "",
        "const r = /a/g; r.lastIndex = 5; out(r.test('aaa')); out(r.lastIndex); out('aXbX'.replace(/x/i, '$0')); out('ab'.replace(/(a)(b)/, '$2$1$3$10'));",
        ["false", "0", '"a$0bX"', '"ba$3a0"'],
    ),
    (
        "",
        "out('aaa'.lastIndexOf('a')); out('x'.match(/y/)); out('xyx'.match(/x/g)); out('xyx'.match(/z/g)); out(JSON.stringify('ab'.match(/(a)/))); out(Array.isArray('ab'.match(/a/))); out('a.b'.split('.').map((s) => s.toUpperCase()));",
        ["2", "null", '["x", "x"]', "null", '"[\\"a\\",\\"a\\"]"', "true", '["A", "B"]'],
    ),
]
