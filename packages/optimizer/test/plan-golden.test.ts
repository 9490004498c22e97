import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { planFigures, readPlan, renderPlan } from '@perf/optimizer';
import { describe, expect, it } from 'vitest';

const FOLDER = join(import.meta.dirname, 'golden/plans');
/** As the engines wrote them: `<engine>-<version>-<what>.txt`; those of MySQL are written after its manual. */
const NAMES = readdirSync(FOLDER).filter((name) => name.endsWith('.txt'));

const read = (name: string): string => readFileSync(join(FOLDER, name), 'utf8');

describe.each(NAMES)('the plan %s', (name) => {
  it('reads as the same model for ever', async () => {
    const { format, analyzed, plan, ...more } = readPlan(read(name));

    expect(name).toMatch(new RegExp(`^${format.replace('-tree', '')}-`));
    await expect(
      `${JSON.stringify({ format, analyzed, ...more, plan }, undefined, 1)}\n\n${renderPlan(plan)}\n`,
    ).toMatchFileSnapshot(join(FOLDER, name.replace('.txt', '.model')));
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
