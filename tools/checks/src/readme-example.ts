import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand, type CommandResult } from './run-command.ts';

/** The first TypeScript block of a README. Throws when there is no README or no block, or when it asks to be skipped. */
export function readmeExample(folder: string): string {
  const file = join(folder, 'README.md');
  if (!existsSync(file)) throw new Error(`${file} is missing`);
  const block = /^```ts\b[^\n]*\n(.*?)^```/ms.exec(readFileSync(file, 'utf8'))?.[1];
  if (block === undefined) throw new Error(`${file} has no \`\`\`ts block`);
  if (/skip-run/.test(block)) throw new Error(`${file}: an example that does not run is not an example`);
  return block;
}

/**
 * Type-checks an example and runs it for real, in a folder of its own inside `folder`, so that it finds what
 * the package finds. Returns what went wrong, or `undefined`.
 */
export async function problemOfExample(
  folder: string,
  code: string,
  tsconfig: string,
): Promise<string | undefined> {
  const home = join(folder, '.cache');
  mkdirSync(home, { recursive: true });
  const place = mkdtempSync(join(home, 'readme-'));
  try {
    writeFileSync(join(place, 'example.mts'), code);
    writeFileSync(join(place, 'tsconfig.json'), JSON.stringify(consumerConfig(tsconfig)));
    const bin = join(tsconfig, '../node_modules/.bin');
    const types = await runCommand(join(bin, 'tsc'), ['-p', place, '--pretty', 'false'], { cwd: place });
    if (types.code !== 0) return `types: ${saidBy(types)}`;
    const run = await runCommand(process.execPath, ['--conditions=@perf/source', 'example.mts'], {
      cwd: place,
    });
    return run.code === 0 ? undefined : `ended with ${run.code}: ${saidBy(run)}`;
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

function saidBy({ stdout, stderr }: CommandResult): string {
  return `${stdout}${stderr}`.trim();
}

/** Examples are read as a user's code: strict, but unused names are fine and nothing is emitted. */
function consumerConfig(tsconfig: string): object {
  return {
    extends: tsconfig,
    compilerOptions: {
      noEmit: true,
      composite: false,
      declaration: false,
      declarationMap: false,
      isolatedDeclarations: false,
      noUnusedLocals: false,
      noUnusedParameters: false,
    },
    files: ['example.mts'],
  };
}
