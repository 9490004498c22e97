import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { PerfError } from '@perf/contracts';
import { ENGINE_URLS, openEngineAt } from '../data/engine-at.ts';
import { wholeFile } from '../data/whole-file.ts';
import type { CommandUse } from '../terminal/command.ts';
import { textTable, whole } from '../terminal/table.ts';
import type { DatabaseFacts } from './database-facts.ts';
import { databaseFacts } from './database-facts.ts';
import { factsAsJson } from './write-facts.ts';

const HELP = `perf-bench stats --url URL --json FILE [--sample-rows N] [--without-values]

Writes what is known of a database: tables, keys, indexes, and statistics of their columns, so that its statements can be optimized where the
database is not. Rows are not written, but some values are: the most common ones and borders of ranges.

  --url URL         a database: ${ENGINE_URLS}
  --json FILE       where the statistics go
  --sample-rows N   rows of each table that are read where the engine keeps no statistics; default 10000
  --without-values  leaves values out; estimates are then coarser

Exit code: 0 when it was written, 1 when it failed (the message begins with a code), 2 for wrong arguments, 130 after Ctrl-C.
`;

/** Writes the statistics of a database to a file. */
export async function statsCommand(argv: readonly string[], { signal, write }: CommandUse): Promise<number> {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...argv],
    options: {
      url: text,
      json: text,
      'sample-rows': text,
      'without-values': { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help === true) {
    write(HELP);
    return 0;
  }
  const { url, json } = values;
  if (url === undefined || json === undefined || json === '')
    throw new PerfError('ERR_PERF_INVALID_OPTION', 'give a database with --url and a file with --json');
  const sampleRows = sampleIn(values['sample-rows']);
  await using at = await openEngineAt(url);
  const facts = await databaseFacts(at.engine, {
    signal,
    ...(sampleRows === undefined ? {} : { sampleRows }),
  });
  const file = resolve(json);
  await wholeFile(file, (partial) =>
    writeFile(partial, factsAsJson(facts, { values: values['without-values'] !== true })),
  );
  write(`${tableOf(facts)}\n\nwrote ${file}\n`);
  return 0;
}

function sampleIn(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^[1-9]\d{0,8}$/.test(text))
    throw new PerfError(
      'ERR_PERF_INVALID_OPTION',
      `--sample-rows must be a whole number from 1, got ${text}`,
    );
  return Number(text);
}

function tableOf({ catalog, statistics, indexes }: DatabaseFacts): string {
  const rows = [...catalog.tables.values()].map(({ name, columns }) => {
    const known = statistics.tables.get(name);
    return [
      name,
      known === undefined ? '' : whole(known.rows),
      known?.bytes === undefined ? '' : whole(known.bytes),
      String(columns.length),
      String(indexes.filter(({ table }) => table === name).length),
    ];
  });
  return textTable([['table', 'rows', 'bytes', 'columns', 'indexes'], ...rows]);
}
