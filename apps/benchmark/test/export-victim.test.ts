import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runVictim } from '../src/chaos/export-victim.ts';

it('kills a process that goes on from a checkpoint before its next one', { timeout: 60_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'perf-victim-'));
  const order = { format: 'xlsx', rows: 300_000, path: join(folder, 'out.xlsx') };
  const { signal } = new AbortController();

  const first = await runVictim(order, 0, signal);
  const second = await runVictim(order, 0, signal);
  await rm(folder, { recursive: true });

  expect(first).toMatchObject({ from: 0, end: 'killed' });
  expect(second.from).toBeGreaterThanOrEqual(Number(first.checkpoint));
  expect(second).toMatchObject({ checkpoint: undefined, end: 'killed' });
});
