// Reads programs from the standard input, and says what each is made of: esbuild takes the types out
// of TypeScript, acorn reads what is left, and JavaScript as it is.
// Run as: node --expose-internals FILE ESBUILD
const esbuild = process.argv[2] ? require(process.argv[2]) : null;
const acorn = require('internal/deps/acorn/acorn/dist/acorn');
const tsconfigRaw = { compilerOptions: { verbatimModuleSyntax: true, useDefineForClassFields: true, target: 'esnext' } };
const all = (list) => list.map(o);
const key = (n) => (n.computed ? ['computed', o(n.key)] : String(n.key.type === 'PrivateIdentifier' ? '#' + n.key.name : n.key.name ?? n.key.value));
const fn = (n) => ['function', n.async ? 'async' : '', n.generator ? '*' : '', all(n.params), n.body.type === 'BlockStatement' ? all(n.body.body.filter(real)) : [['return', o(n.body)]]];
const real = (n) => n.type !== 'EmptyStatement';
const body = (n) => (n.type === 'BlockStatement' ? all(n.body.filter(real)) : real(n) ? [o(n)] : []);
const isEnum = (d) => d.init?.type === 'CallExpression' && d.init.callee.type === 'ArrowFunctionExpression' && d.init.arguments[0]?.type === 'LogicalExpression';
const KINDS = {
  Program: (n) => ['program', ...all(n.body.filter(real))],
  ExpressionStatement: (n) => ['do', o(n.expression)],
  VariableDeclaration: (n) => (isEnum(n.declarations[0]) ? ['enum', n.declarations[0].id.name] : [n.kind, ...n.declarations.map((d) => [o(d.id), d.init ? o(d.init) : null])]),
  FunctionDeclaration: (n) => ['declare', n.id.name, fn(n)],
  FunctionExpression: fn,
  ArrowFunctionExpression: fn,
  ClassDeclaration: (n) => ['class', n.id?.name ?? '', n.superClass ? o(n.superClass) : null, ...all(n.body.body)],
  ClassExpression: (n) => KINDS.ClassDeclaration(n),
  MethodDefinition: (n) => ['method', n.static ? 'static' : '', n.kind === 'constructor' ? 'method' : n.kind, key(n), fn(n.value)],
  PropertyDefinition: (n) => ['field', n.static ? 'static' : '', key(n), n.value ? o(n.value) : null],
  StaticBlock: (n) => ['static block', ...all(n.body)],
  ReturnStatement: (n) => ['return', n.argument ? o(n.argument) : null],
  ThrowStatement: (n) => ['throw', o(n.argument)],
  IfStatement: (n) => ['if', o(n.test), body(n.consequent), n.alternate ? body(n.alternate) : null],
  ForStatement: (n) => ['for', n.init && o(n.init), n.test && o(n.test), n.update && o(n.update), body(n.body)],
  ForOfStatement: (n) => ['for of', n.await ? 'await' : '', o(n.left), o(n.right), body(n.body)],
  ForInStatement: (n) => ['for in', '', o(n.left), o(n.right), body(n.body)],
  WhileStatement: (n) => ['while', o(n.test), body(n.body)],
  DoWhileStatement: (n) => ['do while', body(n.body), o(n.test)],
  BreakStatement: (n) => ['break', n.label?.name ?? ''],
  ContinueStatement: (n) => ['continue', n.label?.name ?? ''],
  LabeledStatement: (n) => ['label', n.label.name, body(n.body)],
  BlockStatement: (n) => ['block', ...all(n.body.filter(real))],
  SwitchStatement: (n) => ['switch', o(n.discriminant), ...n.cases.map((c) => [c.test ? o(c.test) : 'default', all(c.consequent.filter(real))])],
  TryStatement: (n) => ['try', body(n.block), n.handler ? [n.handler.param ? o(n.handler.param) : null, body(n.handler.body)] : null, n.finalizer ? body(n.finalizer) : null],
  DebuggerStatement: () => ['debugger'],
  ImportDeclaration: (n) => ['import', n.source.value, ...n.specifiers.map((s) => [s.imported?.name ?? (s.type === 'ImportDefaultSpecifier' ? 'default' : '*'), s.local.name])],
  ExportNamedDeclaration: (n) => (n.declaration ? ['export', o(n.declaration)] : ['export names']),
  ExportDefaultDeclaration: (n) => ['export', o(n.declaration)],
  Identifier: (n) => ['name', n.name],
  PrivateIdentifier: (n) => ['name', '#' + n.name],
  ThisExpression: () => ['this'],
  Super: () => ['super'],
  Literal: (n) => (n.regex ? ['regex', n.regex.pattern, n.regex.flags] : n.bigint ? ['bigint', n.bigint] : typeof n.value === 'number' ? ['number', String(n.value)] : typeof n.value === 'string' ? ['text', n.value] : ['value', String(n.value)]),
  TemplateLiteral: (n) => (n.expressions.length ? ['template', n.quasis.map((q) => q.value.cooked), all(n.expressions)] : ['text', n.quasis[0].value.cooked]),
  TaggedTemplateExpression: (n) => ['tagged', o(n.tag), o(n.quasi)],
  ArrayExpression: (n) => ['array', ...n.elements.map((e) => (e ? o(e) : null))],
  ArrayPattern: (n) => ['array', ...n.elements.map((e) => (e ? o(e) : null))],
  ObjectExpression: (n) => ['object', ...all(n.properties)],
  ObjectPattern: (n) => ['object', ...all(n.properties)],
  Property: (n) => (n.kind !== 'init' || n.method ? [n.kind === 'init' ? 'method' : n.kind, key(n), fn(n.value)] : ['pair', key(n), o(n.value)]),
  SpreadElement: (n) => ['spread', o(n.argument)],
  RestElement: (n) => ['spread', o(n.argument)],
  AssignmentPattern: (n) => ['default', o(n.left), o(n.right)],
  UnaryExpression: (n) => (n.operator === 'void' && n.argument.value === 0 ? ['name', 'undefined'] : n.operator === '-' && n.argument.type === 'Literal' && typeof n.argument.value === 'number' ? ['number', String(-n.argument.value)] : ['unary', n.operator, o(n.argument)]),
  UpdateExpression: (n) => ['update', n.prefix ? 'before' : 'behind', n.operator, o(n.argument)],
  BinaryExpression: (n) => ['binary', n.operator, o(n.left), o(n.right)],
  LogicalExpression: (n) => ['binary', n.operator, o(n.left), o(n.right)],
  AssignmentExpression: (n) => ['assign', n.operator, o(n.left), o(n.right)],
  ConditionalExpression: (n) => ['either', o(n.test), o(n.consequent), o(n.alternate)],
  CallExpression: (n) => ['call', n.optional ? '?.' : '', o(n.callee), ...all(n.arguments)],
  NewExpression: (n) => ['new', o(n.callee), ...all(n.arguments)],
  MemberExpression: (n) => (n.computed ? ['item', n.optional ? '?.' : '', o(n.object), o(n.property)] : ['member', n.optional ? '?.' : '', o(n.object), o(n.property)[1]]),
  ChainExpression: (n) => o(n.expression),
  AwaitExpression: (n) => ['await', o(n.argument)],
  YieldExpression: (n) => ['yield', n.delegate ? '*' : '', n.argument ? o(n.argument) : null],
  SequenceExpression: (n) => ['row', ...all(n.expressions)],
  ImportExpression: (n) => ['call', '', ['name', 'import'], o(n.source)],
  MetaProperty: (n) => ['member', '', ['name', n.meta.name], n.property.name],
};
function o(n) {
  const make = KINDS[n.type];
  if (!make) throw new Error('no words for ' + n.type);
  return make(n);
}
const said = JSON.parse(require('fs').readFileSync(0, 'utf8')).map(([text, isTyped]) => {
  try {
    const code = isTyped ? esbuild.transformSync(text, { loader: 'ts', target: 'esnext', tsconfigRaw }).code : text;
    return o(acorn.parse(code, { ecmaVersion: 'latest', sourceType: 'module', allowAwaitOutsideFunction: true }));
  } catch (error) {
    return ['unread', String(error.message).split('\n')[1] ?? String(error.message)];
  }
});
process.stdout.write(JSON.stringify(said), () => process.exit(0));
