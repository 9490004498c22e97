/** Smaller ones are left to the collector. */
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
    const spent = this.#buffers.shift();
    if (spent !== undefined && isAlone(spent)) spent.buffer.transfer(0);
  }
}

/** Whether nobody else has bytes in the same memory, as those have that lie in the pool of Node's Buffers. */
function isAlone(bytes: Uint8Array): bytes is Uint8Array<ArrayBuffer> {
  const { buffer, byteOffset } = bytes;
  return (
    buffer instanceof ArrayBuffer &&
    byteOffset === 0 &&
    buffer.byteLength > Math.max(LEAST_BYTES, Buffer.poolSize)
  );
}
