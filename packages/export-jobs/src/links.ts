import { createHmac, timingSafeEqual } from 'node:crypto';
import { PerfError } from '@perf/contracts';

/** What a link lets its holder do. */
export interface JobLink {
  readonly id: string;
  /** Epoch ms. */
  readonly expiresAt: number;
}

const MOST_CHARACTERS = 1000;

/** Signs links to finished files: HMAC-SHA-256 over the job's id and the link's end. Whoever holds a link may fetch the file. */
export class LinkSigner {
  readonly #secret: string;

  /** @param secret at least 32 characters that nobody can guess, the same in every process that opens links */
  constructor(secret: string) {
    if (typeof secret !== 'string' || secret.length < 32)
      throw new PerfError('ERR_PERF_INVALID_OPTION', 'linkSecret must have at least 32 characters');
    this.#secret = secret;
  }

  /** A text that may stand in a URL. */
  sign({ id, expiresAt }: JobLink): string {
    const said = `${Buffer.from(id).toString('base64url')}.${expiresAt.toString(36)}`;
    return `${said}.${this.#macOf(said)}`;
  }

  /** What a link says; undefined when it was not signed by this secret, or has ended. */
  open(link: string, now: number): JobLink | undefined {
    const [, said = '', id = '', end = '', mac = ''] =
      link.length > MOST_CHARACTERS ? [] : (/^(([\w-]+)\.([0-9a-z]{1,12}))\.([\w-]+)$/.exec(link) ?? []);
    if (!isSame(mac, this.#macOf(said))) return undefined;
    const expiresAt = Number.parseInt(end, 36);
    return expiresAt > now ? { id: Buffer.from(id, 'base64url').toString(), expiresAt } : undefined;
  }

  #macOf(said: string): string {
    return createHmac('sha256', this.#secret).update(`perf-job-link-1\n${said}`).digest('base64url');
  }
}

/** Takes the same time whatever differs. */
function isSame(given: string, wanted: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)];
  return a.length === b.length && timingSafeEqual(a, b);
}
