/** One line of a panel. */
export interface PanelQuery {
  /** PromQL. */
  readonly expression: string;
  /** Name of the line; `{{label}}` stands for the value of a label. */
  readonly legend: string;
}

/** How a panel shows its queries. `against` puts the first on x and the second on y. */
export type PanelKind = 'lines' | 'bars' | 'against';

/** One picture. */
export interface Panel {
  readonly title: string;
  readonly kind: PanelKind;
  /** A unit of Grafana's: `s`, `bytes`, `Bps`, `reqps`, `percent` (0 to 100), `percentunit` (0 to 1), `short`. */
  readonly unit: string;
  readonly queries: readonly PanelQuery[];
}

/** A page of four panels. */
export interface Dashboard {
  /** Stays the same over versions, so that an import replaces the old one. */
  readonly id: string;
  readonly title: string;
  /** How far back it looks, as in `24h`. */
  readonly range: string;
  /** How often it looks again, as in `30s`. */
  readonly refresh: string;
  readonly panels: readonly [Panel, Panel, Panel, Panel];
}
