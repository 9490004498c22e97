/**
 * A plan as a tree, the same for every engine. A missing figure is unknown, never 0.
 */
export interface ExecutionPlan {
  /** What is done, in the project's words where it has one: `scan`, `search`, `filter`, `join`, `aggregate`, `sort`, `limit`, `project`; else the engine's. */
  readonly operator: string;
  readonly table?: string;
  /** Conditions, keys, index; literals appear as parameters or are redacted. */
  readonly detail: string;
  /** Rows the planner expects out of this node. */
  readonly estimatedRows?: number;
  /** Rows that came out of this node, over all loops. */
  readonly actualRows?: number;
  /** Time in this node without its children, in ms. */
  readonly selfMs?: number;
  readonly children: readonly ExecutionPlan[];
}
