import type { Expr } from '../sql/expr.ts';
import type { Shapes } from '../sql/shapes.ts';
import { columnsIn } from '../sql/walk.ts';
import type { RelationSet } from './join-graph.ts';

/** A column of one of the relations. */
export interface RelationColumn {
  readonly relation: number;
  readonly source: string;
  readonly name: string;
}

/** A condition that joins relations, and what it needs on either side. */
export interface JoiningCondition {
  readonly condition: Expr;
  readonly left: RelationSet;
  readonly right: RelationSet;
}

/** Conditions by the relations that they join. Others are left out: of one relation alone, or of sources that are none of them. */
export class JoinConditions {
  readonly edges: JoiningCondition[] = [];
  readonly #relations = new Map<string, number>();
  readonly #shapes: Shapes;
  #classes: RelationColumn[][] = [];

  /** @param relations the sources of each */
  constructor(relations: readonly ReadonlySet<string>[], shapes: Shapes) {
    for (const [i, sources] of relations.entries())
      for (const source of sources) this.#relations.set(source, i);
    this.#shapes = shapes;
  }

  /** Columns of which each equals every other: of one type and compared exactly, so that any two of them may be compared. */
  get classes(): readonly (readonly RelationColumn[])[] {
    return this.#classes;
  }

  add(condition: Expr): void {
    const all = this.#setOf(condition);
    if (all === undefined || (all & (all - 1)) === 0) return;
    if (condition.kind === 'call' && condition.name === '=') {
      const [a, b] = condition.args;
      if (a === undefined || b === undefined) return;
      if (a.kind === 'column' && b.kind === 'column' && this.#areAlike(a, b)) {
        this.#equate(this.#column(a), this.#column(b));
        return;
      }
      const [left, right] = [this.#setOf(a), this.#setOf(b)];
      if (left !== undefined && right !== undefined && left !== 0 && right !== 0 && (left & right) === 0) {
        this.edges.push({ condition, left, right });
        return;
      }
    }
    this.edges.push({ condition, left: all & -all, right: all & (all - 1) });
  }

  /** The relations that it names; undefined when it names something else. */
  #setOf(condition: Expr): RelationSet | undefined {
    let set = 0;
    for (const { source } of columnsIn(condition)) {
      const relation = this.#relations.get(source);
      if (relation === undefined) return undefined;
      set |= 1 << relation;
    }
    return set;
  }

  #column({ source, name }: { readonly source: string; readonly name: string }): RelationColumn {
    return { relation: this.#relations.get(source) ?? 0, source, name };
  }

  /** Equality carries from column to column only where both are of one type that has one form of each value. */
  #areAlike(
    a: { readonly source: string; readonly name: string },
    b: { readonly source: string; readonly name: string },
  ): boolean {
    const [here, there] = [this.#shapes.column(a.source, a.name), this.#shapes.column(b.source, b.name)];
    const kind = here?.type?.kind;
    return (
      kind !== undefined &&
      kind !== 'float64' &&
      kind === there?.type?.kind &&
      here?.exact === true &&
      there.exact
    );
  }

  #equate(a: RelationColumn, b: RelationColumn): void {
    const isSame = (x: RelationColumn, y: RelationColumn): boolean =>
      x.source === y.source && x.name === y.name;
    const touched = this.#classes.filter((columns) =>
      columns.some((each) => isSame(each, a) || isSame(each, b)),
    );
    const merged = touched.flat();
    for (const column of [a, b]) if (!merged.some((each) => isSame(each, column))) merged.push(column);
    this.#classes = [...this.#classes.filter((columns) => !touched.includes(columns)), merged];
  }
}
