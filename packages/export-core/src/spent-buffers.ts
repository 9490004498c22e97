/** Smaller ones may share their memory with others, and are left to the collector. */
const LEAST_BYTES = 64 * 1024;
/** Pieces that may still be on their way to the sink. */
const IN_FLIGHT = 2;

/**
 * Gives the memory of compressed blocks back as soon as the sink has taken them. The collector would do it too, but late, and it would run
 * for their sake alone: every run in the middle of a batch makes the engine's young heap grow for good.
 */
export class SpentBuffers {
  readonly #buffers: Uint8Array[] = [];

  /** A packer hands out `bytes`; nobody looks at them once two more have been handed out. */
  add(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#buffers.push(bytes);
    if (this.#buffers.length <= IN_FLIGHT) return;
    const buffer = this.#buffers.shift()?.buffer;
    if (buffer instanceof ArrayBuffer && buffer.byteLength >= LEAST_BYTES) buffer.transfer(0);
  }
}
