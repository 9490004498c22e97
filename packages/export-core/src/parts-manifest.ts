import { createHash } from 'node:crypto';
import type { ExportManifest, ExportPart, ExportWarning, Schema } from '@perf/contracts';

/** Rows and bytes of parts together. */
export function sumsOf(parts: readonly ExportPart[]): { readonly rows: number; readonly bytes: number } {
  let [rows, bytes] = [0, 0];
  for (const part of parts) [rows, bytes] = [rows + part.rows, bytes + part.bytes];
  return { rows, bytes };
}

/** The manifest of an output in parts. */
export function partsManifest(output: {
  readonly format: string;
  readonly schema: Schema;
  readonly parts: readonly ExportPart[];
  readonly warnings: readonly ExportWarning[];
  readonly compression: ExportManifest['compression'];
  readonly elapsedMs: number;
}): ExportManifest {
  const { format, schema, parts, warnings, compression, elapsedMs } = output;
  const hash = createHash('sha256');
  for (const { sha256 } of parts) hash.update(Buffer.from(sha256, 'hex'));
  return {
    format,
    version: 1,
    schema,
    ...sumsOf(parts),
    sha256: hash.digest('hex'),
    ...(compression === undefined ? {} : { compression }),
    parts,
    warnings,
    elapsedMs,
  };
}

/** The same kinds of warnings, counted together. */
export function addWarnings(sums: readonly ExportWarning[], more: readonly ExportWarning[]): ExportWarning[] {
  const result = [...sums];
  for (const warning of more) {
    const at = result.findIndex(({ code, column }) => code === warning.code && column === warning.column);
    const known = result[at];
    if (known === undefined) result.push(warning);
    else result[at] = { ...known, count: known.count + warning.count };
  }
  return result;
}
