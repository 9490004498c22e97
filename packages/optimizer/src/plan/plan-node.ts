import type { ExecutionPlan } from '@perf/contracts';

/** A node on its way to be an `ExecutionPlan`: every figure may be said to be unknown. */
export type PlanDraft = {
  readonly [Key in keyof ExecutionPlan]: ExecutionPlan[Key] | undefined;
} & Pick<ExecutionPlan, 'operator' | 'detail' | 'children'>;

/** A node of a plan without the fields that are unknown. */
export function planNode(draft: PlanDraft): ExecutionPlan {
  const { operator, detail, children, table, index, engineOperator, correlated } = draft;
  const { estimatedRows, estimateIsDefault, actualRows, loops, selfMs, totalMs, cost } = draft;
  const { rowsRemoved, spilledBytes, memoryBytes, buffers, partitions } = draft;
  return {
    operator,
    ...(engineOperator === undefined ? {} : { engineOperator }),
    ...(table === undefined ? {} : { table }),
    ...(index === undefined ? {} : { index }),
    detail,
    ...(correlated === undefined ? {} : { correlated }),
    ...(estimatedRows === undefined ? {} : { estimatedRows }),
    ...(estimateIsDefault === undefined ? {} : { estimateIsDefault }),
    ...(actualRows === undefined ? {} : { actualRows }),
    ...(loops === undefined ? {} : { loops }),
    ...(selfMs === undefined ? {} : { selfMs }),
    ...(totalMs === undefined ? {} : { totalMs }),
    ...(cost === undefined ? {} : { cost }),
    ...(rowsRemoved === undefined ? {} : { rowsRemoved }),
    ...(spilledBytes === undefined ? {} : { spilledBytes }),
    ...(memoryBytes === undefined ? {} : { memoryBytes }),
    ...(buffers === undefined ? {} : { buffers }),
    ...(partitions === undefined ? {} : { partitions }),
    children,
  };
}

/** The sum of what is known; undefined when nothing is. */
export function sumKnown(values: readonly (number | undefined)[]): number | undefined {
  let sum: number | undefined;
  for (const value of values) if (value !== undefined) sum = (sum ?? 0) + value;
  return sum;
}

/** Parts of a detail that are not empty, with `; ` between. */
export function detailOf(parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part !== '').join('; ');
}
