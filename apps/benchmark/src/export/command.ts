import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { ExportManifest, ExportTemplate, Statement } from '@perf/contracts';
import { PerfError } from '@perf/contracts';
import { fileCheckpoints, fileSink, parseTemplate } from '@perf/export-core';
import type { FileFormat } from '../data/exporters.ts';
import { FILE_FORMATS, PLAIN_FORMATS, exporterFor, isFileFormat } from '../data/exporters.ts';
import type { CommandUse } from '../terminal/command.ts';
import { ProgressLine } from '../terminal/progress-line.ts';
import { textTable } from '../terminal/table.ts';
import type { FileHouse } from './file-house.ts';
import { openFile } from './file-house.ts';
import { repeatableStatement } from './repeatable-statement.ts';

const HELP = `perf-bench export --from FILE --format F[,F] --out PATH [--sql TEXT | --query FILE] [--template FILE] [--resume] [--json]

Writes the rows of a Parquet, CSV or JSON file, or of a question asked of it, in one or more formats. A file appears under its name
only when it is whole.

  --from FILE      the rows: .parquet, .csv, .tsv, .json or .ndjson; the table is named as the file without its ending
  --sql TEXT       a statement instead of all rows, in the SQL of DuckDB
  --query FILE     a structured query as JSON instead of all rows
  --format LIST    ${FILE_FORMATS.join(', ')}
  --out PATH       the file; with several formats each adds its ending
  --template FILE  columns, headers, formats, title and totals as JSON; not for ${[...PLAIN_FORMATS].join(', ')}
  --resume         keeps checkpoints beside the file, and goes on from one that is there; not for pdf and parquet
  --engine NAME    duckdb, the default and only one
  --json           print the manifests as JSON

Exit code: 0 when every file is whole, 1 when one failed (the message begins with a code), 2 for wrong arguments, 130 after Ctrl-C,
after which an export with --resume can go on when it is started again.
`;

/** What the arguments ask for. */
interface ExportArguments {
  readonly from: string;
  readonly sql: string | undefined;
  readonly query: string | undefined;
  readonly formats: readonly FileFormat[];
  readonly out: string;
  readonly template: ExportTemplate | undefined;
  readonly resume: boolean;
  readonly json: boolean;
}

/** Writes files. */
export async function exportCommand(argv: readonly string[], use: CommandUse): Promise<number> {
  const asked = await readArguments(argv);
  if (asked === 'help') {
    use.write(HELP);
    return 0;
  }
  const progress = new ProgressLine();
  try {
    const manifests = await writeAll(asked, use, progress);
    progress.end();
    use.write(asked.json ? `${JSON.stringify(manifests, undefined, 2)}\n` : `${tableOf(manifests)}\n`);
    return 0;
  } finally {
    progress.end();
  }
}

interface Written extends ExportManifest {
  readonly file: string;
}

async function writeAll(asked: ExportArguments, use: CommandUse, progress: ProgressLine): Promise<Written[]> {
  const { parallel } = use.switches;
  await using house = await openFile(asked.from, { ordered: asked.resume, parallel });
  const statement = await statementOf(asked, house);
  const written: Written[] = [];
  for (const format of asked.formats) {
    const file = asked.formats.length === 1 ? asked.out : `${asked.out}.${format}`;
    const manifest = await writeOne({ asked, house, statement, format, file }, use, progress);
    written.push({ file, ...manifest });
  }
  return written;
}

async function writeOne(
  what: {
    readonly asked: ExportArguments;
    readonly house: FileHouse;
    readonly statement: Statement;
    readonly format: FileFormat;
    readonly file: string;
  },
  { signal, switches }: CommandUse,
  progress: ProgressLine,
): Promise<ExportManifest> {
  const { asked, house, statement, format, file } = what;
  const exporter = exporterFor(format, switches, asked.template);
  const checkpoint = asked.resume ? fileCheckpoints(file) : undefined;
  const resumeFrom = await checkpoint?.load();
  const totalRows = await countRows(house, statement, signal);
  await using source = await repeatableStatement(house.engine, statement, {
    shape: exporter.capabilities.columnar ? 'columns' : 'rows',
    fingerprint: `${house.version} ${totalRows} ${textOf(statement)}`,
    cursor: resumeFrom?.cursor,
    signal,
  });
  return await exporter.export(source, fileSink(file), {
    signal: asked.resume ? pausing(signal) : signal,
    checkpoint,
    resumeFrom,
    totalRows,
    onProgress: ({ rows, rowsPerSecond, etaMs }) => {
      const left = etaMs === undefined ? '' : `, ${Math.ceil(etaMs / 1000)} s left`;
      progress.show(
        format,
        totalRows === 0 ? 1 : rows / totalRows,
        `${Math.round(rowsPerSecond / 1000)}k rows/s${left}`,
      );
    },
  });
}

/** A statement with its values: another text for another question. */
function textOf({ text, parameters }: Statement): string {
  const values = JSON.stringify(parameters, (_, value: unknown) =>
    typeof value === 'bigint' ? { bigint: String(value) } : value,
  );
  return `${text} ${values}`;
}

/** A Ctrl-C leaves what can be resumed. */
function pausing(signal: AbortSignal): AbortSignal {
  const controller = new AbortController();
  const pause = (): void => controller.abort('pause');
  if (signal.aborted) pause();
  else signal.addEventListener('abort', pause, { once: true });
  return controller.signal;
}

async function countRows({ engine }: FileHouse, statement: Statement, signal: AbortSignal): Promise<number> {
  const text = `SELECT count(*)::INTEGER AS n FROM (${statement.text}) AS counted`;
  const { dialect, parameters } = statement;
  let rows = 0;
  for await (const batch of await engine.execute({ dialect, text, parameters }, { signal }))
    if (batch.kind === 'rows') rows = Number(Object.values(batch.rows[0] ?? [])[0] ?? 0);
  return rows;
}

async function statementOf({ sql, query }: ExportArguments, house: FileHouse): Promise<Statement> {
  if (query !== undefined) return house.compile(await readJson(query, 'ERR_PERF_INVALID_QUERY'));
  const text = (sql ?? `SELECT * FROM "${house.table}"`).trim().replace(/;$/, '');
  return { dialect: 'duckdb', text, parameters: [] };
}

async function readArguments(argv: readonly string[]): Promise<ExportArguments | 'help'> {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  const { values } = parseArgs({
    args: [...argv],
    options: {
      engine: text,
      from: text,
      sql: text,
      query: text,
      format: text,
      out: text,
      template: text,
      resume: flag,
      json: flag,
      help: { ...flag, short: 'h' },
    },
  });
  if (values.help === true) return 'help';
  const { engine = 'duckdb', from, sql, query, format, out, template, resume = false, json = false } = values;
  if (engine !== 'duckdb') throw invalid(`--engine must be duckdb, got ${engine}`);
  if (from === undefined || from === '') throw invalid('--from must name a file of rows');
  if (out === undefined || out === '') throw invalid('--out must name a file');
  if (sql !== undefined && query !== undefined) throw invalid('give --sql or --query, not both');
  const formats = formatsIn(format ?? '');
  const plain = formats.find((name) => template !== undefined && PLAIN_FORMATS.has(name));
  if (plain !== undefined) throw invalid(`${plain} takes no --template`);
  return {
    from: resolve(from),
    sql,
    query,
    formats,
    out: resolve(out),
    template:
      template === undefined ? undefined : parseTemplate(await readJson(template, 'ERR_PERF_INVALID_OPTION')),
    resume,
    json,
  };
}

function formatsIn(list: string): FileFormat[] {
  const names = list.split(',').map((name) => name.trim());
  return names.map((name) => {
    if (isFileFormat(name)) return name;
    throw invalid(`--format must name ${FILE_FORMATS.join(', ')}, got ${JSON.stringify(name)}`);
  });
}

async function readJson(
  file: string,
  code: 'ERR_PERF_INVALID_QUERY' | 'ERR_PERF_INVALID_OPTION',
): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    throw new PerfError('ERR_PERF_OPEN_FAILED', `cannot read ${file}`, { cause });
  }
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch (cause) {
    throw new PerfError(code, `${file} holds no JSON`, { cause });
  }
}

function tableOf(written: readonly Written[]): string {
  return textTable([
    ['rows', 'bytes', 'seconds', 'file', 'warnings'],
    ...written.map(({ rows, bytes, elapsedMs, file, warnings }) => [
      String(rows),
      String(bytes),
      (elapsedMs / 1000).toFixed(2),
      file,
      warnings
        .map(({ code, column, count }) => `${code}${column === undefined ? '' : ` ${column}`} ${count}`)
        .join(', '),
    ]),
  ]);
}

function invalid(message: string): PerfError {
  return new PerfError('ERR_PERF_INVALID_OPTION', message);
}
