import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SqliteEngine } from '@perf/engine-sqlite';
import { queryEngineSuite, readRows } from '@perf/testkit';
import type { EngineColumnTypes, EngineUnderTest } from '@perf/testkit';
import { describe } from 'vitest';

const types: EngineColumnTypes = {
  bool: { sql: 'BOOLEAN' },
  int32: { sql: 'INT' },
  int64: { sql: 'BIGINT' },
  float64: { sql: 'DOUBLE' },
  'decimal(12,2)': { sql: 'DECIMAL(12,2)' },
  'decimal(6,0)': { sql: 'NUMERIC(6)' },
  utf8: { sql: 'TEXT' },
  date: { sql: 'DATE', literal: textLiteral },
  'timestamp(s)': { sql: 'TIMESTAMP(0)' },
  'timestamp(ms)': { sql: 'TIMESTAMP(3)' },
  'timestamp(us)': { sql: 'TIMESTAMP' },
  'timestamp(ns)': { sql: 'DATETIME(9)' },
  binary: { sql: 'BLOB' },
  json: { sql: 'JSON' },
};

describe('SqliteEngine', () => {
  describe(':memory:', () => {
    queryEngineSuite({ create: () => opened(':memory:'), types, interruptsBeforeFirstRow: false });
  });

  describe('a file', () => {
    queryEngineSuite({
      create: async () => {
        const folder = await mkdtemp(join(tmpdir(), 'perf-sqlite-'));
        const subject = await opened(join(folder, 'suite.db'));
        return { ...subject, close: () => rm(folder, { recursive: true }) };
      },
      types,
      // SQLite gives back no control before the first row: the caller is free at once, the thread is not.
      interruptsBeforeFirstRow: false,
    });
  });
});

async function opened(path: string): Promise<EngineUnderTest> {
  const engine = await SqliteEngine.open(path);
  return {
    engine,
    run: async (text) =>
      void (await readRows(await engine.execute({ dialect: 'sqlite', text, parameters: [] }))),
  };
}

function textLiteral(value: unknown): string {
  return `'${String(value)}'`;
}
