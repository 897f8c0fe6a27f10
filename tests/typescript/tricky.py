"""Lines of TypeScript that a parser may misread: each is read as others read it, or refused."""

from __future__ import annotations

LINE_END = "⏎"
TRICKY = r"""
const v = await f<T>(x);
const v = await this.ctx.storage.get<T>('k') ?? d;
const v = await this.ctx.storage.get<Map<string, X[]>>('k');
const v = (await this.ctx.storage.get<T>('k'))!.y;
const v = await a.b<T>('x').c;
const v = await a.b<T>('x').c<U>(y);
const v = await a.b<T>('x')!.c();
const v = (await f<T>(x)).y;
const v = await f<T>(x) + 1;
const v = !await f<T>(x);
const v = await (await f<T>(x)).g<U>(y);
const v = a.b?.<T>(c);
const v = a?.b<T>(c);
const v = await a?.b<T>(c);
const v = await new A<T>(x).f<U>();
const v = new A<T>().x;
const v = new A<T>;
const v = new (f())();
const v = new a.b.C(1).d();
const v = a < b;
const v = a < b && c > d;
const v = a ?? b!.c;
const v = a || b!.c!.d(e!.f) && !g![0];
const v = 1 + a! * -b!.c;
const v = typeof a!.b === 'c' ? d!.e : await f!.g!();
const v = a < b < c;
const v = a <= b + 1 < c;
const v = f(a < b, c > d);
const v = x as any as T;
const v = (x as number) < y;
const v = x as number + 1;
const v = x! + y!;
const v = await x!;
const v = await (x as Promise<T>);
const v = x satisfies T ? 1 : 2;
const v = -x ** 2;
const v = (-x) ** 2;
const v = 2 ** 3 ** 2;
const v = typeof x === 'a' && !(x instanceof Y);
const v = !x instanceof Y;
const v = a ?? b ?? c;
const v = a || b && c;
const v = a ? b : c ? d : e;
const v = a ? (b) : (c) => d;
const v = a ? (b): T => c : d;
const v = (a, b);
const v = async <T>(x: T): Promise<T> => x;
const v = <T,>(x: T) => x;
const v = async x => await x;
const v = (x?: number, ...y: string[]): x is number => true;
const v = ({ a, b: { c = 1 } = {}, ...d }: T) => ({ a, c });
const v = [, a, , b, ,];
const { a = 1, ['b' + c]: d, 'e-f': g, ...h } = x;
let a; let b; [a, b] = [b, a];
let a; ({ a } = x);
const async = 1, of = 2, get = 3, set = 4, type = 5, as = 6; const v = async + of + get + set + type + as;
const v = a / b / c;
const v = a++ / 2; const w = /x/g.test(y);
const v = `a${`b${c}`}d`;
const v = `a\n${b}\u{41}`;
const v = 'it\'s \x41';
const v = 0x1f + 0b11 + 0o17 + 1_000 + .5 + 5. + 1e3;
const v = { async f() {}, get a() { return 1; }, set a(x) {}, *g() {}, async: 1, 'x-y': 2, 3: 4, [k]: 5, f2() {} };
const v = { a, b, c: function () {}, d: () => ({}), ...e };
const v = a⏎  .b()⏎  .c();
const v = a⏎+ b;
const v = a; +b;
let a = b⏎let c = d⏎++a
let a = b⏎;(c as any).d()
for (const x of a) b(x); for (const x in a) { b(x); } for (;;) break;
for (let i = 0, n = a.length; i < n; i++) if (a[i]) continue; else break;
a: for (const x of y) { b: for (const z of x) { if (z) continue a; else break b; } }
if (a) b(); else if (c) d(); else { e(); }
if (a) { if (b) c(); else d(); }
do a(); while (b); c();
switch (a) { case 1: case 2: b(); break; default: c(); }
try { a(); } catch { b(); } finally { c(); }
try { a(); } catch ({ message }) { b(message); }
throw new Error(`x ${y}`, { cause: z });
function f(this: A, x = 1, { y } = z): void {}
function f(x: string): void; function f(x: any) {}
async function* g() { yield* h(); for await (const x of y) yield x; }
class A<T> extends B<T> implements C { private readonly x: number = 1; #y?: string; static z = 2; declare w: any; constructor(a: number) { super(a); } }
class A { constructor(private readonly a: T, public b = 1) {} get c(): number { return this.b; } set c(x) {} static async *d() {} static { e(); } }
abstract class A { abstract x: number; abstract f(): void; protected g?(): void; [k: string]: any; }
class A { 'a b' = 1; 2 = 3; [c] = 4; async = 5; get = 6; static = 7; }
export default class A {} export const b = 1; export { b as c }; export type D = A;
import type { A } from 'a'; import { type B, C as D } from 'c'; import * as e from 'e'; import F from 'f';
enum E { A = 1, B } const v = E.A;
type A<T> = T extends (infer U)[] ? U : never; interface B { c(): void } declare const d: number;
const v = a?.[0]?.b?.(c)?.d;
const v = a!.b![0]!.c!();
const v = delete a.b, w = void 0, u = typeof a;
const v = a in b && c instanceof D;
const v = #x in this;
x ||= 1; y ??= 2; z &&= 3; w **= 2; u >>>= 1;
const v = (() => { return 1; })();
const v = (function () { return 1; })();
const v = f`a${b}`;
const v = <any>x;
const v = a as const;
const v = { a: 1 } as const satisfies T;
const v: A['b'][] = []; const w: [a: string, b?: number] = x; const u: `a${string}` = y;
let v!: number; const w: unique symbol = x;
const f = (x: unknown): asserts x is string => {};
const v = await Promise.all([a<T>(b), c<U>(d)]);
const v = await Promise.all<T>([a, b]);
const v = await (a as any)<T>(b);
const v = yield_ + await_;
const v = 1 + await f<T>(x);
const v = a && await f<T>(x);
const v = a ?? await f<T>(x);
const v = typeof await f<T>(x);
const v = -f<T>(x);
const v = !f<T>(x) && y;
const v = a ? await f<T>(x) : await g<U>(y);
const v = [await f<T>(x), ...await g<U>(y)];
return await f<T>(x)
throw await f<T>(x);
const v = await f<T>(x) as U;
const v = (await f<T>(x))?.y?.z<U>(w);
if (!await f<T>(x)) return;
const v = a?.b!.c;
return⏎a;
const v = new f<T>(x).y;
const v = await a.b<T>('x')[c]<U>(d);
""".strip().split("\n")
