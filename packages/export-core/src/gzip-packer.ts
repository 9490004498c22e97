import { crc32 } from 'node:zlib';
import { PerfError } from '@perf/contracts';
import type { Block } from './block.ts';
import { deflateBlock } from './deflate-block.ts';
import type { Packer } from './packer.ts';
import { SpentBuffers } from './spent-buffers.ts';

/** RFC 1952: magic, deflate, no flags, no time, no extra flags, system unknown. The same in every run. */
const HEAD: Uint8Array = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255);

/** One gzip member whose blocks are deflated side by side. */
export class GzipPacker implements Packer {
  /** With two both may end while the next is filled, and a core stands still. */
  readonly parallel = 3;
  readonly #level: number;
  readonly #spent = new SpentBuffers();
  #crc = 0;
  #size = 0;

  /** @param level 1 (fast) to 9 (small) */
  constructor(level: number) {
    this.#level = level;
  }

  begin(): Uint8Array {
    return HEAD;
  }

  async compress(block: Block, isLast: boolean): Promise<Uint8Array> {
    const bytes = block.filled();
    this.#crc = crc32(bytes, this.#crc);
    this.#size += bytes.length;
    return deflateBlock(bytes, { level: this.#level, isLast });
  }

  frame(compressed: Uint8Array): readonly Uint8Array[] {
    this.#spent.add(compressed);
    return [compressed];
  }

  end(): readonly Uint8Array[] {
    const trailer = Buffer.alloc(8);
    trailer.writeUInt32LE(this.#crc, 0);
    trailer.writeUInt32LE(this.#size % 2 ** 32, 4);
    return [trailer];
  }

  state(): Readonly<Record<string, unknown>> {
    return { crc: this.#crc, size: this.#size };
  }

  resume({ crc, size }: Readonly<Record<string, unknown>>): void {
    if (typeof crc !== 'number' || typeof size !== 'number')
      throw new PerfError('ERR_PERF_CHECKPOINT_MISMATCH', 'the checkpoint holds no state of a gzip stream');
    this.#crc = crc;
    this.#size = size;
  }
}
