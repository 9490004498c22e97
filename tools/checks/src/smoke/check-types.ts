import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { CheckReport } from '../check-report.ts';
import { runCommand } from '../run-command.ts';
import type { Consumer, EntryPoint } from './consumer.ts';

/** One TypeScript. */
export interface Compiler {
  readonly version: string;
  /** Path of its `tsc`. */
  readonly tsc: string;
}

const moduleKinds = { import: 'mts', require: 'cts' } as const;

/**
 * Compiles a strict consumer of every entry point, as ES module and as CommonJS, with one TypeScript and with
 * the declarations of libraries checked. Errors inside a third party's declarations are listed and make the
 * entry points that pull them in skipped, since no version of ours could mend them.
 */
export async function checkTypes(
  report: CheckReport,
  consumer: Consumer,
  entryPoints: readonly EntryPoint[],
  compiler: Compiler,
): Promise<void> {
  const all = await compile(consumer, entryPoints, compiler, 'all');
  for (const entryPoint of entryPoints) {
    const claim = `types of ${entryPoint.specifier} under TypeScript ${compiler.version}`;
    if (all.length === 0) {
      report.pass(claim);
      continue;
    }
    const errors = await compile(consumer, [entryPoint], compiler, 'one');
    const ours = errors.filter((line) => !isForeign(line));
    if (ours.length > 0) report.fail(claim, ours.join('\n'));
    else if (errors.length > 0) report.skip(claim, `errors in declarations of others:\n${errors[0]}`);
    else report.pass(claim);
  }
}

/** The compiler's errors, one line each. */
async function compile(
  consumer: Consumer,
  entryPoints: readonly EntryPoint[],
  { tsc, version }: Compiler,
  name: string,
): Promise<string[]> {
  const folder = join(consumer.folder, 'types', `${name}-${version}`);
  mkdirSync(folder, { recursive: true });
  const esm = entryPoints.map(({ specifier }, i) => `export * as m${i} from '${specifier}';`);
  const cjs = entryPoints.map(
    ({ specifier }, i) => `import m${i} = require('${specifier}');\nexport { m${i} };`,
  );
  writeFileSync(join(folder, `consumer.${moduleKinds.import}`), esm.join('\n'));
  writeFileSync(join(folder, `consumer.${moduleKinds.require}`), cjs.join('\n'));
  const compilerOptions = {
    strict: true,
    exactOptionalPropertyTypes: true,
    module: 'NodeNext',
    target: 'ES2022',
    lib: ['ES2023'],
    types: ['node'],
    skipLibCheck: false,
    noEmit: true,
  };
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ compilerOptions, files: Object.values(moduleKinds).map((kind) => `consumer.${kind}`) }),
  );
  const { code, stdout, stderr } = await runCommand(tsc, ['-p', folder, '--pretty', 'false'], {
    cwd: dirname(folder),
  });
  if (code === 0) return [];
  const errors = stdout.split('\n').filter((line) => line.includes('error TS'));
  return errors.length > 0 ? errors : [`tsc ended with ${code}: ${stderr}`];
}

/** Whether an error lies in the declarations of a package that is not ours. */
function isForeign(line: string): boolean {
  const file = line.split('(')[0] ?? '';
  const inModules = file.lastIndexOf('node_modules/');
  return inModules >= 0 && !file.slice(inModules).startsWith('node_modules/@perf/');
}
