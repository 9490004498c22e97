/** A program with its arguments. */
export interface Command {
  readonly file: string;
  readonly args: readonly string[];
}

/** What a keeper is told to run. */
export interface KeeperOrder {
  /** Runs to its end before the server starts, `initdb` for example. */
  readonly prepare?: Command;
  readonly server: Command;
  /** The server's log says this once it accepts connections. */
  readonly readyText: string;
  /** What asks the server to stop; SIGKILL follows after `stopMs`. */
  readonly stopSignal: 'SIGTERM' | 'SIGINT';
  readonly stopMs: number;
  /** Whether a server that ended stays down, its folder kept, until `start` is said. @default false */
  readonly restartable?: boolean;
  /** Working directory of the server, removed when it has stopped. */
  readonly folder: string;
  readonly uid?: number;
  readonly gid?: number;
}

/** What a keeper is told later: to start a server that has ended again, with the same arguments, in the same folder. */
export type KeeperMessage = 'start';

/** What a keeper reports. `ended` comes from restartable servers only; `failed` is the last it says. */
export type KeeperReport =
  | { readonly state: 'ready'; readonly pid: number }
  | { readonly state: 'ended'; readonly reason: string }
  | { readonly state: 'failed'; readonly reason: string };
