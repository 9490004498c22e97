import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

/** A process whose source hangs after a batch, and whose export is aborted. */
const HANGING = `
  import { batchSource } from '@perf/contracts';
  import { createParquetExporter, memorySink } from '@perf/export-arrow';
  const schema = { fields: [{ name: 'id', type: { kind: 'int32' }, nullable: false }] };
  async function* batches() {
    yield { kind: 'rows', schema, layout: 'arrays', rows: Array.from({ length: 40_000 }, (_, i) => [i]) };
    await new Promise((resolve) => setTimeout(resolve, 600_000).unref());
  }
  const signal = AbortSignal.timeout(500);
  const exporting = createParquetExporter().export(batchSource(schema, batches()), memorySink(), { signal });
  console.log(await exporting.then(() => 'written', (error) => error.code));
`;

describe('the thread of a Parquet export', () => {
  it('does not keep a process alive whose export was aborted while the source hung', async () => {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--conditions=@perf/source', '--input-type=module', '--eval', HANGING],
      { cwd: import.meta.dirname, timeout: 20_000 },
    );

    expect(stdout.trim()).toBe('ERR_PERF_ABORTED');
  });
});
