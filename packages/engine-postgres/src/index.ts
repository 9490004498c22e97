export { PostgresEngine } from './postgres-engine.ts';
export type { PostgresClient, PostgresPool } from './pg-client.ts';
export { planFromJson } from './postgres-plan.ts';
export type { PlanContext } from './postgres-plan.ts';
export type { PostgresOptions } from './resolved-options.ts';
