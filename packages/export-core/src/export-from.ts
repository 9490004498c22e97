import type {
  BatchSource,
  ExportManifest,
  ExportOptions,
  ExportSink,
  Exporter,
  RowsInput,
  Schema,
} from '@perf/contracts';
import { rowSource } from '@perf/contracts';
import { giveUp } from './clean-up.ts';
import { failure } from './failures.ts';
import { Interruption } from './interruption.ts';

/** What an export may read: a source of batches, or rows from anything that can be iterated. */
export type ExportInput = BatchSource | RowsInput;

/** How rows become batches; both are ignored for a source that has a schema already. */
export interface InputOptions {
  /** Types of the columns. @default inferred from the first 1,000 rows */
  readonly schema?: Schema | undefined;
  /** Rows gathered per batch. @default 4096 */
  readonly batchRows?: number | undefined;
}

/**
 * Runs `exporter` over batches or plain rows. Rows get their schema first; a failure or abort on the way there aborts the sink
 * as one during the export does.
 */
export async function exportFrom(
  exporter: Exporter,
  input: ExportInput,
  sink: ExportSink,
  options: ExportOptions & InputOptions,
): Promise<ExportManifest> {
  if (isBatchSource(input)) return exporter.export(input, sink, options);
  const { schema, batchRows, signal } = options;
  const interruption = new Interruption(signal, `the ${exporter.format} export`);
  let source: BatchSource;
  try {
    interruption.check();
    const rows = rowSource(input, {
      ...(schema === undefined ? {} : { schema }),
      ...(batchRows === undefined ? {} : { batchRows }),
      signal,
    });
    source = await interruption.wait(rows);
  } catch (error) {
    const reason = failure('ERR_PERF_SOURCE_FAILED', 'reading the source', error);
    destroy(input, reason);
    await giveUp(sink, reason, { isAbort: interruption.isAborted, keep: options.checkpoint !== undefined });
    throw reason;
  } finally {
    interruption.dispose();
  }
  try {
    return await exporter.export(source, sink, options);
  } catch (error) {
    destroy(input, error);
    throw error;
  }
}

function isBatchSource(input: ExportInput): input is BatchSource {
  return (
    'schema' in input && typeof input.schema === 'object' && input.schema !== null && 'fields' in input.schema
  );
}

/** Closes a Node stream that may hang in a read, where its iterator's `return` cannot reach it. */
function destroy(input: RowsInput, reason: unknown): void {
  if (!('destroy' in input) || typeof input.destroy !== 'function') return;
  if ('on' in input && typeof input.on === 'function') input.on('error', () => undefined);
  input.destroy(reason instanceof Error ? reason : undefined);
}
