export type { MysqlCallbackPool, MysqlPool, MysqlPromisePool } from './driver.ts';
export { planFromMariadb } from './mariadb-plan.ts';
export { MysqlEngine } from './mysql-engine.ts';
export type { MysqlOptions } from './mysql-engine.ts';
export { planFromMysql } from './mysql-plan.ts';
export { planFromTree } from './mysql-tree.ts';
export type { ZeroDates } from './mysql-value.ts';
