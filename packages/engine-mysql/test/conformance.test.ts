import { describeWith } from '@perf/services/vitest';
import { queryEngineSuite } from '@perf/testkit';
import type { EngineColumnTypes } from '@perf/testkit';
import oldest from 'mysql2-314/promise';
import { openEngine } from './open.ts';

const types: EngineColumnTypes = {
  bool: { sql: 'BOOLEAN' },
  int32: { sql: 'INT' },
  int64: { sql: 'BIGINT' },
  float64: { sql: 'DOUBLE' },
  'decimal(4,1)': { sql: 'DECIMAL(4,1)' },
  'decimal(9,0)': { sql: 'DECIMAL(9,0)' },
  'decimal(18,9)': { sql: 'DECIMAL(18,9)' },
  'decimal(20,0)': { sql: 'DECIMAL(20,0)' },
  'decimal(38,10)': { sql: 'DECIMAL(38,10)' },
  // Not padded with blanks, and told apart by bytes.
  utf8: { sql: 'LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin', literal: textLiteral },
  date: { sql: 'DATE' },
  'timestamp(s)': { sql: 'DATETIME' },
  'timestamp(ms)': { sql: 'DATETIME(3)' },
  'timestamp(us)': { sql: 'DATETIME(6)' },
  binary: { sql: 'BLOB' },
};

describeWith('mariadb', 'MysqlEngine', (url) => {
  queryEngineSuite({
    // 0: read the catalogue every time, as the suite changes the schema past the engine.
    create: () => openEngine(url, { catalogTtlMs: 0 }),
    types: { ...types, json: { sql: 'JSON' } },
  });
});

// Another copy of the driver than the one that the engine finds; it does not tell JSON of MariaDB from text.
describeWith('mariadb', 'MysqlEngine over the oldest driver', (url) => {
  queryEngineSuite({
    create: () => openEngine(url, { catalogTtlMs: 0 }, {}, (options) => oldest.createPool(options)),
    types,
  });
});

/** A text by its bytes: a backslash in a plain literal would mean something. */
function textLiteral(value: unknown): string {
  return `CONVERT(X'${Buffer.from(String(value)).toString('hex')}' USING utf8mb4)`;
}
