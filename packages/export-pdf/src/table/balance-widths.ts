/** A column that may give or take width; hundredths of a point, padding included. */
export interface ElasticColumn {
  readonly low: number;
  readonly high: number;
  /** Widths of the sampled texts, padding not included; 0 for none. */
  readonly texts: readonly number[];
}

/** Shares of all width that are moved at once, largest first. */
const STEPS = [0.08, 0.04, 0.02, 0.01];
/** Texts looked at per step, so that the work stays within some milliseconds whatever the number of columns. */
const MOST_LOOKS = 1_000_000;
/** What lines lose at their ends, because words are not cut. */
const LOSS = 1.08;

/**
 * Moves width between columns as long as that makes the sampled rows lower in all. Deterministic: the same texts give the same widths.
 * @param padding of both sides of a cell
 */
export function balanceWidths(
  columns: readonly ElasticColumn[],
  widths: readonly number[],
  padding: number,
): number[] {
  const best = [...widths];
  const elastic = columns.flatMap(({ texts, low, high }, i) => (texts.length > 0 && high > low ? [i] : []));
  const total = widths.reduce((sum, width) => sum + width, 0);
  const looks = Math.max(1, ...columns.map(({ texts }) => texts.length)) * columns.length;
  let height = heightOf(columns, best, padding);
  for (const step of STEPS) {
    const amount = Math.floor(total * step);
    let left = Math.ceil(MOST_LOOKS / looks);
    let isBetter = true;
    while (isBetter && left > 0) {
      isBetter = false;
      for (const giver of elastic)
        for (const taker of elastic) {
          if (giver === taker || left-- <= 0) continue;
          const moved = Math.min(
            amount,
            (best[giver] ?? 0) - (columns[giver]?.low ?? 0),
            (columns[taker]?.high ?? 0) - (best[taker] ?? 0),
          );
          if (moved <= 0) continue;
          const tried = best.with(giver, (best[giver] ?? 0) - moved).with(taker, (best[taker] ?? 0) + moved);
          const triedHeight = heightOf(columns, tried, padding);
          if (triedHeight >= height) continue;
          height = triedHeight;
          best.splice(0, best.length, ...tried);
          isBetter = true;
        }
    }
  }
  return best;
}

/** Lines of all sampled rows; each is as high as its highest cell. */
function heightOf(columns: readonly ElasticColumn[], widths: readonly number[], padding: number): number {
  const rows = Math.max(0, ...columns.map(({ texts }) => texts.length));
  let lines = 0;
  for (let row = 0; row < rows; row++) {
    let highest = 1;
    for (let c = 0; c < columns.length; c++) {
      const text = columns[c]?.texts[row] ?? 0;
      const room = Math.max(1, (widths[c] ?? 0) - padding);
      if (text > room) highest = Math.max(highest, Math.ceil((text * LOSS) / room));
    }
    lines += highest;
  }
  return lines;
}
