"""Random programs in the part of TypeScript that is JavaScript too: what Node can run as it is.

Each is the body of an async function that says what it finds with ``out(...)``.
"""

from __future__ import annotations

import random

NUMBERS = [
    "0",
    "1",
    "2",
    "3",
    "7",
    "10",
    "-1",
    "0.5",
    "1.5",
    "-2.25",
    "100",
    "255",
    "1e3",
    "1e21",
    "2147483648",
    "9007199254740991",
    "0.1",
    "NaN",
    "Infinity",
]
TEXTS = [
    "''",
    "'a'",
    "'abc'",
    "'a,b,c'",
    "'12'",
    "' 3.5 '",
    "'0x1f'",
    "'Hello World'",
    "'x-y-z'",
    "'1e3'",
]
PATTERNS = [
    "/a/",
    "/b+/",
    "/[a-c]+/",
    "/\\d+/",
    "/(\\w)(\\w)/",
    "/^a/i",
    "/o/g",
    "/,/",
    "/\\s+/g",
    "/z$/",
]
ARITHMETIC = ["+", "-", "*", "/", "%", "**"]
BITS = ["&", "|", "^", "<<", ">>", ">>>"]
COMPARISONS = ["<", "<=", ">", ">=", "===", "!==", "==", "!="]


class Maker:
    """Makes one program. ``rng`` decides all of it."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.names: list[str] = []
        self.changeable: list[str] = []
        self.count = 0
        self.is_async = True

    def pick(self, *items: str) -> str:
        return self.rng.choice(items)

    def fresh(self, prefix: str = "v") -> str:
        self.count += 1
        return f"{prefix}{self.count}"

    # --- expressions -------------------------------------------------------------------------

    def value(self, depth: int) -> str:
        """Any value."""
        if depth <= 0:
            return self.leaf()
        make = self.rng.choice(
            (self.number, self.number, self.text, self.truth, self.array, self.thing, self.mixed)
        )
        return make(depth)

    def leaf(self) -> str:
        if self.names and self.rng.random() < 0.4:
            return self.rng.choice(self.names)
        return self.rng.choice(
            [
                *NUMBERS,
                *TEXTS,
                "true",
                "false",
                "null",
                "undefined",
                "[]",
                "[1, 2, 3]",
                "{}",
                "['b', 'a']",
            ]
        ).replace("{}", "({})")

    def number(self, depth: int) -> str:
        if depth <= 0:
            return self.rng.choice(NUMBERS)
        a, b = self.number(depth - 1), self.number(depth - 1)
        t = self.text(depth - 1)
        return self.pick(
            f"({a} {self.pick(*ARITHMETIC[:5])} {b})",
            f"({a} {self.pick(*BITS)} {b})",
            f"(-{self.number(0).lstrip('-')})",
            f"(~{a})",
            f"Math.{self.pick('floor', 'ceil', 'round', 'trunc', 'abs', 'sign', 'sqrt')}({a})",
            f"Math.{self.pick('min', 'max')}({a}, {b})",
            f"{t}.length",
            f"{t}.indexOf({self.text(0)})",
            f"{t}.charCodeAt({self.pick('0', '1', '9')})",
            f"Number({self.value(depth - 1)})",
            f"parseInt({t}, {self.pick('10', '16', '2', 'undefined')})",
            f"parseFloat({t})",
            f"{self.array(depth - 1)}.length",
            f"(({self.value(depth - 1)}) - {b})",
            f"({self.value(depth - 1)} * 1)",
            f"[1, 2, 3, 4].reduce((x, y) => x + y * {a}, {b})",
        )

    def text(self, depth: int) -> str:
        if depth <= 0:
            return self.rng.choice(TEXTS)
        a, b = self.text(depth - 1), self.text(depth - 1)
        n = self.pick("0", "1", "2", "-1", "5", "1.7", "NaN")
        return self.pick(
            f"({a} + {self.value(depth - 1)})",
            f"`<${{{self.value(depth - 1)}}}|${{{b}}}>`",
            f"{a}.slice({n}, {self.pick('2', '-1', 'undefined', '9')})",
            f"{a}.substring({n}, {self.pick('2', '0', '9')})",
            f"{a}.{self.pick('toUpperCase', 'toLowerCase', 'trim', 'trimStart', 'trimEnd')}()",
            f"{a}.{self.pick('padStart', 'padEnd')}({self.pick('3', '8', '0')}, {self.pick(chr(39) + '0' + chr(39), chr(39) + 'xy' + chr(39))})",
            f"{a}.{self.pick('replace', 'replaceAll')}({self.pick(*TEXTS[1:])}, {b})",
            f"{a}.replace({self.pick(*PATTERNS)}, (m) => m.length + '!')",
            f"String({self.value(depth - 1)})",
            f"{a}.split({self.pick(chr(39) + ',' + chr(39), chr(39) * 2, '/,/', 'undefined')}).join({b})",
            f"({self.array(depth - 1)}).join({b})",
            f"typeof {self.value(depth - 1)}",
            f"{a}.charAt({n})",
            f"{a}.concat({b}, 1, null)",
            f"JSON.stringify({self.plain(depth - 1)})",
            f"({self.rng.choice(['1.005', '2.5', '1e21', '0', '123.456', '-0.5'])}).toFixed({self.pick('0', '1', '2')})",
            f"(255).toString({self.pick('2', '16', '36', '10')})",
            f"encodeURIComponent({a})",
            f"{a}.repeat({self.pick('0', '2')})",
        )

    def plain(self, depth: int) -> str:
        """Data that JSON knows."""
        if depth <= 0:
            return self.rng.choice([*NUMBERS, *TEXTS, "null", "true", "undefined"])
        return self.pick(
            f"[{self.plain(depth - 1)}, {self.plain(depth - 1)}]",
            f"{{ b: {self.plain(depth - 1)}, a: {self.plain(depth - 1)}, 2: 1, 1: 0 }}",
            self.text(depth - 1),
        )

    def truth(self, depth: int) -> str:
        if depth <= 0:
            return self.pick("true", "false")
        a, b = self.value(depth - 1), self.value(depth - 1)
        return self.pick(
            f"({a} {self.pick(*COMPARISONS)} {b})",
            f"({self.number(depth - 1)} {self.pick(*COMPARISONS)} {self.number(depth - 1)})",
            f"({self.text(depth - 1)} {self.pick(*COMPARISONS)} {self.text(depth - 1)})",
            f"(!{a})",
            f"Number.{self.pick('isInteger', 'isFinite', 'isNaN', 'isSafeInteger')}({a})",
            f"{self.text(depth - 1)}.{self.pick('includes', 'startsWith', 'endsWith')}({self.text(0)})",
            f"{self.pick(*PATTERNS)}.test({self.text(depth - 1)})",
            f"Array.isArray({a})",
            f"{self.array(depth - 1)}.{self.pick('some', 'every')}((x) => x > {self.number(0)})",
            f"{self.array(depth - 1)}.includes({a})",
            f"Object.is({a}, {b})",
            f"('b' in {self.plainobject(depth - 1)})",
        )

    def array(self, depth: int) -> str:
        if depth <= 0:
            return self.pick(
                "[]",
                "[1, 2, 3]",
                "['b', 'a', 'c']",
                "[3, 1, 2]",
                "[[1, 2], [3]]",
                "[null, undefined, 0]",
            )
        a = self.array(depth - 1)
        n = self.pick("0", "1", "-1", "2", "9")
        return self.pick(
            f"[{self.value(depth - 1)}, {self.value(depth - 1)}, ...{a}]",
            f"{a}.map((x, i) => [i, {self.over('x', depth - 1)}])",
            f"{a}.filter((x) => {self.over('x', depth - 1)})",
            f"{a}.slice({n}, {self.pick('2', '-1', 'undefined')})",
            f"[...{a}].{self.pick('sort', 'reverse')}()",
            f"{self.pick('[3, 1, 2]', '[10, 9, 1]', '[5]')}.sort((x, y) => {self.pick('x - y', 'y - x')})",
            f"{a}.concat({self.value(depth - 1)})",
            f"{a}.flat()",
            f"{a}.flatMap((x) => [x, {self.number(0)}])",
            f"Object.{self.pick('keys', 'values', 'entries')}({self.plainobject(depth - 1)})",
            f"Array.from({{ length: {self.pick('0', '2', '3')} }}, (_, i) => i * {self.number(0)})",
            f"[...new Set({a}.map((x) => typeof x === 'object' ? 0 : x))]",
            f"[...{self.text(depth - 1)}]",
            f"{self.text(depth - 1)}.split({self.pick(*TEXTS[:3])})",
            f"({self.text(depth - 1)}.match({self.pick(*PATTERNS)}) ?? []).slice(0)",
            f"[...{a}].splice({n}, {self.pick('0', '1', '2')}, {self.value(0)})",
            f"[...{a}].fill({self.value(0)}, {n})",
            f"[{a}.at({n}), {a}.indexOf({self.value(0)}), {a}.findIndex((x) => x === {self.value(0)})]",
            f"[...new Map([['k', {self.value(0)}], [1, 2]]).entries()]",
        )

    def over(self, name: str, depth: int) -> str:
        """Something about one name."""
        return self.pick(
            name,
            f"{name} > {self.number(0)}",
            f"String({name})",
            f"{name} ?? {self.value(depth)}",
            f"({name} && {self.value(depth)})",
            f"typeof {name}",
        )

    def plainobject(self, depth: int) -> str:
        if depth <= 0:
            return self.pick(
                "({})", "({ b: 1 })", "({ b: { c: 2 }, a: null })", "({ 10: 1, 2: 2, z: 3 })"
            )
        return self.pick(
            f"({{ b: {self.value(depth - 1)}, ...{self.plainobject(depth - 1)} }})",
            f"({{ [{self.text(0)}]: {self.value(depth - 1)}, a: 1 }})",
            f"Object.assign({{ b: 0 }}, {self.plainobject(depth - 1)})",
            f"Object.fromEntries([['q', {self.value(depth - 1)}]])",
        )

    def thing(self, depth: int) -> str:
        return self.plainobject(depth)

    def mixed(self, depth: int) -> str:
        a, b = self.value(depth - 1), self.value(depth - 1)
        return self.pick(
            f"({self.truth(depth - 1)} ? {a} : {b})",
            f"({a} && {b})",
            f"({a} || {b})",
            f"({a} ?? {b})",
            f"{self.plainobject(depth - 1)}?.b",
            f"{self.plainobject(depth - 1)}?.b?.['c']",
            f"(void {a})",
            f"({a}, {b})",
            f"((p = {a}) => {self.over('p', depth - 1)})()",
            f"(({{ b = {a} }}) => b)({self.plainobject(depth - 1)})",
            f"(([p, ...q]) => [q, p])({self.array(depth - 1)})",
            f"{self.array(depth - 1)}[{self.pick('0', '1', '7')}]",
            f"({a} + {b})",
            f"((...r) => r)({a}, ...{self.array(depth - 1)})",
        )

    # --- statements --------------------------------------------------------------------------

    def statements(self, count: int, depth: int) -> str:
        before = len(self.names), len(self.changeable)
        made = " ".join(self.statement(depth) for _ in range(count))
        del self.names[before[0] :]
        del self.changeable[before[1] :]
        return made

    def statement(self, depth: int) -> str:
        kinds = [self.declared, self.said, self.said, self.changed]
        if depth > 0:
            kinds += [
                self.condition,
                self.loop,
                self.tried,
                self.switched,
                self.closures,
                self.destructured,
            ]
            kinds += [self.klass, self.waiting, self.waiting] if self.is_async else [self.klass]
        return self.rng.choice(kinds)(depth)

    def declared(self, depth: int) -> str:
        name, value = self.fresh(), self.value(2)
        kind = self.pick("let", "const")
        self.names.append(name)
        if kind == "let":
            self.changeable.append(name)
        return f"{kind} {name} = {value};"

    def said(self, depth: int) -> str:
        return f"out({self.value(3)});"

    def changed(self, depth: int) -> str:
        if not self.changeable:
            return self.said(depth)
        name = self.rng.choice(self.changeable)
        return self.pick(
            f"{name} = {self.value(2)};",
            f"{name} {self.pick('+', '-', '*')}= {self.value(1)};",
            f"{name} {self.pick('??', '||', '&&')}= {self.value(1)};",
            f"out({name}++); out(--{name});",
            f"out([{name}, {name} = {self.value(1)}, {name}]);",
        )

    def condition(self, depth: int) -> str:
        return (
            f"if ({self.value(2)}) {{ {self.statements(2, depth - 1)} }} "
            f"else {{ {self.statements(1, depth - 1)} }}"
        )

    def loop(self, depth: int) -> str:
        i, label = self.fresh("i"), self.fresh("l")
        self.names.append(i)
        jump = self.pick(
            "",
            f"if ({i} === 1) continue;",
            f"if ({i} === 2) break;",
            f"for (const k of [1, 2]) {{ if (k === {i}) continue {label}; out(k); }}",
            f"for (const k of [1, 2]) {{ if (k + {i} === 3) break {label}; out([k, {i}]); }}",
            f"switch ({i}) {{ case 1: continue; case 0: out('zero'); break; default: out('more'); }}",
            f"try {{ if ({i} === 1) continue; out('in'); }} finally {{ out('end'); }}",
        )
        inner = self.statements(1, depth - 1)
        body = f"{jump} {inner} out({i});"
        made = self.pick(
            f"{label}: for (let {i} = 0; {i} < 3; {i}++) {{ {body} }}",
            f"{label}: for (const {i} of [0, 1, 2]) {{ {body} }}",
            f"{label}: for (let {i} = 3; {i}--; ) {{ {body} }}",
            f"{label}: for (let {i} = 0, m{i} = () => {i}{self.pick('', '++')}; {i} < 3; m{i}(), {i}++) {{ {body} }}",
            f"{{ const o{i} = {{ n: 3 }}; {label}: for (; o{i}.n--; ) {{ const {i} = o{i}.n; {body} }} }}",
            f"{{ let {i} = -1; {label}: while (++{i} < 3) {{ {body} }} }}",
            f"{{ let {i} = -1; {label}: do {{ {i}++; {body} }} while ({i} < 2); }}",
        )
        self.names.remove(i)
        if self.rng.random() < 0.15:
            key = self.fresh("k")
            drop = self.pick("", f"delete k{key}.b;", f"delete k{key}[{key}];", f"k{key}.z = 1;")
            over = f"const k{key} = {self.plainobject(1)};"
            return f"{made} {{ {over} for (const {key} in k{key}) {{ out({key}); {drop} }} }}"
        return made

    def tried(self, depth: int) -> str:
        error = self.fresh("e")
        thrown = self.pick(
            f"throw {self.value(1)};",
            "throw new Error('bad');",
            "throw new TypeError('kind');",
            "null.x;",
            "undefined.x();",
            "(1)();",
            "",
        )
        inner = self.statements(1, depth - 1)
        caught = f"out({error} instanceof Error ? [{error}.name, {error} instanceof TypeError] : {error});"
        final = (
            f"finally {{ out('finally'); {self.statements(1, 0)} }}"
            if self.rng.random() < 0.4
            else ""
        )
        return f"try {{ {inner} {thrown} out('on'); }} catch ({error}) {{ {caught} }} {final}"

    def switched(self, depth: int) -> str:
        cases = [
            f"case {self.value(1)}: {self.statements(1, 0)} {self.pick('break;', '')}"
            for _ in range(3)
        ]
        cases.insert(
            self.rng.randrange(4), f"default: {self.statements(1, 0)} {self.pick('break;', '')}"
        )
        if self.rng.random() < 0.3:
            x = self.fresh("x")
            cases.insert(self.rng.randrange(5), f"case {self.value(1)}: let {x} = {self.value(1)};")
            cases.append(f"case {self.value(1)}: {self.pick(f'{x} = 1;', f'{x}++;', '')} out({x});")
            whole = f"switch ({self.value(1)}) {{ {' '.join(cases)} }}"
            return f"try {{ {whole} }} catch (e) {{ out(e.name); }}"
        return f"switch ({self.value(1)}) {{ {' '.join(cases)} }}"

    def closures(self, depth: int) -> str:
        fs, i = self.fresh("f"), self.fresh("i")
        change = self.pick("", f"{i} += 0;", f"const w{self.count} = {i} * 2;")
        extra = f" + w{self.count}" if change.startswith("const") else ""
        return self.pick(
            f"const {fs} = []; for (let {i} = 0; {i} < 3; {i}++) {{ {change} {fs}.push(() => {i}{extra}); }} "
            f"out({fs}.map((g) => g()));",
            f"const {fs} = []; for (const {i} of [5, 6]) {fs}.push((y) => y + {i}); out({fs}.map((g) => g(1)));",
            f"let {i} = 0; const {fs} = () => ++{i}; {fs}(); out([{fs}(), {i}]);",
            f"function {fs}(n) {{ return n <= 0 ? 0 : n + {fs}(n - 1); }} out({fs}(4));",
            f"const {fs} = (n) => (m) => n + m; out({fs}(1)(2));",
            f"const {fs} = []; for (let {i} = 0; {i} < 3; {i}++) {{ {fs}.push(() => {i}++); }} "
            f"out({fs}.map((g) => [g(), g()]));",
            f"const {fs} = []; let {i} = 0; while ({i} < 2) {{ const z = {i}++; {fs}.push(() => [z, {i}]); }} "
            f"out({fs}.map((g) => g()));",
        )

    def destructured(self, depth: int) -> str:
        a, b, c = self.fresh(), self.fresh(), self.fresh()
        made = self.pick(
            f"const [{a}, {b} = {self.value(1)}, ...{c}] = {self.array(1)};",
            f"const {{ b: {a}, z: {b} = {self.value(1)}, ...{c} }} = {self.plainobject(1)};",
            f"let {a} = 1, {b} = 2, {c} = 3; [{a}, {b}] = [{b}, {a}]; ({{ b: {c} }} = {self.plainobject(1)});",
            f"const {{ a: {{ b: {a} = 4 }} = {{}}, c: [{b}] = [5] }} = {{}}; const {c} = {a};",
        )
        self.names += [a, b, c]
        return made

    def klass(self, depth: int) -> str:
        return "use(out);"

    def waiting(self, depth: int) -> str:
        p, log = self.fresh("p"), self.fresh("log")
        steps = []
        for number in range(self.rng.randint(2, 4)):
            steps.append(
                self.pick(
                    f"(async () => {{ {log}.push('a{number}'); await {self.pick('null', 'Promise.resolve(1)', 'two()')}; "
                    f"{log}.push('b{number}'); {self.pick('return 1;', 'return two();', 'throw new Error();', 'return await two();')} }})()",
                    f"Promise.resolve({number}).then((x) => {{ {log}.push('c' + x); return {self.pick('x', 'two()', 'Promise.reject(3)')}; }})"
                    f".then((x) => {log}.push('d' + x))",
                    f"Promise.reject({number}).catch((x) => {{ {log}.push('e' + x); return x; }})"
                    f".finally(() => {{ {log}.push('f'); }})",
                    f"new Promise((done, fail) => {{ {log}.push('g'); {self.pick('done(1); fail(2);', 'fail(1);', 'done(two());')} }})"
                    f".then((x) => {log}.push('h' + x), (x) => {log}.push('i' + x))",
                    f"(async () => {{ try {{ await {self.pick('two()', 'Promise.reject(7)')}; {log}.push('j'); }} "
                    f"catch (e) {{ {log}.push('k' + e); }} finally {{ await 0; {log}.push('l{number}'); }} }})()",
                )
            )
        joined = self.pick("all", "allSettled", "race")
        shown = f"(r) => out(['{joined}', r instanceof Error ? 'error' : r])"
        return (
            (
                f"const {log} = []; const two = async () => {{ await 0; {log}.push('two'); return 2; }}; "
                f"const {p} = [{', '.join(steps)}]; {p}.forEach((q) => q.catch(() => 0)); "
                f"await Promise.{joined}({p}).then((r) => Array.isArray(r) ? r.length : r).then({shown}, {shown}); "
                f"await Promise.allSettled({p}); out({log});"
            )
            .replace("const two", f"const two{self.count}")
            .replace("two()", f"two{self.count}()")
        )


CLASSES = """
class Base {
  #count = 0; list = [1]; static made = 0;
  constructor(name = 'base') { this.name = name; }
  get count() { return this.#count; }
  set count(n) { this.#count = n * 2; }
  add(n) { this.#count += n; this.list.push(n); return this; }
  async later(n) { await 0; return this.add(n).count; }
  #secret() { return 's' + this.#count; }
  tell() { return this.#secret(); }
}
class Derived extends Base {
  #count = 'own'; extra = this.name + '!';
  constructor(...more) { super('derived'); this.more = more; }
  add(n) { super.add(n + 1); return this; }
  get both() { return [this.#count, this.count]; }
  static of(...items) { return new Derived(...items); }
}
const use = (out) => {
  const b = new Base(); const d = Derived.of(1, 2);
  out([b.add(2).count, d.add(3).both, d.extra, d.more, b.tell(), d.tell(), b.name, d instanceof Base]);
  d.count = 5; out([d.count, { ...b }.list, Object.keys(d)]); b.count += 1; out(b.count); b.list[0]++; out(b.list);
  d.later(1).then((x) => out(['later', x]));
};
"""


def random_program(seed: int) -> str:
    """The body of an async function; the same for one seed."""
    maker = Maker(random.Random(f"program {seed}"))
    return maker.statements(maker.rng.randint(3, 6), 2)
