import type { DemoReport } from '../src/demo/report.ts';

/** A report of one question, with `name` wherever a text of the data or of a machine can stand. */
export function sampleReport(name = 'busiest airports', more: Partial<DemoReport> = {}): DemoReport {
  const spread = { p50: 40, p99: 200 };
  return {
    date: '2001-07-01',
    node: '24.0.0',
    machine: name,
    flights: 3_000_000,
    loads: [{ engine: 'duckdb', ms: 1500 }],
    shapes: [
      {
        name,
        rows: 26,
        times: [
          { engine: name, plainMs: 31.3, optimizedMs: 14.7, cachedMs: 0.182 },
          { engine: 'sqlite', plainMs: 155, optimizedMs: 158, cachedMs: 0 },
        ],
        rewrites: [{ rule: name, reason: name, estimatedGain: 2 }],
        bottleneck: 'dataLoad',
        sql: `SELECT '${name}'`,
        logical: {
          operator: 'join',
          detail: name,
          estimatedRows: 26,
          children: [
            { operator: 'scan', table: name, detail: name, children: [] },
            { operator: 'scan', table: 'airports', detail: '', children: [] },
          ],
        },
        differences: [],
      },
    ],
    session: {
      requests: 10_000,
      population: 1200,
      distinct: 1045,
      zipf: 1,
      capacity: 500,
      hits: 8220,
      lowerHits: [{ tier: 'disk', hits: 700 }],
      misses: 1080,
      evictions: 1280,
      hitRate: 0.822,
      elapsedMs: 9000,
      hit: spread,
      miss: spread,
    },
    exports: [
      {
        writer: name,
        format: 'csv',
        rows: 3_000_000,
        bytes: 158_700_000,
        elapsedMs: 2620,
        rowsPerSecond: 1_146_165,
        memoryDeltaMb: 3,
        sha256: 'ab'.repeat(32),
      },
    ],
    hostile: { cases: 4191, engines: [name], escaped: [] },
    switchedOff: [],
    differences: [],
    elapsedMs: 203_000,
    peakMemoryMb: 1278,
    ...more,
  };
}
