import type { Schema } from '@perf/contracts';
import { PerfError, printDataType } from '@perf/contracts';

/** Throws `ERR_PERF_SOURCE_FAILED` when a batch has other columns than its source announced. */
export function checkSameSchema(expected: Schema, found: Schema): void {
  if (found === expected) return;
  const same =
    expected.fields.length === found.fields.length &&
    expected.fields.every((field, i) => {
      const other = found.fields[i];
      return field.name === other?.name && printDataType(field.type) === printDataType(other.type);
    });
  if (!same)
    throw new PerfError('ERR_PERF_SOURCE_FAILED', 'a batch has another schema than its source announced');
}
