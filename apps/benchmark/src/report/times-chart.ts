import type { ShapeReport } from '../demo/compare-shapes.ts';
import { ms } from '../terminal/table.ts';
import { escaped } from './escaped.ts';

const LEFT = 260;
const WIDTH = 620;
const ROW = 34;
/** Room for legend and axis. */
const TOP = 52;
/** Shortest time on the axis, in ms. */
const LEAST = 0.01;

/** Three bars for each question on the first engine, on a logarithmic axis. */
export function timesChart(shapes: readonly ShapeReport[]): string {
  const times = shapes.flatMap(({ name, times: [first] }) =>
    first === undefined ? [] : [{ name, ...first }],
  );
  const most = Math.max(1, ...times.map(({ plainMs, optimizedMs }) => Math.max(plainMs, optimizedMs)));
  const x = (time: number): number =>
    (Math.log10(Math.max(time, LEAST) / LEAST) / Math.log10(most / LEAST)) * WIDTH;
  const bar = (time: number, y: number, color: string): string =>
    `<rect x="${LEFT}" y="${y}" width="${x(time).toFixed(1)}" height="8" style="fill:var(--${color})"/>`;
  const rows = times.map(({ name, plainMs, optimizedMs, cachedMs }, i) => {
    const y = TOP + i * ROW;
    return `<text x="${LEFT - 10}" y="${y + 16}" text-anchor="end">${escaped(name)}</text>${bar(plainMs, y, 'a')}${bar(optimizedMs, y + 9, 'b')}${bar(cachedMs, y + 18, 'c')}`;
  });
  const decades = Array.from({ length: Math.floor(Math.log10(most / LEAST)) + 1 }, (_, i) => LEAST * 10 ** i);
  const height = TOP + 10 + times.length * ROW;
  const lines = decades.map(
    (time) =>
      `<line x1="${(LEFT + x(time)).toFixed(1)}" x2="${(LEFT + x(time)).toFixed(1)}" y1="${TOP - 6}" y2="${height - 8}" style="stroke:var(--line)"/><text x="${(LEFT + x(time)).toFixed(1)}" y="${TOP - 12}" text-anchor="middle">${ms(time).replace(/\.?0+$/, '')} ms</text>`,
  );
  const legend = ['plain', 'optimized', 'cached']
    .map((text, i) => `<tspan style="fill:var(--${'abc'[i] ?? 'a'})">■ ${text} </tspan>`)
    .join('');
  const engine = times[0]?.engine ?? '';
  return `<svg viewBox="0 0 ${LEFT + WIDTH + 40} ${height}" role="img" aria-label="Times of each question on ${escaped(engine)}"><text x="4" y="14">${escaped(engine)} ${legend}</text>${lines.join('')}${rows.join('')}</svg>`;
}
