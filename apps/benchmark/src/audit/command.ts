import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { PerfError } from '@perf/contracts';
import { readWorkload } from '../advise/read-workload.ts';
import { ENGINE_URLS, openEngineAt } from '../data/engine-at.ts';
import { wholeFile } from '../data/whole-file.ts';
import { readText } from '../explain/read-text.ts';
import type { CommandUse } from '../terminal/command.ts';
import { ProgressLine } from '../terminal/progress-line.ts';
import type { DatabaseAudit } from './audit-database.ts';
import { auditDatabase } from './audit-database.ts';
import { auditText } from './audit-text.ts';

const HELP = `perf-bench audit --url URL [--workload FILE] [--json FILE]

Looks at a database: tables without index or key, the largest ones, those that are scanned where an index would do, indexes that do
nothing, foreign keys without one, the slowest statements and what is wrong with them, connections, autovacuum, prepared statements.
Nothing is changed; statements of the workload are planned, not run.

  --url URL        a database: ${ENGINE_URLS}
  --workload FILE  what is asked of it: lines of JSON, { "sql": …, "calls": 20, "meanMs": 3.5 }, or SQL with ; between statements;
                   - is stdin. Default: what the engine has a record of (pg_stat_statements)
  --json FILE      writes all of it as JSON, with the statements as they were given

Exit code: 0 when it was told, whatever was found, 1 when it failed (the message begins with a code), 2 for wrong arguments, 130 after
Ctrl-C.
`;

/** Tells what is wrong with a database. */
export async function auditCommand(argv: readonly string[], { signal, write }: CommandUse): Promise<number> {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...argv],
    options: { url: text, workload: text, json: text, help: { type: 'boolean', short: 'h' } },
  });
  if (values.help === true) {
    write(HELP);
    return 0;
  }
  const { url, workload, json } = values;
  if (url === undefined) throw new PerfError('ERR_PERF_INVALID_OPTION', 'give a database with --url');
  if (json === '') throw new PerfError('ERR_PERF_INVALID_OPTION', '--json must name a file');
  const given = workload === undefined ? undefined : readWorkload(await readText(workload));
  await using at = await openEngineAt(url);
  const progress = new ProgressLine();
  let audit: DatabaseAudit;
  try {
    audit = await auditDatabase(at.engine, {
      ...(given === undefined ? {} : { workload: given }),
      signal,
      onProgress: (share, what) => progress.show('audit', share, what),
    });
  } finally {
    progress.end();
  }
  if (json !== undefined)
    await wholeFile(resolve(json), (partial) =>
      writeFile(partial, `${JSON.stringify(audit, undefined, 2)}\n`),
    );
  write(auditText(audit));
  return 0;
}
