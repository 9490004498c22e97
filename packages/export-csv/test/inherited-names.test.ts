import type { Field } from '@perf/contracts';
import { batchSource } from '@perf/contracts';
import { exportCsv, memorySink } from '@perf/export-csv';
import { describe, expect, it } from 'vitest';

const NAMES = ['constructor', 'toString', '__proto__', 'valueOf', 'id'];

async function written(rows: readonly Record<string, unknown>[], nullable = true): Promise<string> {
  const schema = { fields: NAMES.map((name): Field => ({ name, type: { kind: 'utf8' }, nullable })) };
  const sink = memorySink();
  await exportCsv(batchSource(schema, [{ kind: 'rows', schema, layout: 'objects', rows }]), sink, {
    header: false,
  });
  return new TextDecoder().decode(sink.bytes());
}

describe('a column with the name of what every object inherits', () => {
  it('is null where a row does not have it', async () => {
    expect(await written([{ id: 'a' }])).toBe(',,,,a\n');
  });

  it('has the value of a row that has it', async () => {
    const row = Object.fromEntries([
      ['constructor', 'c'],
      ['toString', 't'],
      ['__proto__', 'p'],
      ['valueOf', 'v'],
      ['id', 'a'],
    ]);

    expect(await written([row])).toBe('c,t,p,v,a\n');
  });

  it('is refused as null where it must not be', async () => {
    await expect(written([{ id: 'a' }], false)).rejects.toMatchObject({ code: 'ERR_PERF_INVALID_VALUE' });
  });
});
