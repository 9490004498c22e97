/**
 * Packs every public package, installs the tarballs in an empty project, and uses them as a stranger would:
 * import and require on every supported Node, types under every supported TypeScript, the command line.
 * Usage: node tools/checks/src/smoke-tarballs.ts [--report FILE]
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { CheckReport, countsLine } from './check-report.ts';
import { runCommand } from './run-command.ts';
import { compilerOf, nodeBinary } from './smoke/cached-package.ts';
import { checkImports } from './smoke/check-imports.ts';
import { checkTypes } from './smoke/check-types.ts';
import { build, entryPointsOf, installPacked, type Consumer } from './smoke/consumer.ts';
import { publicWorkspacesOf, type Workspace } from './workspaces.ts';

const nodeVersions = ['22.23.3', '24.21.0', '26.10.0'];
const typescriptVersions = ['5.8', '5.9', '6', '7'];

const { values } = parseArgs({ options: { report: { type: 'string' } } });
const report = new CheckReport();
// Leaving by `exit` removes the temp folder; dying of a signal would not.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
try {
  await smoke(publicWorkspacesOf());
} catch (error) {
  report.fail('the tarballs can be built, packed and installed', String(error));
} finally {
  if (values.report !== undefined) report.save(values.report);
}
console.log(`smoke: ${countsLine(report.counts)}`);
if (report.counts.failed > 0) process.exitCode = 1;

async function smoke(workspaces: readonly Workspace[]): Promise<void> {
  // The compiler writes its output in spite of type errors, so the other checks go on.
  report.check('the packages build', await build());
  using consumer = await installPacked(workspaces);
  report.pass(`${workspaces.length} tarballs install in an empty project`);
  const entryPoints = workspaces.flatMap(entryPointsOf);
  await Promise.all([
    (async () => {
      for (const version of nodeVersions) {
        const node = { version, binary: await nodeBinary(version) };
        await checkImports(report, consumer, entryPoints, node);
        await checkCommands(consumer, workspaces, node);
      }
    })(),
    (async () => {
      for (const range of typescriptVersions) {
        await checkTypes(report, consumer, entryPoints, await compilerOf(range));
      }
    })(),
  ]);
}

async function checkCommands(
  consumer: Consumer,
  workspaces: readonly Workspace[],
  node: { readonly binary: string; readonly version: string },
): Promise<void> {
  for (const command of workspaces.flatMap(({ manifest }) => Object.keys(manifest.bin ?? {}))) {
    const file = join(consumer.folder, 'node_modules/.bin', command);
    const { code, stdout, stderr } = await runCommand(node.binary, [file, '--help'], {
      cwd: consumer.folder,
    });
    const problem = code === 0 ? undefined : `ended with ${code}\n${stdout}${stderr}`;
    report.check(`${command} --help on Node ${node.version}`, problem);
  }
}
