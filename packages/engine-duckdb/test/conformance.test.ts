import { DuckDBInstance } from '@duckdb/node-api';
import { DuckDbEngine } from '@perf/engine-duckdb';
import { queryEngineSuite } from '@perf/testkit';
import { describe } from 'vitest';

describe('DuckDbEngine', () => {
  queryEngineSuite({
    create: async () => {
      const instance = await DuckDBInstance.create(':memory:', { threads: '2' });
      const connection = await instance.connect();
      return {
        // 0: read the catalogue every time, as the suite changes the schema past the engine.
        engine: DuckDbEngine.over(instance, { catalogTtlMs: 0 }),
        run: async (sql) => void (await connection.run(sql)),
        close: async () => {
          connection.closeSync();
          instance.closeSync();
        },
      };
    },
    types: {
      bool: { sql: 'BOOLEAN' },
      int32: { sql: 'INTEGER' },
      int64: { sql: 'BIGINT' },
      float64: { sql: 'DOUBLE' },
      'decimal(4,1)': { sql: 'DECIMAL(4,1)' },
      'decimal(9,0)': { sql: 'DECIMAL(9,0)' },
      'decimal(18,9)': { sql: 'DECIMAL(18,9)' },
      'decimal(38,10)': { sql: 'DECIMAL(38,10)' },
      utf8: { sql: 'VARCHAR' },
      date: { sql: 'DATE' },
      'timestamp(s)': { sql: 'TIMESTAMP_S' },
      'timestamp(ms)': { sql: 'TIMESTAMP_MS' },
      'timestamp(us)': { sql: 'TIMESTAMP' },
      'timestamp(ns)': { sql: 'TIMESTAMP_NS' },
      binary: { sql: 'BLOB', literal: blobLiteral },
      json: { sql: 'JSON' },
      'list<int64>': { sql: 'BIGINT[]' },
      'list<utf8>': { sql: 'VARCHAR[]' },
      'list<list<int32>>': { sql: 'INTEGER[][]' },
    },
  });
});

function blobLiteral(value: unknown): string {
  const bytes = value instanceof Uint8Array ? Array.from(value) : [];
  return `'${bytes.map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('')}'::BLOB`;
}
