import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { mixedRowBatches, mixedSchema } from '@perf/testkit/measure';

const run = promisify(execFile);
const HEADER = '/usr/include/xlsxwriter.h';
const SOURCE = fileURLToPath(new URL('libxlsxwriter.c', import.meta.url));
/** Rows handed over; the program repeats them. */
const POOL = 4096;
const NULL = '\u0001';
const RUNS = 3;

/** What the C library manages with values like ours in constant memory, in words; or why it was not measured. */
export async function libxlsxwriterRate(rows: number): Promise<string> {
  if (!existsSync(HEADER)) return 'libxlsxwriter is not installed';
  const folder = await mkdtemp(join(tmpdir(), 'perf-lxw-'));
  try {
    const [program, pool, out] = ['lxw', 'rows.tsv', 'out.xlsx'].map((name) => join(folder, name));
    if (program === undefined || pool === undefined || out === undefined) return '';
    await run('gcc', ['-O2', '-o', program, SOURCE, '-lxlsxwriter']);
    await writeFile(pool, await poolOfRows());
    const times: number[] = [];
    for (let i = 0; i < RUNS; i++) times.push(Number((await run(program, [pool, out, String(rows)])).stdout));
    const best = Math.min(...times);
    return `libxlsxwriter ${(rows / best).toFixed(0)} krows/s (C, constant memory, no sha256, best of ${RUNS})`;
  } catch (error) {
    return `libxlsxwriter could not be run: ${error instanceof Error ? error.message.split('\n')[0] : ''}`;
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function poolOfRows(): Promise<string> {
  const lines: string[] = [];
  for await (const { rows } of mixedRowBatches(POOL))
    for (const row of rows) lines.push(mixedSchema.fields.map(({ name }) => cellOf(row[name])).join('\t'));
  return lines.join('\u0002');
}

function cellOf(value: unknown): string {
  if (value === null || value === undefined) return NULL;
  if (value instanceof Date) return String(25_569 + value.getTime() / 86_400_000);
  if (typeof value === 'boolean') return value ? '1' : '0';
  return typeof value === 'number' || typeof value === 'string' ? String(value) : '';
}
