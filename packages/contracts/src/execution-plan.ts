/** Buffers or pages of a node and all below it, counted in the engine's own blocks. */
export interface PlanBuffers {
  /** Blocks found in memory. */
  readonly hit?: number;
  /** Blocks read from the file system. */
  readonly read?: number;
}

/**
 * A plan as a tree, the same for every engine. A missing figure is unknown, never 0.
 */
export interface ExecutionPlan {
  /** What is done, in the project's words where it has one: `scan`, `search`, `filter`, `join`, `aggregate`, `sort`, `limit`, `project`; else the engine's. */
  readonly operator: string;
  /** What the engine calls the operator, as in `Bitmap Heap Scan`. */
  readonly engineOperator?: string;
  readonly table?: string;
  readonly index?: string;
  /** Conditions, keys, index; literals appear as the engine writes them. */
  readonly detail: string;
  /** Whether the node is run once for every row of an outer query. */
  readonly correlated?: boolean;
  /** Rows the planner expects out of this node, over all loops. */
  readonly estimatedRows?: number;
  /** Whether `estimatedRows` rests on nothing but defaults. */
  readonly estimateIsDefault?: boolean;
  /** Rows that came out of this node, over all loops. */
  readonly actualRows?: number;
  /** Times that the node was run; 0 when it never was. */
  readonly loops?: number;
  /** Time in this node without its children, in ms. */
  readonly selfMs?: number;
  /** Time in this node and all below it, in ms. */
  readonly totalMs?: number;
  /** The planner's cost of this node and all below it, in the engine's units. */
  readonly cost?: number;
  /** Rows that conditions of this node have thrown away, over all loops. */
  readonly rowsRemoved?: number;
  /** Bytes written to disk because memory was too small. */
  readonly spilledBytes?: number;
  /** Most memory used, in bytes. */
  readonly memoryBytes?: number;
  readonly buffers?: PlanBuffers;
  /** Partitions that are read, by name. */
  readonly partitions?: readonly string[];
  readonly children: readonly ExecutionPlan[];
}
