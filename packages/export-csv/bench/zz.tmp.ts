import { Block, TableEncoder } from '@perf/export-core';
import { csvPlan } from '../src/csv-layout.ts';
import { csvStyle } from '../src/csv-options.ts';
import { mixedRowBatches, mixedSchema } from '@perf/testkit/measure';
const only = process.argv[2] && process.argv[2] !== 'all' ? process.argv[2].split(',') : undefined;
const { layout, room, warnings } = csvPlan(mixedSchema, csvStyle(only ? { columns: only } : {}));
const enc = new TableEncoder(mixedSchema, layout, room, warnings);
const block: any =
  process.argv[3] === 'plain'
    ? { bytes: Buffer.allocUnsafeSlow(enc.blockBytes), length: 0 }
    : new Block(enc.blockBytes);
const bs = [];
for await (const b of mixedRowBatches(200000)) bs.push(b);
for (let r = 0; r < 8; r++) {
  const t = performance.now();
  let bytes = 0;
  for (const b of bs) {
    enc.load(b);
    for (;;) {
      const s = enc.fill(block);
      if (s === 'full') {
        bytes += block.length;
        block.length = 0;
      }
      if (s === 'done') break;
    }
  }
  if (r > 4)
    console.log(
      only?.join() ?? 'all',
      process.argv[3],
      ((performance.now() - t) * 5).toFixed(0),
      'ms per 1M',
    );
}
