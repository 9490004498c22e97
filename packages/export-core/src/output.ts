import type { ExportSink } from '@perf/contracts';
import { Block } from './block.ts';
import type { BlockHasher } from './block-hasher.ts';
import { LocalHasher, WorkerHasher } from './block-hasher.ts';
import { sinkStep } from './failures.ts';
import type { Interruption } from './interruption.ts';

/** Blocks in all: one is filled, one is written, the others wait for the hash, which lags while its thread starts. */
const BLOCKS = 8;

/** Where the output is hashed; see `TextOptions.hashOn`. */
export type HashThread = 'worker' | 'caller';

/**
 * Moves filled blocks to the sink and the hasher. A block is filled again only when both are done with it, and the next
 * write begins only when the one before it has ended: waiting for that is the back-pressure.
 */
export class Output {
  /** The block to fill now. */
  block: Block;
  /** Bytes handed to the sink. */
  bytes = 0;

  readonly #sink: ExportSink;
  readonly #interruption: Interruption;
  readonly #hashOn: HashThread;
  readonly #hashing: { readonly block: Block; readonly done: Promise<void> }[] = [];
  #blocks = 1;
  #writing: Promise<void> | undefined;
  #hasher: BlockHasher | undefined;

  constructor(sink: ExportSink, interruption: Interruption, capacity: number, hashOn: HashThread) {
    this.#sink = sink;
    this.#interruption = interruption;
    this.#hashOn = hashOn;
    this.block = new Block(capacity);
  }

  /** Sends the block off and makes another one the current one. Does nothing while the block is empty. */
  async flush(): Promise<void> {
    if (this.block.length === 0) return;
    this.#hasher ??= this.#hashOn === 'worker' ? new WorkerHasher() : new LocalHasher();
    await this.#send();
    this.block = await this.#freeBlock();
    this.block.length = 0;
  }

  /** Sends the last block and waits until the sink has all. Gives the SHA-256 of all bytes. */
  async end(): Promise<string> {
    this.#hasher ??= new LocalHasher();
    if (this.block.length > 0) await this.#send();
    await this.#written();
    return this.#interruption.wait(this.#hasher.digest());
  }

  /** Ends the hasher. Safe at any time. */
  close(): void {
    this.#hasher?.close();
  }

  async #send(): Promise<void> {
    const { block } = this;
    await this.#written();
    this.#writing = sinkStep('writing to the sink', () => this.#sink.write(block.filled()));
    this.#writing.catch(ignore);
    const done = this.#hasher?.update(block) ?? Promise.resolve();
    done.catch(ignore);
    this.#hashing.push({ block, done });
    this.bytes += block.length;
  }

  async #written(): Promise<void> {
    const writing = this.#writing;
    if (writing === undefined) return;
    this.#writing = undefined;
    await this.#interruption.wait(writing);
  }

  async #freeBlock(): Promise<Block> {
    if (this.#blocks < BLOCKS) {
      this.#blocks++;
      return new Block(this.block.bytes.length);
    }
    const oldest = this.#hashing.shift();
    if (oldest === undefined) return new Block(this.block.bytes.length);
    await this.#interruption.wait(oldest.done);
    return oldest.block;
  }
}

/** The promise is awaited later; until then its rejection must not count as unhandled. */
function ignore(): void {}
