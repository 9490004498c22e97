import { AsyncByteQueue } from 'apache-arrow';

/** What apache-arrow's writer takes for a queue, and holds nothing but what was written since the last `take`. */
export class Tap extends AsyncByteQueue {
  #pieces: Uint8Array[] = [];

  override write(piece: unknown): void {
    if (ArrayBuffer.isView(piece))
      this.#pieces.push(new Uint8Array(piece.buffer, piece.byteOffset, piece.byteLength));
  }

  /** The pieces written, in order; memory of whoever wrote them. */
  take(): readonly Uint8Array[] {
    const pieces = this.#pieces;
    this.#pieces = [];
    return pieces;
  }
}
