import { readFile } from 'node:fs/promises';
import type { BatchSource } from '@perf/contracts';
import { batchSource } from '@perf/contracts';
import { createCsvExporter } from '@perf/export-csv';
import { memoryJobQueue, memoryJobStore } from '@perf/export-jobs';
import { MemorySink } from '@perf/testkit';
import { mixedSource } from '@perf/testkit/measure';
import { expect, it } from 'vitest';
import { Gate, JobHouse } from './job-house.ts';

const ROWS = 250_000;

/** Rows that cannot be gone on with; they stop near their end while the gate is closed. */
function plainRows(gate: Gate, signal: AbortSignal): BatchSource {
  const rows = mixedSource(ROWS);
  async function* batches() {
    let given = 0;
    for await (const batch of rows) {
      if (given > 0.8 * ROWS) await gate.pass(signal);
      yield batch;
      given += 4096;
    }
  }
  return batchSource(rows.schema, batches());
}

async function houseInMemory(): Promise<JobHouse> {
  const queue = memoryJobQueue();
  return JobHouse.open({
    queue,
    store: memoryJobStore(),
    [Symbol.asyncDispose]: () => queue[Symbol.asyncDispose](),
  });
}

async function whole(): Promise<Uint8Array> {
  const sink = new MemorySink();
  await createCsvExporter().export(mixedSource(ROWS), sink);
  return sink.bytes;
}

it('a job whose source is no repeatable one begins anew after a pause', { timeout: 30_000 }, async () => {
  await using house = await houseInMemory();
  const gate = new Gate();
  const cursors: unknown[] = [];
  const plain = (_params: unknown, { cursor, signal }: { cursor: unknown; signal: AbortSignal }) => {
    cursors.push(cursor);
    return plainRows(gate, signal);
  };
  await house.work({ sources: { plain } });
  const id = await house.jobs.submit({ source: { name: 'plain' }, format: 'csv', owner: 'ada' });
  await gate.reached;
  await house.jobs.pause(id);
  await house.until(id, 'paused', 'failed');

  gate.open();
  await house.jobs.resume(id);
  const record = await house.until(id, 'completed', 'failed');

  expect(record).toMatchObject({ state: 'completed', attempts: 0, manifest: { rows: ROWS } });
  expect(cursors).toEqual([undefined, undefined]);
  expect(Buffer.compare(await readFile(house.outputs.pathOf(record)), await whole())).toBe(0);
});

it('begins anew when a source can be gone on with no more', { timeout: 30_000 }, async () => {
  await using house = await houseInMemory();
  const gate = new Gate();
  house.gates.set('g', gate);
  const first = await house.work();
  const params = { rows: ROWS, gate: 'g', at: 200_000 };
  const id = await house.jobs.submit({ source: { name: 'mixed', params }, format: 'csv', owner: 'ada' });
  await gate.reached;
  await house.jobs.pause(id);
  await house.until(id, 'paused');
  await first[Symbol.asyncDispose]();

  gate.open();
  await house.work({ sources: { mixed: (_params, { signal }) => plainRows(gate, signal) } });
  await house.jobs.resume(id);
  const record = await house.until(id, 'completed', 'failed');

  expect(record).toMatchObject({ state: 'completed', attempts: 1, manifest: { rows: ROWS } });
  expect(Buffer.compare(await readFile(house.outputs.pathOf(record)), await whole())).toBe(0);
});
