import { parseSync } from 'vite';

/** One place where a file names another module. */
export interface ModuleUse {
  /** The name as written, or `undefined` when it is computed at run time. */
  readonly specifier: string | undefined;
  readonly line: number;
}

/** What a file names. */
export interface FileUses {
  /** Imports of every kind: static, dynamic, `require`, types, re-exports, resolutions and module URLs. */
  readonly imports: readonly ModuleUse[];
  /** Every string in the file. Configurations name modules this way. */
  readonly strings: ReadonlySet<string>;
}

interface Node {
  readonly type: string;
  readonly start: number;
  readonly [field: string]: unknown;
}

/** Reads the imports of a TypeScript or JavaScript file with a parser. Throws when it does not parse. */
export function usesOf(file: string, source: string): FileUses {
  const { program, comments, errors } = parseSync(file, source);
  if (errors.length > 0) throw new Error(`${file}: ${errors[0]?.message}`);
  const nodes = [...walk(program)];
  const requires = new Set(['require', ...nodes.flatMap(requireAlias)]);
  const lineOf = (start: number): number => source.slice(0, start).split('\n').length;
  const imports = nodes.flatMap((node) => {
    const named = namedModule(node, requires);
    return named === undefined ? [] : [{ specifier: textOf(named), line: lineOf(node.start) }];
  });
  const references = comments.flatMap(({ type, value, start }) => {
    const types =
      type === 'Line' ? /^\/\s*<reference\s+(?:types|path)="([^"]+)"/.exec(value)?.[1] : undefined;
    return types === undefined ? [] : [{ specifier: types, line: lineOf(start) }];
  });
  const strings = new Set(nodes.map(textOf).filter((text) => text !== undefined));
  return { imports: [...imports, ...references], strings };
}

function* walk(value: unknown): Generator<Node> {
  if (Array.isArray(value)) {
    for (const item of value) yield* walk(item);
    return;
  }
  if (!isNode(value)) return;
  yield value;
  for (const field of Object.values(value)) if (typeof field === 'object') yield* walk(field);
}

/** The expression that names a module, when this node is a use of one. */
function namedModule(node: Node, requires: ReadonlySet<string>): Node | undefined {
  switch (node.type) {
    case 'ImportDeclaration':
    case 'ImportExpression':
    case 'ExportAllDeclaration':
    case 'ExportNamedDeclaration':
    case 'TSImportType':
      return childOf(node, 'source');
    case 'TSExternalModuleReference':
      return childOf(node, 'expression');
    case 'CallExpression':
      return isLoader(childOf(node, 'callee'), requires) ? firstArgument(node) : undefined;
    case 'NewExpression':
      return isModuleUrl(node) ? firstArgument(node) : undefined;
    default:
      return undefined;
  }
}

/** `require`, `require.resolve`, `import.meta.resolve`, `createRequire(…)` called at once, or a name for it. */
function isLoader(callee: Node | undefined, requires: ReadonlySet<string>): boolean {
  if (callee === undefined) return false;
  if (callee.type === 'Identifier') return requires.has(String(callee['name']));
  if (callee.type === 'CallExpression') return isCreateRequire(callee);
  if (callee.type !== 'MemberExpression') return false;
  const object = childOf(callee, 'object');
  const property = childOf(callee, 'property')?.['name'];
  if (object?.type === 'Identifier' && object['name'] === 'module') return property === 'require';
  return property === 'resolve' && (object?.type === 'MetaProperty' || isLoader(object, requires));
}

function isCreateRequire(node: Node | undefined): boolean {
  if (node?.type !== 'CallExpression') return false;
  const callee = childOf(node, 'callee');
  return callee?.['name'] === 'createRequire' || childOf(callee, 'property')?.['name'] === 'createRequire';
}

/** `new URL('./worker.ts', import.meta.url)`: how workers and data files are named. */
function isModuleUrl(node: Node): boolean {
  const [first, second] = argumentsOf(node);
  return (
    childOf(node, 'callee')?.['name'] === 'URL' &&
    textOf(first)?.startsWith('.') === true &&
    childOf(second, 'object')?.type === 'MetaProperty'
  );
}

function requireAlias(node: Node): string[] {
  if (node.type !== 'VariableDeclarator' || !isCreateRequire(childOf(node, 'init'))) return [];
  return [String(childOf(node, 'id')?.['name'])];
}

function textOf(node: Node | undefined): string | undefined {
  if (node?.type === 'Literal') return typeof node['value'] === 'string' ? node['value'] : undefined;
  if (node?.type !== 'TemplateLiteral' || !Array.isArray(node['quasis']) || node['quasis'].length !== 1)
    return undefined;
  const quasi: unknown = node['quasis'][0];
  const cooked = isRecord(quasi) && isRecord(quasi['value']) ? quasi['value']['cooked'] : undefined;
  return typeof cooked === 'string' ? cooked : undefined;
}

function firstArgument(node: Node): Node | undefined {
  return argumentsOf(node)[0];
}

function argumentsOf(node: Node): Node[] {
  return Array.isArray(node['arguments']) ? node['arguments'].filter(isNode) : [];
}

function childOf(node: Node | undefined, field: string): Node | undefined {
  const child = node?.[field];
  return isNode(child) ? child : undefined;
}

function isNode(value: unknown): value is Node {
  return isRecord(value) && typeof value['type'] === 'string' && typeof value['start'] === 'number';
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
