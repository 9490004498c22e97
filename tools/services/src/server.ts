/** The servers this module can start. */
export type ServerName = 'redis' | 'redisCluster' | 'postgres' | 'postgresHypopg' | 'mariadb';

/** A server to talk to. Disposing stops it when it was started here, and does nothing when it was given. */
export interface Server extends AsyncDisposable {
  /** A cluster's has the URLs of its nodes, with commas between. */
  readonly url: string;
  /** Process id, absent for a cluster, and when the URL came from the environment. */
  readonly pid?: number;
  /** Folder of its files, absent for a cluster, and when the URL came from the environment. */
  readonly folder?: string;
}

/** What every start function takes. */
export interface StartOptions {
  /** Where `REDIS_URL`, `REDIS_CLUSTER_URLS`, `POSTGRES_URL`, `POSTGRES_HYPOPG_URL`, `MYSQL_URL`, `PATH` and `PERF_APT` are read. @default process.env */
  readonly env?: NodeJS.ProcessEnv;
}

/** The server behind a URL that somebody else started and will stop. */
export function givenServer(url: string): Server {
  return { url, async [Symbol.asyncDispose]() {} };
}
