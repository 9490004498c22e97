import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  comparisonOf,
  figureOf,
  parseBenchArgs,
  peakRssMb,
  peerVersion,
  printFigures,
  ratioOf,
  writeFigures,
} from '@perf/testkit/measure';
import { afterAll, describe, expect, it } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'figures-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('writeFigures', () => {
  it('writes the figures and whatever else is reported', () => {
    const file = join(folder, 'good.json');
    const figure = figureOf('x.vs-y', comparisonOf([1, 2, 3, 4, 5]), { peer: 'y 1.0', note: '10 rows' });

    writeFigures(file, [figure, { id: 'x.ms', value: 2.5, unit: 'ms' }], { rows: 10 });

    const written: unknown = JSON.parse(readFileSync(file, 'utf8'));
    expect(written).toMatchObject({
      figures: [
        { id: 'x.vs-y', value: 3, spread: [2, 4], n: 5, peer: 'y 1.0', note: '10 rows' },
        { id: 'x.ms', value: 2.5, unit: 'ms' },
      ],
      rows: 10,
    });
  });

  it.each([
    ['a value that is not finite', [{ id: 'a', value: Number.NaN }]],
    ['a spread that is not finite', [{ id: 'a', value: 1, spread: [1, Infinity] as const }]],
    [
      'the same id twice',
      [
        { id: 'a', value: 1 },
        { id: 'a', value: 1 },
      ],
    ],
    ['a ratio without peer', [{ id: 'a.vs-b', value: 1, n: 5 }]],
    ['a ratio of four pairs', [{ id: 'a.vs-b', value: 1, n: 4, peer: 'b' }]],
  ])('refuses %s and writes nothing', (_, figures) => {
    const file = join(folder, 'bad.json');

    expect(() => writeFigures(file, figures)).toThrow(
      expect.objectContaining({ code: 'ERR_PERF_RUN_INVALID' }),
    );
    expect(() => readFileSync(file)).toThrow('ENOENT');
  });
});

describe('printFigures', () => {
  it('puts the ratio first, under the machine and the date', () => {
    let text = '';

    printFigures(
      [{ id: 'x.vs-y', value: 4.2, peer: 'y 1.0', n: 5, spread: [4, 4.5] }],
      (part) => (text += part),
    );

    const [head, line] = text.split('\n');
    expect(head).toContain(`Node ${process.versions.node}`);
    expect(line?.trimStart()).toMatch(/^4\.20×\s+4–4\.50\s+n 5\s+x\.vs-y\s+vs y 1\.0$/);
  });
});

describe('ratioOf', () => {
  it('refuses a ratio with nothing', () => {
    expect(() => ratioOf('min', 0, 5)).toThrow(expect.objectContaining({ code: 'ERR_PERF_RUN_INVALID' }));
  });
});

describe('parseBenchArgs', () => {
  it('reads file, quick and case, and keeps the rest', () => {
    expect(parseBenchArgs(['--json', 'out.json', '--quick', '--case', 'peer', '1000'])).toEqual({
      json: 'out.json',
      quick: true,
      case: 'peer',
      rest: ['1000'],
    });
    expect(parseBenchArgs([])).toEqual({ json: undefined, quick: false, case: undefined, rest: [] });
  });

  it('refuses an option it does not know', () => {
    expect(() => parseBenchArgs(['--fast'])).toThrow(
      expect.objectContaining({ code: 'ERR_PERF_INVALID_OPTION' }),
    );
  });
});

describe('peakRssMb', () => {
  it('is never below what the process holds now', () => {
    expect(peakRssMb()).toBeGreaterThan(process.memoryUsage.rss() / 1024 / 1024 / 2);
  });
});

describe('peerVersion', () => {
  it('names the installed version', () => {
    expect(peerVersion('fast-check', import.meta.url)).toMatch(/^fast-check 4\.\d+\.\d+$/);
  });

  it('calls the run invalid without the peer', () => {
    expect(() => peerVersion('perf-no-such-package', import.meta.url)).toThrow('perf-no-such-package');
  });
});
