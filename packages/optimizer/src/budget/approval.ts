import { nodeCrypto } from '../node-crypto.ts';
import { PerfError } from '@perf/contracts';

/** What somebody has approved: one kind of query, up to a price, for a while. */
export interface Approval {
  readonly fingerprint: string;
  readonly maxUsd: number;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

/** Shortest secret that is taken. */
const LEAST_SECRET_BYTES = 16;

/** Makes and checks approval tokens; only who has the secret can make one (HMAC-SHA256, RFC 2104). */
export class Approvals {
  readonly #secret: string | Uint8Array;

  /** @param secret at least 16 bytes, else `ERR_PERF_INVALID_OPTION` */
  constructor(secret: string | Uint8Array) {
    if (Buffer.byteLength(secret) < LEAST_SECRET_BYTES)
      throw new PerfError('ERR_PERF_INVALID_OPTION', 'the secret of approvals must have at least 16 bytes');
    this.#secret = secret;
  }

  token(approval: Approval): string {
    const body = Buffer.from(
      JSON.stringify([approval.fingerprint, approval.maxUsd, approval.expiresAt]),
    ).toString('base64url');
    return `${body}.${this.#signature(body)}`;
  }

  /** What a token approves; undefined when it was not made with this secret. */
  read(token: string): Approval | undefined {
    const [body = '', signature = '', more] = token.split('.');
    const [given, own] = [Buffer.from(signature), Buffer.from(this.#signature(body))];
    if (more !== undefined || given.length !== own.length || !nodeCrypto().timingSafeEqual(given, own))
      return undefined;
    const content: unknown = JSON.parse(Buffer.from(body, 'base64url').toString());
    if (!Array.isArray(content)) return undefined;
    const [fingerprint, maxUsd, expiresAt] = content.map((part: unknown) => part);
    return typeof fingerprint === 'string' && typeof maxUsd === 'number' && typeof expiresAt === 'number'
      ? { fingerprint, maxUsd, expiresAt }
      : undefined;
  }

  #signature(body: string): string {
    return nodeCrypto().createHmac('sha256', this.#secret).update(body).digest('base64url');
  }
}
