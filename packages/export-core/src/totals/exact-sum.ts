/**
 * The sum of doubles without rounding on the way: the result is the double nearest to the true sum, in whatever order they came. Keeps
 * the running sum as a few doubles that do not overlap (Shewchuk's partial sums).
 */
export class ExactSum {
  #partials: number[] = [];
  /** What infinities and NaN make of the sum. */
  #special = 0;

  add(value: number): void {
    if (value - value !== 0) {
      this.#special += value;
      return;
    }
    const partials = this.#partials;
    let x = value;
    let kept = 0;
    for (const partial of partials) {
      const [large, small] = Math.abs(x) < Math.abs(partial) ? [partial, x] : [x, partial];
      const high = large + small;
      const low = small - (high - large);
      if (low !== 0) partials[kept++] = low;
      x = high;
    }
    partials[kept] = x;
    partials.length = kept + 1;
  }

  /** The sum so far. */
  value(): number {
    if (this.#special !== 0) return this.#special;
    const partials = this.#partials;
    let at = partials.length - 1;
    if (at < 0) return 0;
    let high = partials[at] ?? 0;
    let low = 0;
    while (at > 0) {
      const x = high;
      const y = partials[--at] ?? 0;
      high = x + y;
      low = y - (high - x);
      if (low !== 0) break;
    }
    // The rest decides which way a tie is rounded.
    const next = at > 0 ? (partials[at - 1] ?? 0) : 0;
    if ((low < 0 && next < 0) || (low > 0 && next > 0)) {
      const doubled = low * 2;
      const raised = high + doubled;
      if (doubled === raised - high) high = raised;
    }
    return high;
  }

  /** What is summed so far, JSON-safe: as text, because JSON has neither -0 nor infinities. */
  state(): readonly string[] {
    return [this.#special, ...this.#partials].map((part) => (Object.is(part, -0) ? '-0' : String(part)));
  }

  /** Goes on from a state. */
  resume([special = '0', ...partials]: readonly string[]): void {
    this.#special = Number(special);
    this.#partials = partials.map(Number);
  }
}
