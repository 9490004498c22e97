// oxlint-disable no-underscore-dangle -- apache-arrow names what its subclasses may use so
import type { RecordBatch, Schema } from 'apache-arrow';
import { CompressionType, Message, RecordBatchFileWriter, RecordBatchStreamWriter } from 'apache-arrow';
import { PerfError } from '@perf/contracts';
import type { DictionaryDelta } from '../columns/dictionary-values.ts';
import type { BodyCompression, BodyPacker, PackedBody } from './body-packer.ts';
import { bodyPacker } from './body-packer.ts';
import { Tap } from './tap.ts';

/** New values of the dictionary with that id. */
export interface NumberedDelta extends DictionaryDelta {
  readonly id: number;
}

/** The bytes of one Arrow stream or file, message by message. Pieces are memory of whoever wrote them. */
export interface Messages {
  /** What stands before the first batch. */
  begin(schema: Schema): readonly Uint8Array[];
  /** One batch, after the new values of its dictionaries. */
  batch(batch: RecordBatch, deltas: readonly NumberedDelta[]): readonly Uint8Array[];
  /** What stands after the last batch. */
  end(): readonly Uint8Array[];
  /** What the rest of the output depends on; JSON-safe. */
  state(): unknown;
  /** Goes on from a state, instead of `begin`. */
  resume(schema: Schema, state: unknown): void;
}

const COMPRESSION_TYPES = { zstd: CompressionType.ZSTD, lz4: CompressionType.LZ4_FRAME };

function writerOptions(compression: BodyCompression): { readonly compressionType: CompressionType | null } {
  return { compressionType: compression === undefined ? null : COMPRESSION_TYPES[compression] };
}

/** The stream format: a schema, then dictionaries and batches. */
export class StreamMessages extends RecordBatchStreamWriter implements Messages {
  readonly #tap = new Tap();
  readonly #packer: BodyPacker | undefined;

  constructor(compression: BodyCompression) {
    super(writerOptions(compression));
    this.#packer = bodyPacker(compression);
  }

  begin(schema: Schema): readonly Uint8Array[] {
    this.reset(this.#tap, schema);
    return this.#tap.take();
  }

  batch(batch: RecordBatch, deltas: readonly NumberedDelta[]): readonly Uint8Array[] {
    for (const { data, id, isDelta } of deltas) this._writeDictionaryBatch(data, id, isDelta);
    // Not by `write`, which compares schemas that RecordBatch has changed where two columns have one name, and then stops without a word.
    this._writeRecordBatch(batch);
    return this.#tap.take();
  }

  end(): readonly Uint8Array[] {
    this.finish();
    return this.#tap.take();
  }

  state(): unknown {
    return null;
  }

  resume(schema: Schema): void {
    this.begin(schema);
  }

  /** Written by `batch`, which knows which values are new. */
  protected override _writeDictionaries(): this {
    return this;
  }

  protected override _compressBodyBuffers(buffers: ArrayBufferView[]): PackedBody {
    return this.#packer?.pack(buffers) ?? super._compressBodyBuffers(buffers);
  }
}

/** Where a message lies: offset in the file, bytes of its head, bytes of its body. */
type BlockEntry = readonly [offset: number, head: number, body: number];

/** The file format: a stream between two magic words, with the places of its messages at the end. */
export class FileMessages extends RecordBatchFileWriter implements Messages {
  readonly #tap = new Tap();
  readonly #packer: BodyPacker | undefined;

  constructor(compression: BodyCompression) {
    super(writerOptions(compression));
    this.#packer = bodyPacker(compression);
  }

  begin(schema: Schema): readonly Uint8Array[] {
    this.reset(this.#tap, schema);
    return this.#tap.take();
  }

  batch(batch: RecordBatch, deltas: readonly NumberedDelta[]): readonly Uint8Array[] {
    for (const { data, id, isDelta } of deltas) this._writeDictionaryBatch(data, id, isDelta);
    // Not by `write`, which compares schemas that RecordBatch has changed where two columns have one name, and then stops without a word.
    this._writeRecordBatch(batch);
    return this.#tap.take();
  }

  end(): readonly Uint8Array[] {
    this.finish();
    return this.#tap.take();
  }

  state(): unknown {
    const places = (blocks: readonly FilePlace[]): BlockEntry[] =>
      blocks.map(({ offset, metaDataLength, bodyLength }) => [offset, metaDataLength, bodyLength]);
    return {
      position: this._position,
      batches: places(this._recordBatchBlocks),
      dictionaries: places(this._dictionaryBlocks),
    };
  }

  resume(schema: Schema, state: unknown): void {
    this.begin(schema);
    const { position, batches, dictionaries } = Object.fromEntries(Object.entries(state ?? {}));
    if (typeof position !== 'number') throw brokenState();
    this._position = position;
    this._recordBatchBlocks = placesOf(batches);
    this._dictionaryBlocks = placesOf(dictionaries);
  }

  /** The magic word, and the schema that begins a stream. */
  protected override _writeSchema(schema: Schema): this {
    super._writeSchema(schema);
    return this._writeMessage(Message.from(schema));
  }

  /** Written by `batch`, which knows which values are new. */
  protected override _writeDictionaries(): this {
    return this;
  }

  protected override _compressBodyBuffers(buffers: ArrayBufferView[]): PackedBody {
    return this.#packer?.pack(buffers) ?? super._compressBodyBuffers(buffers);
  }
}

interface FilePlace {
  offset: number;
  metaDataLength: number;
  bodyLength: number;
}

function placesOf(value: unknown): FilePlace[] {
  if (!Array.isArray(value) || !value.every(isEntry)) throw brokenState();
  return value.map(([offset, metaDataLength, bodyLength]) => ({ offset, metaDataLength, bodyLength }));
}

function isEntry(value: unknown): value is BlockEntry {
  return Array.isArray(value) && value.length === 3 && value.every((part) => typeof part === 'number');
}

function brokenState(): PerfError {
  return new PerfError(
    'ERR_PERF_CHECKPOINT_MISMATCH',
    'the checkpoint lacks the places of the batches; remove it and start again',
  );
}
