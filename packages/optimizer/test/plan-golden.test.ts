import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { planFigures, readPlan, renderPlan } from '@perf/optimizer';
import { describe, expect, it } from 'vitest';

const FOLDER = join(import.meta.dirname, 'golden/plans');
/** As the engines wrote them: `<engine>-<version>-<what>.txt`; those of MySQL are written after its manual. */
const NAMES = [
  'duckdb-1.5-correlated-estimate.txt',
  'duckdb-1.5-correlated.txt',
  'duckdb-1.5-cte.txt',
  'duckdb-1.5-group.txt',
  'duckdb-1.5-join-estimate.txt',
  'duckdb-1.5-join.txt',
  'duckdb-1.5-point.txt',
  'mariadb-10.11-correlated.txt',
  'mariadb-10.11-derived.txt',
  'mariadb-10.11-estimate.txt',
  'mariadb-10.11-hash.txt',
  'mariadb-10.11-join.txt',
  'mariadb-10.11-never.txt',
  'mariadb-10.11-partitions.txt',
  'mariadb-10.11-semi.txt',
  'mariadb-10.11-three.txt',
  'mariadb-10.11-union.txt',
  'mariadb-10.11-window.txt',
  'mysql-8-dependent.txt',
  'mysql-8-json.txt',
  'mysql-8-tree.txt',
  'mysql-9-json-2.txt',
  'postgres-15-correlated.txt',
  'postgres-15-cte-twice.txt',
  'postgres-15-estimate.txt',
  'postgres-15-init.txt',
  'postgres-15-join.txt',
  'postgres-15-never.txt',
  'postgres-15-parallel.txt',
  'postgres-15-partitions.txt',
  'postgres-15-spill.txt',
  'postgres-18-cte-twice.txt',
  'postgres-18-init.txt',
  'postgres-18-join.txt',
  'sqlite-3.53-correlated.txt',
  'sqlite-3.53-cte.txt',
  'sqlite-3.53-group.txt',
  'sqlite-3.53-join.txt',
  'sqlite-3.53-shell.txt',
];

const read = (name: string): string => readFileSync(join(FOLDER, name), 'utf8');

it('reads every golden plan', () => {
  expect(readdirSync(FOLDER).toSorted()).toEqual(NAMES);
});

describe.each(NAMES)('the plan %s', (name) => {
  it('reads as the same model for ever', () => {
    const { format, analyzed, plan, ...more } = readPlan(read(name));

    expect(name).toMatch(new RegExp(`^${format.replace('-tree', '')}-`));
    expect({ format, analyzed, ...more, plan }).toMatchSnapshot('model');
    expect(renderPlan(plan)).toMatchSnapshot('tree');
  });

  it('has figures that can be: shares of at most all, own time within the whole, errors of at least 1', () => {
    const { nodes, totalMs } = planFigures(readPlan(read(name)).plan);

    const shares = nodes.flatMap(({ selfShare }) => selfShare ?? []);
    expect(shares.length === 0 ? 1 : shares.reduce((sum, share) => sum + share)).toBeCloseTo(1, 6);
    for (const { node, qError = 1 } of nodes) {
      expect(qError).toBeGreaterThanOrEqual(1);
      expect((node.selfMs ?? 0) - (node.totalMs ?? node.selfMs ?? 0)).toBeLessThan(0.01);
    }
    const self = nodes.reduce((sum, { node }) => sum + (node.selfMs ?? 0), 0);
    expect(self / (totalMs ?? Infinity)).toBeLessThan(1.1);
  });

  it('shows no literal when it is drawn', () => {
    expect(renderPlan(readPlan(read(name)).plan)).not.toMatch(/SECRET|Airport 1|'S7'|250|290|2001/);
  });

  it('reads the same from its own JSON', () => {
    const { plan } = readPlan(read(name));

    expect(readPlan(JSON.stringify(plan))).toMatchObject({ format: 'perf', plan });
    expect(readPlan(JSON.stringify(readPlan(read(name)))).plan).toEqual(plan);
  });
});
