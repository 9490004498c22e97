import { PerfError } from '@perf/contracts';
import { constrainedMemory, memoryUsage } from 'node:process';
import { totalmem } from 'node:os';
import { checkNumber } from './check-number.ts';

/** How much memory work may take. */
export interface MemoryGuardOptions {
  /** Bytes that claims may hold together. @default a quarter of `maxProcessBytes` */
  readonly maxHeldBytes?: number;
  /** Bytes the process may have resident before nothing more is held. @default 80 % of the machine's, or of its container's limit */
  readonly maxProcessBytes?: number;
  /** Bytes resident now. @default process.memoryUsage.rss */
  readonly processBytes?: () => number;
}

/** Leave to do work: in memory (`hold`), or in pieces (`stream`). Release it when the memory is free again; `using` does. */
export interface MemoryClaim extends Disposable {
  readonly mode: 'hold' | 'stream';
  /** Gives the bytes back. Twice is no error. */
  release(): void;
}

/** When a refused caller should come again: memory is freed when other work ends, about this soon. */
const RETRY_AFTER_MS = 1000;

/**
 * Says before work begins whether its answer may be held in memory, must be streamed, or must wait, so that a service streams or
 * refuses instead of dying.
 *
 * @example
 * using claim = guard.claim(rows * bytesPerRow, { canStream: true });
 * return claim.mode === 'hold' ? readAll(query) : streamOf(query);
 */
export class MemoryGuard {
  readonly #maxHeldBytes: number;
  readonly #maxProcessBytes: number;
  readonly #processBytes: () => number;
  #heldBytes = 0;

  constructor(options: MemoryGuardOptions = {}) {
    const { maxProcessBytes = 0.8 * machineBytes(), processBytes = () => memoryUsage.rss() } = options;
    this.#maxProcessBytes = checkNumber('maxProcessBytes', maxProcessBytes, { above: 0 });
    this.#maxHeldBytes = checkNumber('maxHeldBytes', options.maxHeldBytes ?? maxProcessBytes / 4, {
      above: 0,
    });
    this.#processBytes = processBytes;
  }

  /** Bytes that claims hold now. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /**
   * Claims memory for an answer of about so many bytes. `ERR_PERF_OVERLOADED` with `retryAfterMs` when it can be neither held nor
   * streamed now; `ERR_PERF_LIMIT_EXCEEDED` when it is bigger than all claims together may be, and cannot be streamed.
   */
  claim(bytes: number, { canStream }: { readonly canStream: boolean }): MemoryClaim {
    checkNumber('bytes', bytes, { atLeast: 0 });
    const freeBytes = this.#maxProcessBytes - this.#processBytes();
    if (this.#heldBytes + bytes <= this.#maxHeldBytes && bytes <= freeBytes) return this.#hold(bytes);
    if (canStream && freeBytes > 0) return { mode: 'stream', release: nothing, [Symbol.dispose]: nothing };
    if (!canStream && bytes > this.#maxHeldBytes)
      throw new PerfError(
        'ERR_PERF_LIMIT_EXCEEDED',
        `an answer of ${bytes} bytes is bigger than the ${this.#maxHeldBytes} bytes that may be held`,
      );
    throw new PerfError('ERR_PERF_OVERLOADED', `no memory for an answer of ${bytes} bytes now`, {
      retryAfterMs: RETRY_AFTER_MS,
    });
  }

  #hold(bytes: number): MemoryClaim {
    this.#heldBytes += bytes;
    let isHeld = true;
    const release = (): void => {
      if (isHeld) this.#heldBytes -= bytes;
      isHeld = false;
    };
    return { mode: 'hold', release, [Symbol.dispose]: release };
  }
}

/** Memory of the machine, or less where a container sets a limit. */
function machineBytes(): number {
  const limit = constrainedMemory();
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}

function nothing(): void {
  // A stream holds nothing.
}
