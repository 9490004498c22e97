import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { PerfError, isPerfError } from '@perf/contracts';
import { fileSink, writableSink } from '@perf/export-core';
import type { FileFormat } from '../data/exporters.ts';
import { FILE_FORMATS, exportersFor, isFileFormat } from '../data/exporters.ts';
import { openHouse } from '../data/flights-house.ts';
import { datasetFile } from '../data/missing-package.ts';
import { serviceFor } from '../data/service-for.ts';
import type { CommandUse } from '../terminal/command.ts';
import { ProgressLine } from '../terminal/progress-line.ts';

const HELP = `perf-bench query (--file FILE | --text JSON) [--engine duckdb|sqlite] [--format NAME] [--to FILE]
                 [--flights PARQUET] [--airports CSV] [--quick] [--explain]

Asks one structured query of the flights and writes the answer to stdout or to a file. A file appears under its name only when
it is whole.

  --file FILE     the query as JSON            --text JSON     the same on the command line
  --engine NAME   duckdb (default) or sqlite   --quick         every tenth flight
  --format NAME   see below; default csv       --to FILE       where the answer goes
  --flights FILE  other flights (Parquet)      --airports FILE other airports (CSV)
  --explain       print statement and plans instead of the answer, as JSON

Formats: ${FILE_FORMATS.join(', ')}.
Tables: flights (id, date, delay, distance, origin, destination, month), airports (iata, name, city, state, country, latitude,
longitude). Example: perf-bench query --text '{"from":"airports","where":{"field":"state","operator":"eq","value":"HI"}}'

PERF_DISABLE=all, or a list of cache, optimizer, parallel, switches optimizations off; the answer stays the same.
Exit code: 0 when the answer is whole, 1 when it failed (the message begins with a code), 2 for wrong arguments, 130 after Ctrl-C,
141 when the reader of stdout went away.
`;

/** What the arguments ask for. */
interface QueryArguments {
  readonly query: unknown;
  readonly engine: 'duckdb' | 'sqlite';
  readonly format: FileFormat;
  /** Stdout when absent. */
  readonly to: string | undefined;
  readonly flights: string;
  readonly airports: string;
  readonly quick: boolean;
  readonly explain: boolean;
}

/** Asks one query. */
export async function queryCommand(argv: readonly string[], use: CommandUse): Promise<number> {
  const asked = await readArguments(argv);
  if (asked === 'help') {
    use.write(HELP);
    return 0;
  }
  const progress = new ProgressLine();
  try {
    await answer(asked, use, progress);
    return 0;
  } finally {
    progress.end();
  }
}

async function answer(
  asked: QueryArguments,
  { signal, write, switches }: CommandUse,
  progress: ProgressLine,
): Promise<void> {
  await using house = await openHouse({
    flights: asked.flights,
    airports: asked.airports,
    every: asked.quick ? 10 : 1,
    sqlite: asked.engine === 'sqlite',
    parallel: switches.parallel,
    signal,
    onStep: (step, done) => progress.show(step, done),
  });
  const used = house.engines.find(({ engine }) => engine.name === asked.engine);
  if (used === undefined) throw new RangeError(`${asked.engine} was not opened`);
  const service = serviceFor(
    used.engine,
    used.catalog,
    { exporters: exportersFor([asked.format], switches) },
    switches,
  );
  if (asked.explain) {
    write(`${JSON.stringify(await service.explain(asked.query, { signal }), bigintAsText, 2)}\n`);
    return;
  }
  const { rows: expected } = await service.estimate(asked.query);
  const sink = asked.to === undefined ? writableSink(process.stdout) : fileSink(asked.to);
  // Two writers on one screen would mix their lines.
  const show = (done: number, text: string): void => {
    if (asked.to !== undefined || !process.stdout.isTTY) progress.show('writing', done, text);
  };
  const { rows: written } = await service.export(asked.query, asked.format, sink, {
    signal,
    onProgress: ({ rows, rowsPerSecond }) =>
      show(rows / Math.max(rows + 1, expected), `${rows} rows, ${Math.round(rowsPerSecond / 1000)}k rows/s`),
  });
  show(1, `${written} rows`);
}

async function readArguments(argv: readonly string[]): Promise<QueryArguments | 'help'> {
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
  if (values.help === true) return 'help';
  const { engine = 'duckdb', format = 'csv', quick = false, explain = false, to } = values;
  if (engine !== 'duckdb' && engine !== 'sqlite')
    throw new PerfError('ERR_PERF_INVALID_OPTION', `--engine must be duckdb or sqlite, got ${engine}`);
  if (!isFileFormat(format))
    throw new PerfError(
      'ERR_PERF_INVALID_OPTION',
      `--format must be ${FILE_FORMATS.join(', ')}, got ${format}`,
    );
  if (to === '') throw new PerfError('ERR_PERF_INVALID_OPTION', '--to must name a file');
  return {
    query: await readQuery(values.file, values.text),
    engine,
    format,
    to: to === undefined ? undefined : resolve(to),
    flights: values.flights === undefined ? datasetFile('flights-3m.parquet') : resolve(values.flights),
    airports: values.airports === undefined ? datasetFile('airports.csv') : resolve(values.airports),
    quick,
    explain,
  };
}

async function readQuery(file: string | undefined, text: string | undefined): Promise<unknown> {
  if ((file === undefined) === (text === undefined))
    throw new PerfError('ERR_PERF_INVALID_OPTION', 'give the query with --file or with --text');
  const json = text ?? (await readText(file ?? ''));
  try {
    const query: unknown = JSON.parse(json);
    return query;
  } catch (cause) {
    throw new PerfError('ERR_PERF_INVALID_QUERY', 'query: expected JSON', { cause });
  }
}

async function readText(file: string): Promise<string> {
  try {
    return decoded(await readFile(file));
  } catch (cause) {
    if (isPerfError(cause)) throw cause;
    throw new PerfError('ERR_PERF_OPEN_FAILED', `cannot read ${file}`, { cause });
  }
}

/** UTF-8 without its byte order mark. Bytes that are none would silently ask for something else. */
function decoded(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new PerfError('ERR_PERF_INVALID_QUERY', 'query: expected UTF-8', { cause });
  }
}

function bigintAsText(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}
