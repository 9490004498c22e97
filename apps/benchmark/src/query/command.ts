import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { PerfError } from '@perf/contracts';
import { createCsvExporter, fileSink, writableSink } from '@perf/export-csv';
import { createJsonExporter } from '@perf/export-json';
import { openHouse } from '../data/flights-house.ts';
import { datasetFile } from '../data/missing-package.ts';
import { serviceFor } from '../demo/demo.ts';
import type { CommandUse } from '../terminal/command.ts';
import { ProgressLine } from '../terminal/progress-line.ts';

/** What `perf-bench query --help` prints. */
export const QUERY_HELP = `perf-bench query (--file FILE | --text JSON) [--engine duckdb|sqlite] [--format csv|ndjson] [--to FILE]
                 [--flights PARQUET] [--airports CSV] [--quick] [--explain]

Asks one structured query of the flights and writes the answer to stdout or to a file. A file appears under its name only when
it is whole.

  --file FILE     the query as JSON            --text JSON     the same on the command line
  --engine NAME   duckdb (default) or sqlite   --quick         every tenth flight
  --format NAME   csv (default) or ndjson      --to FILE       where the answer goes
  --flights FILE  other flights (Parquet)      --airports FILE other airports (CSV)
  --explain       print statement and plans instead of the answer, as JSON

Exit code: 0 when the answer is whole, 1 when it failed (the message begins with a code), 2 for wrong arguments, 130 after Ctrl-C.
`;

/** Asks one query. */
export async function queryCommand(
  argv: readonly string[],
  { signal, write, disabled }: CommandUse,
): Promise<number> {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  const { values } = parseArgs({
    args: [...argv],
    options: {
      file: text,
      text,
      engine: text,
      format: text,
      to: text,
      flights: text,
      airports: text,
      quick: flag,
      explain: flag,
      help: { ...flag, short: 'h' },
    },
  });
  if (values.help === true) {
    write(QUERY_HELP);
    return 0;
  }
  const { engine: name = 'duckdb', format = 'csv' } = values;
  if (name !== 'duckdb' && name !== 'sqlite')
    throw new PerfError('ERR_PERF_INVALID_OPTION', `--engine must be duckdb or sqlite, got ${name}`);
  const query = await readQuery(values.file, values.text);
  const progress = new ProgressLine();
  try {
    await using house = await openHouse({
      flights: values.flights === undefined ? datasetFile('flights-3m.parquet') : resolve(values.flights),
      airports: values.airports === undefined ? datasetFile('airports.csv') : resolve(values.airports),
      every: values.quick === true ? 10 : 1,
      sqlite: name === 'sqlite',
      signal,
      onStep: (step, done) => progress.show(step, done),
    });
    const used = house.engines.find(({ engine }) => engine.name === name);
    if (used === undefined) throw new RangeError(`${name} was not opened`);
    const exporters = { csv: createCsvExporter(), ndjson: createJsonExporter({ format: 'ndjson' }) };
    const service = serviceFor(used.engine, used.catalog, { exporters }, disabled);
    if (values.explain === true) {
      write(
        `${JSON.stringify(await service.explain(query, { signal }), (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value), 2)}\n`,
      );
      return 0;
    }
    const sink = values.to === undefined ? writableSink(process.stdout) : fileSink(resolve(values.to));
    const { rows: expected } = await service.estimate(query);
    await service.export(query, format, sink, {
      signal,
      onProgress: ({ rows, rowsPerSecond }) =>
        progress.show(
          'writing',
          rows / Math.max(rows + 1, expected),
          `${rows} rows, ${Math.round(rowsPerSecond / 1000)}k rows/s`,
        ),
    });
    return 0;
  } finally {
    progress.end();
  }
}

async function readQuery(file: string | undefined, text: string | undefined): Promise<unknown> {
  if ((file === undefined) === (text === undefined))
    throw new PerfError('ERR_PERF_INVALID_OPTION', 'give the query with --file or with --text');
  const json =
    text ??
    (await readFile(file ?? '', 'utf8').catch((cause: unknown) => {
      throw new PerfError('ERR_PERF_OPEN_FAILED', `cannot read ${file ?? ''}`, { cause });
    }));
  try {
    const query: unknown = JSON.parse(json);
    return query;
  } catch (cause) {
    throw new PerfError('ERR_PERF_INVALID_QUERY', 'query: expected JSON', { cause });
  }
}
