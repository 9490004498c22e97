export type { MysqlCallbackPool, MysqlPool, MysqlPromisePool } from './driver.ts';
export { MysqlEngine } from './mysql-engine.ts';
export type { MysqlOptions } from './mysql-engine.ts';
export type { ZeroDates } from './mysql-value.ts';
