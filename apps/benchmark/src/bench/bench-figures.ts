import type { Dialect } from '@perf/contracts';
import type { Figure } from '@perf/testkit/measure';
import type { AdviceTrial, AdvisedStatement } from '../optimizer/bench-advice.ts';
import type { StatementTrial } from '../optimizer/bench-engine.ts';

/** No statement counts for more than this. */
const MOST_GAIN = 100;
const PLAIN = 'plain';
/** How figures call the engines. */
const NAMES: Readonly<Record<Dialect, string>> = {
  postgres: 'postgres',
  sqlite: 'sqlite',
  mysql: 'mariadb',
  duckdb: 'duckdb',
};

/** What the trials show: how much anti-patterns gain on each engine, and the worst that the gate let through. @param scaleOf orders ÷ 100,000 */
export function benchFigures(
  trials: readonly StatementTrial[],
  scaleOf: (dialect: Dialect) => number,
): Figure[] {
  const dialects = [...new Set(trials.map(({ dialect }) => dialect))];
  const bad = trials.filter(({ kind }) => kind !== PLAIN);
  const slowest = trials.toSorted((a, b) => lowestRatio(b) - lowestRatio(a))[0];
  return [
    {
      id: 'optimizer.queries',
      value: new Set(bad.map(({ name }) => name)).size,
      note: `anti-patterns of ${new Set(bad.map(({ kind }) => kind)).size} kinds, and ${new Set(trials.filter(({ kind }) => kind === PLAIN).map(({ name }) => name)).size} plain queries`,
    },
    {
      id: 'optimizer.slowest-accepted',
      value: slowest === undefined ? 0 : lowestRatio(slowest),
      note: `lower end of the 95 % interval of rewritten ÷ original: ${slowest?.name ?? ''} on ${slowest === undefined ? '' : NAMES[slowest.dialect]}`,
    },
    ...dialects.map((dialect): Figure => {
      const own = bad.filter((trial) => trial.dialect === dialect);
      const timedOut = own.filter(({ trial }) => trial?.timedOut === true).length;
      const rewritten = own.filter(({ trial }) => trial !== undefined).length;
      return {
        id: `optimizer.geomean.${NAMES[dialect]}`,
        value: geomean(own.map(gainOf)),
        note: `${own.length} anti-patterns, ${rewritten} rewritten, ${timedOut} beyond the limit of 5 s, ${Math.round(scaleOf(dialect) * 100_000).toLocaleString('en')} orders`,
      };
    }),
  ];
}

/** What the advice shows: gains of rewriting and indexes together, and how long it took. */
export function adviceFigures({
  statements,
  seconds,
  indexes,
  indexBytes,
  tableBytes,
}: AdviceTrial): Figure[] {
  const gains = (of: readonly AdvisedStatement[], side: 'advisedMs' | 'rewrittenMs'): number =>
    geomean(of.map((each) => each.baseMs / each[side]));
  const untimed = statements.filter(({ timedOut }) => !timedOut);
  const bytes = `${indexes.length} indexes, ${Math.round((100 * indexBytes) / tableBytes)} % of the tables' bytes`;
  return [
    {
      id: 'advise.geomean.postgres',
      value: gains(statements, 'advisedMs'),
      note: `${statements.length} ordinary questions, ${bytes}; rewriting alone ${gains(statements, 'rewrittenMs').toFixed(2)}`,
    },
    {
      id: 'advise.geomean.postgres.untimed',
      value: gains(untimed, 'advisedMs'),
      note: `${untimed.length} questions within 5 s before`,
    },
    { id: 'advise.seconds', value: seconds, unit: 's' },
  ];
}

/** How many times as fast a statement is, as the gate decided. */
export function gainOf({ trial }: StatementTrial): number {
  return trial === undefined ? 1 : Math.min(MOST_GAIN, trial.baseMs / trial.nextMs);
}

/** What is certain of how much slower a statement became; 1 where it is run as it was. */
function lowestRatio({ trial, again }: StatementTrial): number {
  if (trial === undefined) return 1;
  return again === undefined ? trial.ratio.low : Math.min(trial.ratio.low, again.ratio.low);
}

function geomean(values: readonly number[]): number {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / Math.max(1, values.length));
}
