import { describeWith } from '@perf/services/vitest';
import { queryEngineSuite } from '@perf/testkit';
import { openSubject } from './open.ts';

function suite(url: string): void {
  queryEngineSuite({
    create: async () => {
      const subject = await openSubject(url);
      return {
        engine: subject.engine,
        run: subject.run,
        close: async () => subject[Symbol.asyncDispose](),
      };
    },
    types: {
      bool: { sql: 'boolean' },
      int32: { sql: 'integer' },
      int64: { sql: 'bigint' },
      float64: { sql: 'double precision' },
      'decimal(4,1)': { sql: 'numeric(4,1)' },
      'decimal(9,0)': { sql: 'numeric(9,0)' },
      'decimal(18,9)': { sql: 'numeric(18,9)' },
      'decimal(38,10)': { sql: 'numeric(38,10)' },
      utf8: { sql: 'text' },
      date: { sql: 'date' },
      'timestamp(s)': { sql: 'timestamp(0)' },
      'timestamp(ms)': { sql: 'timestamp(3)' },
      'timestamp(us)': { sql: 'timestamp' },
      binary: { sql: 'bytea', literal: bytesLiteral },
      json: { sql: 'jsonb' },
      'list<int64>': { sql: 'bigint[]', literal: arrayLiteral('bigint') },
      'list<utf8>': { sql: 'text[]', literal: arrayLiteral('text') },
    },
  });
}

describeWith('postgres', 'PostgresEngine', suite);
describeWith('postgresHypopg', 'PostgresEngine on Postgres 15', suite);

function bytesLiteral(value: unknown): string {
  return `'\\x${Buffer.from(value instanceof Uint8Array ? value : []).toString('hex')}'::bytea`;
}

function arrayLiteral(type: string): (value: unknown) => string {
  return (value) => {
    const items = (Array.isArray(value) ? value : []).map((item) =>
      typeof item === 'string' ? `'${item.replaceAll("'", "''")}'` : String(item),
    );
    return `ARRAY[${items.join(', ')}]::${type}[]`;
  };
}
