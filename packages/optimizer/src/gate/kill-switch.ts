/** What is switched off: everything, a rule, or one statement by its text. */
export type KillTarget = 'all' | { readonly rule: string } | { readonly statement: string };

/** Rewrites that nobody may use, whatever was decided of them. Takes effect at once. */
export class KillSwitch {
  readonly #killed = new Map<string, string>();

  /** Switches off. @param reason for people who read the ledger */
  kill(target: KillTarget, reason: string): void {
    this.#killed.set(keyOf(target), reason);
  }

  /** Switches on again. */
  revive(target: KillTarget): void {
    this.#killed.delete(keyOf(target));
  }

  /** Why a rewritten statement may not be used; undefined: it may. */
  reasonAgainst(statement: string, rules: readonly string[]): string | undefined {
    const targets: readonly KillTarget[] = ['all', { statement }, ...rules.map((rule) => ({ rule }))];
    return targets.map((target) => this.#killed.get(keyOf(target))).find((reason) => reason !== undefined);
  }
}

function keyOf(target: KillTarget): string {
  return target === 'all'
    ? 'all'
    : 'rule' in target
      ? `rule ${target.rule}`
      : `statement ${target.statement}`;
}
