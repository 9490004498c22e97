/** Something that Prometheus computes ahead and keeps under a name. */
export interface RecordingRule {
  /** The name of what is recorded. */
  readonly record: string;
  /** PromQL. */
  readonly expression: string;
}

/** A condition that tells somebody. */
export interface AlertRule {
  readonly alert: string;
  readonly severity: 'critical' | 'warning' | 'info';
  /** How long it must hold, as Prometheus writes times: `2m`. */
  readonly lasting: string;
  /** PromQL; without traffic it gives nothing, or NaN, which fires nothing. */
  readonly expression: string;
  /** One sentence for the person who is called. */
  readonly summary: string;
}

/** All rules of one file. */
export interface RuleSet {
  readonly recording: readonly RecordingRule[];
  readonly alerts: readonly AlertRule[];
}
