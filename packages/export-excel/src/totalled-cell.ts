import type { DataType } from '@perf/contracts';
import type { CellWriter } from '@perf/export-core';

/** A cell that hands every value it has written to `add`: numbers as numbers, text as some text, all else in its row form. */
export function totalledCell(cell: CellWriter, type: DataType, add: (value: unknown) => void): CellWriter {
  const { number, utf8, ...rest } = cell;
  const value: CellWriter['value'] = (bytes, position, one) => {
    const end = cell.value(bytes, position, one);
    if (end >= 0) add(one);
    return end;
  };
  const isNumber = type.kind === 'int32' || type.kind === 'int64' || type.kind === 'float64';
  return {
    ...rest,
    value,
    ...(isNumber && number !== undefined ? { number: addedNumber(number, add) } : {}),
    ...(utf8 === undefined ? {} : { utf8: addedText(utf8, add) }),
  };
}

function addedNumber(
  write: NonNullable<CellWriter['number']>,
  add: (value: unknown) => void,
): NonNullable<CellWriter['number']> {
  return (bytes, position, value) => {
    const end = write(bytes, position, value);
    if (end >= 0) add(value);
    return end;
  };
}

/** Texts are only counted, so none is made of the bytes. */
function addedText(
  write: NonNullable<CellWriter['utf8']>,
  add: (value: unknown) => void,
): NonNullable<CellWriter['utf8']> {
  return (bytes, position, source, from, to) => {
    const end = write(bytes, position, source, from, to);
    if (end >= 0) add('');
    return end;
  };
}
