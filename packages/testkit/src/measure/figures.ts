import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { PerfError } from '@perf/contracts';
import type { Comparison } from './comparison.ts';

/** One number that a command measured. */
export interface Figure {
  /** As in `csv.rows.vs-fast-csv`; a part that begins with `vs-` says it is a ratio to a peer. */
  readonly id: string;
  readonly value: number;
  /** As in `ms`, `MiB`; absent: a ratio or a plain count. */
  readonly unit?: string;
  /** Name and version of what it was compared with. */
  readonly peer?: string;
  /** Pairs or repeats behind the value. */
  readonly n?: number;
  /** Quartiles of the pairs. */
  readonly spread?: readonly [number, number];
  /** Sizes, options, and whatever else one must know to read it. */
  readonly note?: string;
}

/** The figure of a comparison. */
export function figureOf(
  id: string,
  comparison: Comparison,
  more: { readonly peer: string; readonly note?: string },
): Figure {
  const { value, spread, n } = comparison;
  return { id, value, n, spread, ...more };
}

/**
 * Writes `{ figures, …rest }` as JSON. Refuses (`ERR_PERF_RUN_INVALID`) a value that is not finite, an id that comes
 * twice, and a ratio without peer or with fewer than 5 pairs: such a run proves nothing.
 */
export function writeFigures(
  file: string,
  figures: readonly Figure[],
  rest: Readonly<Record<string, unknown>> = {},
): void {
  checkFigures(figures);
  writeFileSync(file, `${JSON.stringify({ figures, machine: machine(), ...rest }, undefined, 1)}\n`);
}

/**
 * Prints figures as a table, value first, under a line with machine, Node version and date.
 * @param write where the text goes; default stdout
 */
export function printFigures(
  figures: readonly Figure[],
  write: (text: string) => void = (text) => process.stdout.write(text),
): void {
  const { cpu, cores, node, date } = machine();
  const rows = figures.map((figure) => [
    `${shorten(figure.value)}${figure.unit === undefined ? (isRatio(figure.id) ? '×' : '') : ` ${figure.unit}`}`,
    figure.spread === undefined ? '' : `${shorten(figure.spread[0])}–${shorten(figure.spread[1])}`,
    figure.n === undefined ? '' : `n ${figure.n}`,
    figure.id,
    figure.peer === undefined ? '' : `vs ${figure.peer}`,
    figure.note ?? '',
  ]);
  const widths = [0, 1, 2, 3, 4, 5].map((i) => Math.max(0, ...rows.map((row) => (row[i] ?? '').length)));
  const lines = rows.map((row) =>
    row.map((cell, i) => (i < 3 ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0))).join('  '),
  );
  write(`${cores} × ${cpu}, Node ${node}, ${date}\n${lines.map((line) => `${line.trimEnd()}\n`).join('')}`);
}

function checkFigures(figures: readonly Figure[]): void {
  const ids = new Set<string>();
  for (const { id, value, peer, n, spread } of figures) {
    if (ids.has(id)) throw new PerfError('ERR_PERF_RUN_INVALID', `figure ${id} comes twice`);
    ids.add(id);
    if (![value, ...(spread ?? [])].every(Number.isFinite))
      throw new PerfError('ERR_PERF_RUN_INVALID', `figure ${id} is not finite: ${value}`);
    if (isRatio(id) && (peer === undefined || peer === '' || n === undefined || n < 5))
      throw new PerfError('ERR_PERF_RUN_INVALID', `figure ${id} must name its peer and at least 5 pairs`);
  }
}

function isRatio(id: string): boolean {
  return /(^|\.)vs-/.test(id);
}

function machine(): { cpu: string; cores: number; node: string; date: string } {
  const all = cpus();
  return {
    cpu: all[0]?.model.trim() ?? 'unknown',
    cores: all.length,
    node: process.versions.node,
    date: new Date().toISOString().slice(0, 10),
  };
}

function shorten(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toPrecision(Math.abs(value) >= 100 ? 4 : 3);
}
