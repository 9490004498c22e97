import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { PerfError } from '@perf/contracts';
import { readPlan } from '@perf/optimizer';
import { ENGINE_URLS } from '../data/engine-at.ts';
import { wholeFile } from '../data/whole-file.ts';
import type { CommandUse } from '../terminal/command.ts';
import { drawnPlan, plansAsJson } from './drawn-plan.ts';
import type { PictureFormat } from './drawn-plan.ts';
import { PICTURE_FORMATS, isPictureFormat } from './drawn-plan.ts';
import { explained } from './explained.ts';
import { readText } from './read-text.ts';

const HELP = `perf-bench explain (--plan FILE | --url URL --sql FILE [--analyze]) [--format NAME] [--out FILE]
                   [--compare FILE] [--show-literals] [--json FILE]

Shows a plan: where its time goes, where its estimates go wrong, and what to do next. Takes what EXPLAIN has printed, as pasted or
saved: JSON of Postgres (also of auto_explain), MariaDB, MySQL and DuckDB, the tree of EXPLAIN ANALYZE of MySQL, rows or the tree
of EXPLAIN QUERY PLAN of SQLite. Or it asks a database itself.

  --plan FILE     a plan; - reads it from stdin
  --url URL       a database: ${ENGINE_URLS}
  --sql FILE      the statement to explain there; - reads it from stdin
  --analyze       runs the statement, which must be one that reads, for its actual rows and times
  --compare FILE  a plan from before, set beside this one; with text and html
  --format NAME   text (default), html, svg or mermaid        --out FILE      where the picture goes; default stdout
  --show-literals shows literals of conditions instead of ?; plans that are asked for with --url never hold any
  --json FILE     writes the plan in Perf's own form, with findings, too; --plan reads it again

A page of html is one file that needs no network. Example: perf-bench explain --plan plan.json --format html --out plan.html

Exit code: 0 when it was drawn, 1 when it failed (the message begins with a code), 2 for wrong arguments, 130 after Ctrl-C,
141 when the reader of stdout went away.
`;

/** What the arguments ask for. */
interface ExplainArguments {
  readonly source:
    | { readonly plan: string }
    | { readonly url: string; readonly sql: string; readonly analyze: boolean };
  readonly format: PictureFormat;
  /** Stdout when absent. */
  readonly out: string | undefined;
  readonly compare: string | undefined;
  readonly literals: boolean;
  readonly json: string | undefined;
}

/** Shows a plan. */
export async function explainCommand(argv: readonly string[], use: CommandUse): Promise<number> {
  const asked = readArguments(argv);
  if (asked === 'help') {
    use.write(HELP);
    return 0;
  }
  const { source, format, out, compare, literals, json } = asked;
  const before = compare === undefined ? undefined : readPlan(await readText(compare));
  const plan = 'plan' in source ? readPlan(await readText(source.plan)) : await explained(source, use.signal);
  const toTerminal = out === undefined && process.stdout.isTTY;
  const drawn = drawnPlan(plan, {
    before,
    format,
    literals,
    title: titleOf(source),
    ...(toTerminal ? { width: process.stdout.columns } : {}),
  });
  if (json !== undefined)
    await wholeFile(json, (partial) => writeFile(partial, plansAsJson(plan, { before, literals })));
  if (out === undefined) use.write(drawn);
  else await wholeFile(out, (partial) => writeFile(partial, drawn));
  return 0;
}

function titleOf(source: ExplainArguments['source']): string {
  const name = 'plan' in source ? source.plan : source.sql;
  return name === '-' ? 'Plan' : (name.split(/[/\\]/).at(-1) ?? name);
}

function readArguments(argv: readonly string[]): ExplainArguments | 'help' {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  const { values } = parseArgs({
    args: [...argv],
    options: {
      plan: text,
      url: text,
      sql: text,
      analyze: flag,
      compare: text,
      format: text,
      out: text,
      'show-literals': flag,
      json: text,
      help: { ...flag, short: 'h' },
    },
  });
  if (values.help === true) return 'help';
  const { format = 'text', compare, out, json } = values;
  if (!isPictureFormat(format))
    throw new PerfError(
      'ERR_PERF_INVALID_OPTION',
      `--format must be ${PICTURE_FORMATS.join(', ')}, got ${format}`,
    );
  if (compare !== undefined && format !== 'text' && format !== 'html')
    throw new PerfError('ERR_PERF_INVALID_OPTION', `--compare needs --format text or html, got ${format}`);
  for (const [name, file] of [
    ['--out', out],
    ['--json', json],
  ])
    if (file === '') throw new PerfError('ERR_PERF_INVALID_OPTION', `${name} must name a file`);
  return {
    source: sourceIn(values),
    format,
    compare,
    literals: values['show-literals'] ?? false,
    out: out === undefined ? undefined : resolve(out),
    json: json === undefined ? undefined : resolve(json),
  };
}

function sourceIn(values: {
  readonly plan?: string;
  readonly url?: string;
  readonly sql?: string;
  readonly analyze?: boolean;
}): ExplainArguments['source'] {
  const { plan, url, sql, analyze = false } = values;
  if (plan !== undefined && url === undefined && sql === undefined && !analyze) return { plan };
  if (plan === undefined && url !== undefined && sql !== undefined) return { url, sql, analyze };
  throw new PerfError(
    'ERR_PERF_INVALID_OPTION',
    'give a plan with --plan, or a database with --url and a statement with --sql',
  );
}
