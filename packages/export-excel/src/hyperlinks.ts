import { PerfError } from '@perf/contracts';
import { escapeAttribute } from './xml-text.ts';

/** Links that Excel takes on one sheet. */
const MAX_LINKS = 65_530;
/** Longest address that Excel takes, and most characters of all addresses of a sheet: they stay in memory to its end. */
const MAX_ADDRESS = 2079;
const MAX_ALL_UNITS = 8 * 1024 * 1024;
/** Schemes that open nothing but a page, a mail or a call. */
const SCHEMES: ReadonlySet<string> = new Set(['http:', 'https:', 'mailto:', 'tel:', 'ftp:', 'ftps:']);
const PIECE = 1024;

/** The links of the sheet that is being written. */
export class Hyperlinks {
  #links: [cell: string, address: string][] = [];
  #units = 0;

  get count(): number {
    return this.#links.length;
  }

  /** Whether the sheet takes another link. */
  hasRoom(address: string): boolean {
    return this.#links.length < MAX_LINKS && this.#units + address.length <= MAX_ALL_UNITS;
  }

  /** Makes a cell, as in `B5`, a link. */
  add(cell: string, address: string): void {
    this.#links.push([cell, address]);
    this.#units += address.length;
  }

  /** The element of the sheet; nothing when there are no links. */
  *element(): Generator<Buffer> {
    if (this.#links.length === 0) return;
    yield Buffer.from('<hyperlinks>');
    yield* this.#pieces(([cell], i) => `<hyperlink ref="${cell}" r:id="link${i + 1}"/>`);
    yield Buffer.from('</hyperlinks>');
  }

  /** The sheet's relationships to the addresses. */
  *relationships(): Generator<Buffer> {
    yield* this.#pieces(
      ([, address], i) =>
        `<Relationship Id="link${i + 1}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink" Target="${escapeAttribute(address)}" TargetMode="External"/>`,
    );
  }

  clear(): void {
    this.#links = [];
    this.#units = 0;
  }

  /** For a checkpoint. */
  state(): unknown {
    return this.#links.slice();
  }

  resume(state: unknown): void {
    if (!Array.isArray(state))
      throw new PerfError('ERR_PERF_CHECKPOINT_MISMATCH', 'the checkpoint holds no state of links');
    this.clear();
    for (const link of state) {
      if (!Array.isArray(link)) continue;
      const address = String(link[1]);
      this.#links.push([String(link[0]), address]);
      this.#units += address.length;
    }
  }

  *#pieces(print: (link: readonly [string, string], index: number) => string): Generator<Buffer> {
    for (let from = 0; from < this.#links.length; from += PIECE)
      yield Buffer.from(
        this.#links
          .slice(from, from + PIECE)
          .map((link, i) => print(link, from + i))
          .join(''),
      );
  }
}

/** The address as every reader understands it; undefined for text that is none, or that could run something. */
export function addressOf(text: string): string | undefined {
  if (text.length > MAX_ADDRESS || !URL.canParse(text)) return undefined;
  const { protocol, href } = new URL(text);
  return SCHEMES.has(protocol) && href.length <= MAX_ADDRESS ? href : undefined;
}
