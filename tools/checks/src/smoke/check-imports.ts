import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CheckReport } from '../check-report.ts';
import { runCommand } from '../run-command.ts';
import type { Consumer, EntryPoint } from './consumer.ts';

/** What loading one entry point said: the names it exports, or why it failed. */
type Loaded = { readonly names: readonly string[] } | { readonly error: string };

const loaders = {
  import: `const load = (name) => import(name);`,
  require: `import { createRequire } from 'node:module';\nconst load = async (name) => createRequire(import.meta.url)(name);`,
} as const;

/** Imports and requires every entry point on one Node. */
export async function checkImports(
  report: CheckReport,
  consumer: Consumer,
  entryPoints: readonly EntryPoint[],
  node: { readonly binary: string; readonly version: string },
): Promise<void> {
  for (const way of ['import', 'require'] as const) {
    const loaded = await loadAll(consumer, entryPoints, node.binary, way);
    for (const { specifier } of entryPoints) {
      const claim = `${way} ${specifier} on Node ${node.version}`;
      const result = loaded[specifier];
      if (result === undefined) report.fail(claim, loaded['']?.['error'] ?? 'nothing was said');
      else if ('names' in result)
        report.check(claim, result.names.length > 0 ? undefined : 'exports nothing');
      // vitest 5 throws this on purpose from its CommonJS entry, so no package that imports it can be required.
      else if (/Vitest cannot be imported in a CommonJS module/.test(result.error)) {
        report.skip(claim, 'vitest refuses require()');
      } else report.fail(claim, result.error);
    }
  }
}

async function loadAll(
  consumer: Consumer,
  entryPoints: readonly EntryPoint[],
  binary: string,
  way: keyof typeof loaders,
): Promise<Record<string, Loaded & { error?: string }>> {
  const file = join(consumer.folder, `load-with-${way}.mjs`);
  const specifiers = JSON.stringify(entryPoints.map(({ specifier }) => specifier));
  writeFileSync(
    file,
    `${loaders[way]}
const results = {};
for (const name of ${specifiers}) {
  try { results[name] = { names: Object.keys(await load(name)) }; }
  catch (error) { results[name] = { error: String(error?.stack ?? error) }; }
}
process.stdout.write(JSON.stringify(results), () => process.exit());
`,
  );
  const { code, stdout, stderr } = await runCommand(binary, [file], { cwd: consumer.folder });
  if (code !== 0) return { '': { error: `ended with ${code}\n${stderr}` } };
  return JSON.parse(stdout) as Record<string, Loaded>;
}
