import type {
  BatchSource,
  Checkpoint,
  CheckpointStore,
  ExportOptions,
  RepeatableSource,
} from '@perf/contracts';
import { PerfError } from '@perf/contracts';
import type { Encoder, EncoderCheckpoints, LastRow } from './encoder.ts';
import type { Output } from './output.ts';
import type { Packer } from './packer.ts';
import { shapeHash } from './shape-hash.ts';

/** Blocks after which a checkpoint is due. */
const EVERY_BLOCKS = 16;
/** Ms after which one is due. */
const EVERY_MS = 1000;

/** Says whether a source can be opened again at a row. */
export function isRepeatable(source: BatchSource): source is RepeatableSource {
  return 'cursorAfter' in source && typeof source.cursorAfter === 'function' && 'fingerprint' in source;
}

/** What an export with checkpoints works with. */
export interface CheckpointParts {
  readonly format: string;
  /** Whatever the bytes depend on besides the rows: schema, options. JSON-safe. */
  readonly shape: unknown;
  readonly source: BatchSource;
  readonly options: ExportOptions;
  readonly encoder: Encoder;
  readonly output: Output;
  readonly packer: Packer | undefined;
}

/** Takes checkpoints of one export, and goes on from one. */
export class Checkpoints {
  readonly #parts: CheckpointParts;
  readonly #store: CheckpointStore | undefined;
  readonly #source: RepeatableSource;
  readonly #encoder: EncoderCheckpoints;
  readonly #fingerprint: string;
  #blocks = 0;
  #takenAt: number = performance.now();

  /** Throws `ERR_PERF_UNSUPPORTED` when format or source cannot go on after a crash. */
  constructor(parts: CheckpointParts) {
    const { format, encoder, packer, source, options } = parts;
    const cannot = (why: string): PerfError =>
      new PerfError('ERR_PERF_UNSUPPORTED', `the ${format} export cannot be resumed: ${why}`);
    if (encoder.checkpoints === undefined || (packer !== undefined && packer.state === undefined))
      throw cannot('the format cannot go on from the middle');
    if (!isRepeatable(source))
      throw cannot('its source is no RepeatableSource, which has a fingerprint and cursors');
    this.#parts = parts;
    this.#store = options.checkpoint;
    this.#source = source;
    this.#encoder = encoder.checkpoints;
    this.#fingerprint = fingerprintOf(parts);
  }

  /** Refuses a checkpoint of another export, or of data that has changed. */
  check(checkpoint: Checkpoint): void {
    const { format } = this.#parts;
    const mismatch = (what: string): PerfError =>
      new PerfError('ERR_PERF_CHECKPOINT_MISMATCH', `the checkpoint ${what}; remove it and start again`);
    if (checkpoint.version !== 1)
      throw mismatch(`has version ${String(checkpoint.version)}, this release reads version 1`);
    if (checkpoint.format !== format) throw mismatch(`is of a ${checkpoint.format} export, not of ${format}`);
    if (checkpoint.fingerprint !== this.#fingerprint)
      throw mismatch('was taken with other columns, other options or another version of zlib');
    if (checkpoint.source !== this.#source.fingerprint)
      throw new PerfError(
        'ERR_PERF_SOURCE_CHANGED',
        'the data has changed since the checkpoint was taken; remove it and start again',
      );
  }

  /** Brings encoder and packer to where the checkpoint was taken. The output has recalled its bytes. */
  resume({ rows, state }: Checkpoint): void {
    const { output, packer } = this.#parts;
    const { crc32, encoder, packed } = state;
    if (crc32 !== output.crc)
      throw new PerfError(
        'ERR_PERF_CHECKPOINT_MISMATCH',
        'the bytes that the earlier run wrote have changed since; remove the checkpoint and start again',
      );
    this.#encoder.resume(rows, recordOf(encoder));
    packer?.resume?.(recordOf(packed));
  }

  /** A block is about to leave: gives the row at its end when a checkpoint is due there. */
  due(): LastRow | undefined {
    if (this.#store === undefined) return undefined;
    this.#blocks++;
    if (this.#blocks < EVERY_BLOCKS && performance.now() - this.#takenAt < EVERY_MS) return undefined;
    return this.#encoder.lastRow();
  }

  /** Saves a checkpoint: the sink has taken and synced all bytes up to `last`. */
  async save({ batch, index }: LastRow): Promise<void> {
    const { format, encoder, output, packer } = this.#parts;
    await this.#store?.save({
      version: 1,
      format,
      fingerprint: this.#fingerprint,
      source: this.#source.fingerprint,
      bytes: output.bytes,
      rows: encoder.rows,
      cursor: this.#source.cursorAfter(batch, index),
      state: { crc32: output.crc, encoder: this.#encoder.state(), packed: packer?.state?.() ?? {} },
    });
    this.#blocks = 0;
    this.#takenAt = performance.now();
  }
}

/** Compressed bytes differ between builds of zlib and zstd, so their versions count where there is a packer. */
function fingerprintOf({ format, shape, source, packer }: CheckpointParts): string {
  const { zlib, zstd } = process.versions;
  const codecs = packer === undefined ? undefined : { zlib, zstd };
  return shapeHash({ format, shape, fields: source.schema.fields, codecs });
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value));
  throw new PerfError(
    'ERR_PERF_CHECKPOINT_MISMATCH',
    'the checkpoint lacks a part; remove it and start again',
  );
}
