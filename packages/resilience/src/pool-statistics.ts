/** What a pool did so far and holds now. */
export interface PoolStatistics {
  /** Resources that exist: lent, idle, and those being opened, checked or closed. */
  readonly open: number;
  /** Resources on loan. */
  readonly active: number;
  /** Resources that wait to be lent. */
  readonly idle: number;
  /** Callers that wait. */
  readonly waiting: number;
  /** Loans so far. */
  readonly acquisitions: number;
  /** Loans of a resource that had been lent before. */
  readonly reused: number;
  /** `reused` ÷ `acquisitions`; 0 before the first loan. */
  readonly reuseShare: number;
  /** Resources opened so far. */
  readonly opened: number;
  /** Resources closed so far, for whatever reason. */
  readonly closed: number;
  /** Of the closed: given back as broken, or found invalid. */
  readonly broken: number;
  /** Times that opening failed or took too long. */
  readonly openFailures: number;
}
