import type { ProvidedContext } from 'vitest';

declare module 'vitest' {
  interface ProvidedContext {
    /** URL of this project's Redis; absent when Redis is missing or was not asked for. */
    redisUrl: string | undefined;
    /** Why there is no Redis, in one line. */
    redisMissing: string | undefined;
    /** URLs of the nodes of this project's Redis Cluster, with commas between; absent when it is missing or was not asked for. */
    redisClusterUrl: string | undefined;
    /** Why there is no Redis Cluster, in one line. */
    redisClusterMissing: string | undefined;
    /** URL of this project's Postgres; absent when Postgres is missing or was not asked for. */
    postgresUrl: string | undefined;
    /** Why there is no Postgres, in one line. */
    postgresMissing: string | undefined;
    /** URL of this project's Postgres with HypoPG; absent when it is missing or was not asked for. */
    postgresHypopgUrl: string | undefined;
    /** Why there is no Postgres with HypoPG, in one line. */
    postgresHypopgMissing: string | undefined;
    /** URL of this project's MariaDB; absent when MariaDB is missing or was not asked for. */
    mariadbUrl: string | undefined;
    /** Why there is no MariaDB, in one line. */
    mariadbMissing: string | undefined;
  }
}

/** What the global setups provide and `describeWith` reads. */
export type ServerContext = Pick<
  ProvidedContext,
  | 'redisUrl'
  | 'redisMissing'
  | 'redisClusterUrl'
  | 'redisClusterMissing'
  | 'postgresUrl'
  | 'postgresMissing'
  | 'postgresHypopgUrl'
  | 'postgresHypopgMissing'
  | 'mariadbUrl'
  | 'mariadbMissing'
>;
