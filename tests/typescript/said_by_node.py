"""Small programs, and what Node 20 says of each: held here where Node is not there, too."""

from __future__ import annotations

SAID: list[tuple[str, list[str]]] = [
    (
        "let w = 0; do { w++; if (w === 3) continue; out(w); } while (w < 3); outer: for (const i of [1, 2]) { for (const j of [1, 2]) { if (j === 2) continue outer; out([i, j]); } out('never'); }",
        ["1", "2", "[1, 1]", "[2, 1]"],
    ),
    (
        "out([1 !== true, 1 !== 1.0, undefined !== null, [] !== [], NaN !== NaN]); out([4 > 3, 3 > 3, 3 >= 4, 3 >= 3, 2 < 2, 2 <= 2]);",
        ["[true, false, true, true, true]", "[true, false, false, true, false, true]"],
    ),
    (
        "out([+'5', +true, +'', +[], +{}, 1 + +'3', +null, - -2, +-'0x10']); out((1 < 2) < 3);",
        ["[5, 1, 0, 0, NaN, 4, 0, 2, -16]", "true"],
    ),
    (
        "out(1 + '2'); out('3' * '4'); out([1] + [2]); out(null + 1); out(undefined + 1);",
        ['"12"', "12", '"12"', "1", "NaN"],
    ),
    (
        "out(0.1 + 0.2); out(2 ** 53 + 1); out(-7 % 3); out(7 % -3); out(5 / 0); out(0 * -1); out(-0);",
        ["0.30000000000000004", "9007199254740992", "-1", "1", "Infinity", "-0", "-0"],
    ),
    (
        "out([1 << 31, 1 >>> 0, -1 >>> 0, -1 >> 1, 5 & 3, 5 | 3, 5 ^ 3, ~5]);",
        ["[-2147483648, 1, 4294967295, -1, 1, 7, 6, -6]"],
    ),
    (
        "out([1 === 1, '1' === 1, null === undefined, NaN === NaN, [] === []]);",
        ["[true, false, false, false, false]"],
    ),
    (
        "out([1 == '1', null == undefined, null == 0, '' == 0, [1] == 1]);",
        ["[true, true, false, true, true]"],
    ),
    (
        "out([1 < 2, '10' < '9', 10 < '9', null < 1, undefined < 1, 'a' < 'b', 2 <= 2, 3 >= 4]);",
        ["[true, true, false, true, false, true, true, false]"],
    ),
    (
        "out([!!'', !!'0', !!0, !!NaN, !![], !!{}, !!null, !!-1]);",
        ["[false, true, false, false, true, true, false, true]"],
    ),
    (
        "out([typeof undefined, typeof null, typeof 1, typeof 'a', typeof true, typeof {}, typeof [], typeof (() => 1)]);",
        ['["undefined", "object", "number", "string", "boolean", "object", "object", "function"]'],
    ),
    (
        "out([null ?? 1, 0 ?? 1, undefined ?? 2, 0 || 3, 1 && 4, 0 && 5]);",
        ["[1, 0, 2, 3, 4, 0]"],
    ),
    (
        "const o = { a: { b: 1 }, n: null }; out([o?.a?.b, o.x?.y.z, o.n?.q, o.a?.['b']]); try { o.x.y; } catch (e) { out(e.name); }",
        ["[1, undefined, undefined, 1]", '"TypeError"'],
    ),
    (
        "const { a, b = 2, ...rest } = { a: 1, c: 3, d: 4 }; out([a, b, rest]); const [x, , y = 9, ...z] = [1, 2, undefined, 4, 5]; out([x, y, z]);",
        ['[1, 2, {"c": 3, "d": 4}]', "[1, 9, [4, 5]]"],
    ),
    (
        "out([...'ab', ...[1, 2], ...new Set([3, 3])]); out({ ...{ a: 1, b: 2 }, b: 3 }); out(((...r) => r.length)(...[1, 2], 3));",
        ['["a", "b", 1, 2, 3]', '{"a": 1, "b": 3}', "3"],
    ),
    (
        "out({ 2: 'b', 1: 'a', z: 0, y: 1 }); for (const k in { b: 1, 10: 2, 9: 3 }) out(k);",
        ['{"1": "a", "2": "b", "z": 0, "y": 1}', '"9"', '"10"', '"b"'],
    ),
    (
        "const fs = []; for (let i = 0; i < 3; i++) fs.push(() => i); out(fs.map((f) => f())); let n = 0; const g = () => ++n; g(); out([g(), n]);",
        ["[0, 1, 2]", "[2, 2]"],
    ),
    (
        "outer: for (const i of [1, 2, 3]) { for (const j of [1, 2, 3]) { if (j === 2) continue outer; if (i === 3) break outer; out([i, j]); } }",
        ["[1, 1]", "[2, 1]"],
    ),
    (
        "for (const v of [1, 2, 3, 9]) { switch (v) { case 1: out('one'); case 2: out('two'); break; default: out('other'); case 3: out('three'); } }",
        ['"one"', '"two"', '"two"', '"three"', '"other"', '"three"'],
    ),
    (
        "let w = 0; do { w++; if (w === 2) continue; out(w); } while (w < 3); while (true) { if (w-- < 1) break; } out(w);",
        ["1", "3", "-1"],
    ),
    (
        "const f = () => { try { return 'try'; } finally { out('finally'); } }; out(f()); try { throw new TypeError('x'); } catch (e) { out([e instanceof TypeError, e instanceof Error, e.message]); } finally { out('end'); }",
        ['"finally"', '"try"', '[true, true, "x"]', '"end"'],
    ),
    (
        "out([1, 2, 3].map((v, i) => v * i)); out([3, 1, 2].sort()); out([10, 9, 1].sort()); out([3, 1, 2].sort((p, q) => q - p)); out([1, 2, 3, 4].filter((v) => v % 2));",
        ["[0, 2, 6]", "[1, 2, 3]", "[1, 10, 9]", "[3, 2, 1]", "[1, 3]"],
    ),
    (
        "out([[1, [2]], 3].flat()); out([1, 2, 3].reduce((p, q) => p + q)); out([1, 2, 3].indexOf(2)); out([NaN].includes(NaN)); out([NaN].indexOf(NaN)); out([1, null, undefined].join('-'));",
        ["[1, [2], 3]", "6", "1", "true", "-1", '"1--"'],
    ),
    (
        "const l = [1, 2, 3, 4, 5]; out([l.slice(-2), l.splice(1, 2, 'x'), l, l.at(-1), l.findIndex((v) => v === 5), l.concat([6], 7)]); out([l.pop(), l.shift(), l.unshift(0), l]);",
        ['[[4, 5], [2, 3], [1, "x", 4, 5], 5, 3, [1, "x", 4, 5, 6, 7]]', '[5, 1, 3, [0, "x", 4]]'],
    ),
    (
        "out('abcabc'.replace('b', '-')); out('abcabc'.replaceAll('b', '$&!')); out('a,b'.split(',')); out('abc'.slice(-2)); out('abc'.substring(2, 0)); out(' a '.trim()); out('a'.padStart(3, '01')); out('abc'.indexOf('z')); out('abc'.at(-1)); out('abc'.charCodeAt(1));",
        ['"a-cabc"', '"ab!cab!c"', '["a", "b"]', '"bc"', '"ab"', '"a"', '"01a"', "-1", '"c"', "98"],
    ),
    (
        "out('x1y22'.match(/\\d+/g)); out('x1y22'.replace(/(\\d)/, (m, d) => d * 2)); out(/^a(b)?/.exec('ac')); out('a1b2'.split(/\\d/));",
        ['["1", "22"]', '"x2y22"', '["a", undefined]', '["a", "b", ""]'],
    ),
    (
        "out([parseInt('12px'), parseInt('0x1f'), parseInt('101', 2), parseInt(''), parseFloat('3.5e1x'), Number(''), Number(' 12 '), Number('1_0'), Number(null), Number([5])]);",
        ["[12, 31, 5, NaN, 35, 0, 12, NaN, 0, 5]"],
    ),
    (
        "out([Math.round(2.5), Math.round(-2.5), Math.round(-0.2), Math.floor(-1.5), Math.trunc(-1.5), Math.max(), Math.min(1, '0'), Math.sign(-3), Math.abs(-0)]);",
        ["[3, -2, -0, -2, -1, -Infinity, 0, -1, 0]"],
    ),
    (
        "out([(1.005).toFixed(2), (1e21).toString(), (255).toString(16), (0.000001).toString(), (1e-7).toString(), String(123456789012345680000)]);",
        ['["1.00", "1e+21", "ff", "0.000001", "1e-7", "123456789012345680000"]'],
    ),
    (
        'out(JSON.stringify({ a: [1, undefined, () => 1], b: undefined, c: NaN, d: \'é"\\n\', e: null })); out(JSON.parse(\'{"a": [1.0, 2e2], "b": "\\\\u0041"}\')); try { JSON.parse(\'{\'); } catch (e) { out(e.name); } out(JSON.stringify([1, { a: 2 }], null, 2));',
        [
            '"{\\"a\\":[1,null,null],\\"c\\":null,\\"d\\":\\"é\\\\\\"\\\\n\\",\\"e\\":null}"',
            '{"a": [1, 200], "b": "A"}',
            '"SyntaxError"',
            '"[\\n  1,\\n  {\\n    \\"a\\": 2\\n  }\\n]"',
        ],
    ),
    (
        "const m = new Map([['a', 1]]); m.set('b', 2).set('a', 3); out([m.size, m.get('a'), m.get('z'), m.has('b'), [...m.keys()], [...m]]); m.delete('a'); out(m); const s = new Set([1, '1', 1, NaN, NaN]); out([s.size, s.has(NaN), [...s]]);",
        [
            '[2, 3, undefined, true, ["a", "b"], [["a", 3], ["b", 2]]]',
            'map[["b", 2]]',
            '[3, true, [1, "1", NaN]]',
        ],
    ),
    (
        "out(Object.entries({ a: 1, b: 2 })); out(Object.fromEntries([['a', 1]])); out(Object.assign({ a: 1 }, { b: 2 })); out(Object.keys([5, 6])); out('a' in { a: 1 }); const d = { a: 1 }; delete d.a; out(d); out(Array.from({ length: 2 }, (_, i) => i * 2));",
        [
            '[["a", 1], ["b", 2]]',
            '{"a": 1}',
            '{"a": 1, "b": 2}',
            '["0", "1"]',
            "true",
            "{}",
            "[0, 2]",
        ],
    ),
    (
        "let c = 5; out([c++, c, ++c, c--, c]); c += 2; c *= 3; c -= 1; c **= 2; c %= 100; out(c); let u; u ??= 1; u ||= 2; u &&= 3; out(u); const q = { k: 1 }; q.k += 2; q['k']++; out(q);",
        ["[5, 6, 7, 7, 6]", "29", "3", '{"k": 4}'],
    ),
    (
        "let n = 0; for (let i = 3; i--; ) n++; const o = { k: 2 }; for (; o.k--; ) n++; out([n, o]);",
        ['[5, {"k": -1}]'],
    ),
    (
        "for (const v of [0, 1, 2]) { try { switch (v) { case 0: let x = 5; out(x); break; case 1: x = 6; default: out(x); } } catch (e) { out(e.name); } } try { out(y); } catch (e) { out(e.message); } let y = 1;",
        [
            "5",
            '"ReferenceError"',
            '"ReferenceError"',
            "\"Cannot access 'y' before initialization\"",
        ],
    ),
    (
        "const fs = []; for (let i = 0, more = () => i++; i < 3; more(), i++) fs.push(() => i); out(fs.map((f) => f())); const o = { a: 1, b: 2 }; for (const k in o) { out(k); delete o.b; }",
        ["[0, 1, 2]", '"a"'],
    ),
    (
        "use(out);",
        [
            '[2, ["own", 4], "derived!", [1, 2], "s2", "s4", "base", true]',
            '[10, [1, 2], ["list", "name", "extra", "more"]]',
            "6",
            "[2, 2]",
            '["later", 12]',
        ],
    ),
    (
        "const log = []; const p = Promise.resolve(); p.then(() => log.push(1)).then(() => log.push(3)); (async () => { await null; log.push(2); await null; log.push(4); })(); await new Promise((r) => r()); await 0; await 0; await 0; out(log);",
        ["[1, 2, 3, 4]"],
    ),
    (
        "const log = []; const h = async (k) => { log.push('in' + k); await 0; log.push('out' + k); return k; }; const r = h(1); log.push('after'); out(await Promise.all([r, h(2), 3])); out(log);",
        ["[1, 2, 3]", '["in1", "after", "in2", "out1", "out2"]'],
    ),
    (
        "const log = []; const inner = async () => { throw new RangeError('r'); }; try { await inner(); } catch (e) { log.push(e.name); } finally { log.push('f'); } await Promise.reject(1).catch((e) => log.push(e)).finally(() => log.push('g')); out(log);",
        ['["RangeError", "f", 1, "g"]'],
    ),
    (
        "const log = []; (async () => { const v = await (async () => Promise.resolve('deep'))(); log.push(v); })(); for (let i = 0; i < 6; i++) { await 0; log.push(i); } out(log);",
        ['[0, 1, "deep", 2, 3, 4, 5]'],
    ),
    (
        "out(await Promise.allSettled([1, Promise.reject(2)])); out(await Promise.race([new Promise(() => 1), 5])); try { await Promise.all([Promise.reject(7), 1]); } catch (e) { out(e); }",
        ['[{"status": "fulfilled", "value": 1}, {"status": "rejected", "reason": 2}]', "5", "7"],
    ),
    (
        "out(`${1}${null}${undefined}${[1, [2]]}${{}}`); out(String([null])); out([] + {}); out(`a${`b${1}`}`); out([void 0, (1, 2)]);",
        [
            '"1nullundefined1,2[object Object]"',
            '""',
            '"[object Object]"',
            '"ab1"',
            "[undefined, 2]",
        ],
    ),
    (
        "const t = (k = 1, { v = 2 } = {}, [y] = [3]) => [k, v, y]; out([t(), t(undefined, { v: 5 }), t(0, {}, [])]); out(((a, b) => [a, b])(1)); out((function () { return 1; })());",
        ["[[1, 2, 3], [1, 5, 3], [0, 2, undefined]]", "[1, undefined]", "1"],
    ),
    (
        "out([Number.isInteger(5.0), Number.isInteger('5'), isNaN('x'), Number.isNaN('x'), isFinite('5'), Number.MAX_SAFE_INTEGER]); out(encodeURIComponent('a b&é')); out(decodeURIComponent('%C3%A9')); out(structuredClone({ a: [1] }));",
        [
            "[true, false, true, false, true, 9007199254740991]",
            '"a%20b%26%C3%A9"',
            '"é"',
            '{"a": [1]}',
        ],
    ),
]
