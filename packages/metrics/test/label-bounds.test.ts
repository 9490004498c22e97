import { Counter, FrequentCounter, Registry } from '@perf/metrics';
import { hostileStrings } from '@perf/testkit';
import { describe, expect, it } from 'vitest';
import { samplesOf, textOf } from './read-text.ts';

const definition = {
  name: 'c_total',
  help: 'c',
  labels: ['endpoint', 'status'],
  open: ['endpoint'],
} as const;

function labelsOf(counter: Counter<'endpoint' | 'status'>): Record<string, string>[] {
  return [...counter.series()].map(({ labels }) => ({ ...labels.values }));
}

describe('values of labels', () => {
  it('print so that every hostile value reads back as itself or as other', async () => {
    for (const hostile of hostileStrings) {
      const registry = new Registry();

      registry
        .counter({ name: 'c_total', help: hostile, labels: ['v'] })
        .with({ v: hostile })
        .add();

      for (const format of ['prometheus', 'openmetrics'] as const) {
        const keys = [...samplesOf(await textOf(registry, format)).keys()];
        expect(keys).toHaveLength(1);
        expect([hostile, 'other'].map((v) => JSON.stringify(['c_total', [['v', v]]]))).toContain(keys[0]);
      }
    }
  });

  it.each([
    'SELECT * FROM users',
    "select name from t where id = 'x'",
    'insert into t values (1)',
    'UPDATE users SET password = 1',
    'delete from t',
    'WITH x AS (select 1) select 2',
    'drop table students',
    "x' union select 1",
    'EXPLAIN ANALYZE something',
    'Bearer abc',
    'password=hunter2',
    'api_key: 1234',
    'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.sig',
    '0123456789abcdef0123456789abcdef',
    'somebody@example.com',
    'postgres://user:pass@host/db',
    'line\nbreak',
    'nul\u0000',
    '\ud800',
    '',
    'x'.repeat(129),
  ])('never show %j', (value) => {
    const counter = new Counter(definition);

    counter.with({ endpoint: value, status: '200' }).add();

    expect(labelsOf(counter)).toEqual([{ endpoint: 'other', status: '200' }]);
  });

  it.each([
    '/v1/airports/{id}/statements/{departures|delays|routes}',
    '/v1/query',
    '/users/:user/select-from-list',
    'São Paulo, "GRU"',
    'updates',
    'x'.repeat(128).replaceAll('xxxx', 'a/b '),
  ])('show %j as it is', (value) => {
    const counter = new Counter(definition);

    counter.with({ endpoint: value, status: '200' }).add();

    expect(labelsOf(counter)).toEqual([{ endpoint: value, status: '200' }]);
  });

  it('keep apart lists of values that read the same when joined', () => {
    const counter = new Counter(definition);

    const first = counter.with({ endpoint: '1:a', status: 'b' });
    const second = counter.with({ endpoint: '1', status: 'a1:b' });

    expect(first).not.toBe(second);
  });

  it('must be strings', () => {
    const counter = new Counter(definition);

    // @ts-expect-error a number is no label
    expect(() => counter.with({ endpoint: '/', status: 200 })).toThrow(
      expect.objectContaining({ code: 'ERR_PERF_INVALID_OPTION' }),
    );
  });
});

describe('a bound of series', () => {
  it('makes open labels other and keeps the rest, so that errors stay errors', () => {
    const counter = new Counter({ ...definition, maxSeries: 2 });
    for (const endpoint of ['/a', '/b', '/c', '/d']) counter.with({ endpoint, status: '200' }).add();

    counter.with({ endpoint: '/e', status: '500' }).add();

    expect(labelsOf(counter)).toEqual([
      { endpoint: '/a', status: '200' },
      { endpoint: '/b', status: '200' },
      { endpoint: 'other', status: '200' },
      { endpoint: 'other', status: '500' },
    ]);
    expect([...counter.series()].map(({ value }) => value)).toEqual([1, 1, 2, 1]);
  });

  it('holds for a million values in every label, and loses no count', () => {
    const counter = new Counter(definition);

    for (let i = 0; i < 1e6; i++) counter.with({ endpoint: `/${i}`, status: String(i) }).add();

    const series = [...counter.series()];
    expect(series.length).toBeLessThanOrEqual(2001);
    expect(series.reduce((sum, { value }) => sum + value, 0)).toBe(1e6);
  });
});

describe('FrequentCounter', () => {
  const entities = { name: 'airports_queried_total', help: 'a', label: 'entity' };

  it('holds a million values in 101 series, and loses no count while nobody rises', () => {
    const counter = new FrequentCounter(entities);

    for (let i = 0; i < 1e6; i++) counter.count(`airport ${i}`);

    const series = [...counter.series()];
    expect(series).toHaveLength(101);
    expect(series.reduce((sum, { value }) => sum + value, 0)).toBe(1e6);
  });

  it('gives seats to the frequent, however late they come', () => {
    const counter = new FrequentCounter({ ...entities, seats: 3 });
    for (let i = 0; i < 10_000; i++) counter.count(`once ${i}`);

    for (let i = 0; i < 60_000; i++) {
      counter.count(`once ${10_000 + i}`);
      counter.count(['JFK', 'LAX', 'SFO'][i % 3] ?? '');
    }

    const shown = [...counter.series()].map(({ labels }) => labels.values['entity'] ?? '');
    expect(new Set(shown)).toEqual(new Set(['JFK', 'LAX', 'SFO', 'other']));
  });

  it('lets nobody change seats over a small difference', () => {
    const counter = new FrequentCounter({ ...entities, seats: 1 });
    for (let i = 0; i < 50_000; i++) counter.count(i % 5 < 2 ? 'JFK' : 'LAX');

    expect([...counter.series()].map(({ labels, value }) => [labels.values['entity'], value])).toEqual([
      ['JFK', 20_000],
      ['other', 30_000],
    ]);
  });

  it('counts what no label may carry in other', () => {
    const counter = new FrequentCounter(entities);

    counter.count('select * from airports');
    counter.count('other');

    expect([...counter.series()].map(({ labels, value }) => [labels.text, value])).toEqual([
      ['entity="other"', 2],
    ]);
  });
});
