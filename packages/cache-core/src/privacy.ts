import { PerfError } from '@perf/contracts';

/** How private a value is. */
export type Classification = 'public' | 'pii' | 'secret';

/** What is done with private values. */
export interface PrivacyOptions {
  /**
   * Says how private a value is, before any tier gets it. `secret` is given to its caller and kept nowhere; `pii` is kept for
   * `piiTtlMs` at most, and by byte tiers only encrypted when there is a key. Called once per loaded or set value.
   */
  readonly classify: (key: string, value: unknown) => Classification;
  /** Longest life of a `pii` value in ms. @default 300,000 */
  readonly piiTtlMs?: number;
  /** 32 bytes: byte tiers keep `pii` values by AES-256-GCM, and for as long as others. @default none */
  readonly encryptionKey?: Uint8Array;
}

/** What may be done with one value. */
export interface Privacy {
  readonly mayKeep: boolean;
  readonly isPrivate: boolean;
  /** Longest life in ms. */
  readonly maxTtlMs: number;
}

const PUBLIC: Privacy = { mayKeep: true, isPrivate: false, maxTtlMs: Infinity };
const SECRET: Privacy = { mayKeep: false, isPrivate: true, maxTtlMs: 0 };

/** Judges values by `options`; without options all are public. */
export function privacyOf(options: PrivacyOptions | undefined): (key: string, value: unknown) => Privacy {
  if (options === undefined) return () => PUBLIC;
  const { classify, piiTtlMs = 300_000, encryptionKey } = options;
  if (!(piiTtlMs > 0))
    throw new PerfError('ERR_PERF_INVALID_OPTION', `piiTtlMs must be above 0 ms, got ${piiTtlMs}`);
  const pii: Privacy = {
    mayKeep: true,
    isPrivate: true,
    maxTtlMs: encryptionKey === undefined ? piiTtlMs : Infinity,
  };
  return (key, value) => {
    const classification = classify(key, value);
    switch (classification) {
      case 'public':
        return PUBLIC;
      case 'pii':
        return pii;
      case 'secret':
        return SECRET;
      default:
        // A hook in plain JavaScript may say anything: what is not known to be harmless is kept nowhere.
        return SECRET;
    }
  };
}
