import type { Comparable } from './cell-form.ts';
import type { RowRecord } from './cell-reader.ts';
import { cellReader, isCell } from './cell-reader.ts';
import type { CellTest, RowTest } from './row-test.ts';

/** Whether a row passes. */
export type RowPredicate = (row: RowRecord) => boolean;

/** A test as a chain of functions: for where no code may be generated, and for few rows. */
export function testClosure(test: RowTest): RowPredicate {
  switch (test.kind) {
    case 'all': {
      const parts = test.tests.map(testClosure);
      return (row) => {
        for (const part of parts) if (!part(row)) return false;
        return true;
      };
    }
    case 'any': {
      const parts = test.tests.map(testClosure);
      return (row) => {
        for (const part of parts) if (part(row)) return true;
        return false;
      };
    }
    case 'null': {
      const { negated } = test;
      const cell = cellReader(test.key);
      return (row) => (cell(row) === null) !== negated;
    }
    case 'cell':
      return cellClosure(test);
  }
}

function cellClosure(test: CellTest): RowPredicate {
  const { read, negated } = test;
  const cell = cellReader(test.key);
  const holds = relationOf(test);
  return (row) => {
    const found = cell(row);
    return isCell(found) && holds(read === undefined ? found : read(found)) !== negated;
  };
}

function relationOf({ relation, operands, compare }: CellTest): (cell: Comparable) => boolean {
  const [first, second] = operands;
  if (first instanceof Set) return (cell) => first.has(cell);
  if (first instanceof RegExp) return (cell) => first.test(String(cell));
  const low = isValue(first) ? first : '';
  const high = isValue(second) ? second : low;
  const text = String(low);
  switch (relation) {
    case 'eq':
      return (cell) => cell === low;
    case 'lt':
      return compare === undefined ? (cell) => cell < low : (cell) => compare(cell, low) < 0;
    case 'lte':
      return compare === undefined ? (cell) => cell <= low : (cell) => compare(cell, low) <= 0;
    case 'between':
      return compare === undefined
        ? (cell) => low <= cell && cell <= high
        : (cell) => compare(cell, low) >= 0 && compare(cell, high) <= 0;
    case 'startsWith':
      return (cell) => String(cell).startsWith(text);
    case 'endsWith':
      return (cell) => String(cell).endsWith(text);
    case 'contains':
    case 'among':
    case 'regex':
      return (cell) => String(cell).includes(text);
  }
}

function isValue(operand: CellTest['operands'][number] | undefined): operand is Comparable {
  return operand !== undefined && typeof operand !== 'object';
}
