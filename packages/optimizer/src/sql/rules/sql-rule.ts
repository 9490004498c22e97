import type { Query } from '../query.ts';
import type { CostModel } from '../query-cost.ts';
import type { Shapes } from '../shapes.ts';
import type { SqlName } from '../sql-name.ts';

/** What a rule knows of the statement. */
export interface RuleContext {
  readonly dialect: SqlName;
  readonly shapes: Shapes;
  /** Whether every date is a day of the years 1000 to 9999, and as text written as ISO 8601. */
  readonly plainDates: boolean;
  /** A name that nothing of the statement has yet. */
  readonly fresh: (wanted: string) => string;
  /** Estimates of a form of the statement. */
  readonly model: (query: Query) => CostModel;
}

/** One way to write the statement otherwise. */
export interface Alternative {
  readonly query: Query;
  /** One sentence: what was changed, and what made it safe. No literals. */
  readonly reason: string;
  /** Facts of the catalogue that it rests on, as in `orders.id is a key`. It does not hold without them. */
  readonly facts: readonly string[];
}

/** A change that keeps the answer: the same rows, as often, in the order asked for. */
export interface SqlRule {
  /** Stable name, as in `date-range`. */
  readonly name: string;
  /** The engines it is tried on, each with what was measured there. */
  readonly engines: Readonly<Partial<Record<SqlName, string>>>;
  /** Cost after ÷ before that is still taken. @default 0.9 */
  readonly margin?: number;
  /** Present where conditions of a row are asked in another order: not where some of them are security predicates. */
  readonly reorders?: true;
  /** Every way in which the rule can be applied once; none when its proof fails. */
  alternatives(query: Query, context: RuleContext): readonly Alternative[];
}
