/** A backend that can be taken away. Disposing stops it. */
export interface Outage extends AsyncDisposable {
  readonly name: string;
  readonly urls: readonly [string, ...string[]];
  readonly isCluster: boolean;
  /** Most that `end` takes, in ms. */
  readonly returnMs: number;
  /** The backend is gone when it resolves. */
  begin(): Promise<void>;
  /** Brings it back, or waits until it is. Gives the time of its return on the clock of `sharedNow`: PONG, or all masters well. */
  end(): Promise<number>;
}

/** How an outage is prepared. */
export interface OutageOptions {
  readonly signal: AbortSignal;
  /** About how long it shall last. */
  readonly ms: number;
}
