import type { Aggregate, DataType } from '@perf/contracts';
import { PerfError } from '@perf/contracts';
import type { CellForm, Comparable } from './cell-form.ts';
import { cellForm, decimalText, scaledOf, wholeOf } from './cell-form.ts';

/** One aggregate over the cells of one group. Nulls are left out before. */
export interface Accumulator {
  readonly add: (cell: unknown) => void;
  /** Of what was added so far: null of nothing, but for counts. */
  readonly result: () => unknown;
}

/** Makes the accumulators of an aggregate over a column of `type`, one for each group. */
export function accumulators(aggregate: Aggregate, type: DataType): () => Accumulator {
  switch (aggregate) {
    case 'count':
      return () => new Count();
    case 'countDistinct': {
      const { read } = cellForm(type);
      return () => new DistinctCount(read);
    }
    case 'sum':
      return () => sumOf(type);
    case 'avg':
      return () => new Average(sumOf(type));
    case 'min':
    case 'max': {
      const form = cellForm(type);
      const sign = aggregate === 'min' ? 1 : -1;
      return () => new Extreme(form, sign);
    }
  }
}

class Count implements Accumulator {
  #count = 0;

  add(): void {
    this.#count++;
  }

  result(): bigint {
    return BigInt(this.#count);
  }
}

class DistinctCount implements Accumulator {
  readonly #read: CellForm['read'];
  readonly #seen = new Set<unknown>();

  constructor(read: CellForm['read']) {
    this.#read = read;
  }

  add(cell: unknown): void {
    this.#seen.add(this.#read === undefined ? cell : this.#read(cell));
  }

  result(): bigint {
    return BigInt(this.#seen.size);
  }
}

/** A sum, also where its type could not hold it: `avg` needs that. */
interface Sum extends Accumulator {
  readonly count: number;
  readonly asNumber: () => number;
}

function sumOf(type: DataType): Sum {
  if (type.kind === 'float64') return new FloatSum();
  if (type.kind === 'int32') return new SmallSum();
  if (type.kind === 'decimal') return new ExactSum((cell) => scaledOf(cell, type.scale), type.scale);
  return new ExactSum(wholeOf);
}

/** Neumaier's sum: what a plain sum of floats loses is kept apart. */
class FloatSum implements Sum {
  count = 0;
  #sum = 0;
  #lost = 0;

  add(cell: unknown): void {
    const value = Number(cell);
    const sum = this.#sum + value;
    this.#lost += Math.abs(this.#sum) >= Math.abs(value) ? this.#sum - sum + value : value - sum + this.#sum;
    this.#sum = sum;
    this.count++;
  }

  asNumber(): number {
    return Number.isFinite(this.#sum) ? this.#sum + this.#lost + 0 : this.#sum;
  }

  result(): number | null {
    return this.count === 0 ? null : this.asNumber();
  }
}

/** Beyond this a sum of int32 is moved to a bigint, long before a double loses a unit. */
const MOST_SMALL = 2 ** 52;

class SmallSum implements Sum {
  count = 0;
  #sum = 0;
  #moved = 0n;

  add(cell: unknown): void {
    this.#sum += Number(cell);
    this.count++;
    if (Math.abs(this.#sum) < MOST_SMALL) return;
    this.#moved += BigInt(this.#sum);
    this.#sum = 0;
  }

  asNumber(): number {
    return Number(this.#total());
  }

  result(): bigint | null {
    return this.count === 0 ? null : inRange(this.#total());
  }

  #total(): bigint {
    return this.#moved + BigInt(this.#sum);
  }
}

/** Of int64, and of decimals as whole numbers of their last digits. */
class ExactSum implements Sum {
  count = 0;
  #sum = 0n;
  readonly #read: (cell: unknown) => bigint;
  readonly #scale: number | undefined;

  /** @param scale of decimals; undefined: the sum is an int64 */
  constructor(read: (cell: unknown) => bigint, scale?: number) {
    this.#read = read;
    this.#scale = scale;
  }

  add(cell: unknown): void {
    this.#sum += this.#read(cell);
    this.count++;
  }

  asNumber(): number {
    return this.#scale === undefined ? Number(this.#sum) : Number(decimalText(this.#sum, this.#scale));
  }

  result(): bigint | string | null {
    if (this.count === 0) return null;
    return this.#scale === undefined ? inRange(this.#sum) : decimalText(this.#sum, this.#scale);
  }
}

class Average implements Accumulator {
  readonly #sum: Sum;

  constructor(sum: Sum) {
    this.#sum = sum;
  }

  add(cell: unknown): void {
    this.#sum.add(cell);
  }

  result(): number | null {
    return this.#sum.count === 0 ? null : this.#sum.asNumber() / this.#sum.count;
  }
}

/** The first cell in an order; the cell itself, not what it was compared as. */
class Extreme implements Accumulator {
  readonly #form: CellForm;
  readonly #sign: 1 | -1;
  #best: { readonly value: Comparable; readonly cell: unknown } | undefined;

  constructor(form: CellForm, sign: 1 | -1) {
    this.#form = form;
    this.#sign = sign;
  }

  add(cell: unknown): void {
    const value = this.#form.read === undefined ? asStands(cell) : this.#form.read(cell);
    if (this.#best === undefined || this.#form.compare(value, this.#best.value) * this.#sign < 0)
      this.#best = { value, cell };
  }

  result(): unknown {
    return this.#best?.cell ?? null;
  }
}

function asStands(cell: unknown): Comparable {
  return typeof cell === 'number' ? cell : String(cell);
}

function inRange(sum: bigint): bigint {
  if (BigInt.asIntN(64, sum) !== sum)
    throw new PerfError('ERR_PERF_INVALID_VALUE', 'a sum of whole numbers is outside of int64');
  return sum;
}
