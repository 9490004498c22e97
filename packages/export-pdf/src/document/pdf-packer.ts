import type { Block, Packer } from '@perf/export-core';
import type { RunningText } from '../page/running-text.ts';
import { Deflater } from './deflater.ts';
import type { ObjectTable } from './object-table.ts';
import { PageTree } from './page-tree.ts';
import { Spool } from './spool.ts';
import type { Picture } from '../pdfkit/document-info.ts';
import type { PdfkitShell } from '../pdfkit/pdfkit-shell.ts';

/** What the pages of a document share. */
export interface SharedParts {
  readonly shell: PdfkitShell;
  readonly objects: ObjectTable;
  readonly running: RunningText;
  readonly logo: Picture | undefined;
  /** Left, bottom, right, top in points. */
  readonly mediaBox: readonly number[];
  /** Box of the count of pages: below the baseline, above it, in points. */
  readonly countBox: readonly [number, number];
}

/** Makes a PDF of page contents: every block with a mark is one page, deflated side by side and written in order with its objects. */
export class PdfPacker implements Packer {
  readonly parallel = 8;
  readonly #parts: SharedParts;
  readonly #deflater: Deflater;
  readonly #tree: PageTree;
  readonly #resources: number;
  readonly #head: number | undefined;
  readonly #count: number | undefined;
  readonly #spool = new Spool();
  #at = 0;

  /** @param level 1 (fast) to 9 (small) */
  constructor(parts: SharedParts, level: number) {
    const { objects, shell, running } = parts;
    this.#parts = parts;
    this.#deflater = new Deflater(level);
    this.#tree = new PageTree(objects, shell.pagesId);
    this.#resources = objects.reserve();
    this.#head = running.moves.length > 0 ? objects.reserve() : undefined;
    this.#count = running.hasCount ? objects.reserve() : undefined;
  }

  begin(): Uint8Array {
    return this.#counted(this.#parts.shell.begin());
  }

  async compress(block: Block): Promise<Uint8Array> {
    if (block.mark === undefined) return NOTHING;
    return this.#deflater.deflate(block.filled());
  }

  frame(compressed: Uint8Array, mark: unknown): readonly Uint8Array[] {
    if (mark === undefined) return [];
    const { objects } = this.#parts;
    const content = objects.reserve();
    const page = objects.reserve();
    const parent = this.#tree.add(page);
    const contents = this.#head === undefined ? `${content} 0 R` : `[${this.#head} 0 R ${content} 0 R]`;
    return this.#spool.add([
      ...this.#stream(content, '/Filter/FlateDecode', compressed),
      this.#object(page, `<</Type/Page/Parent ${parent} 0 R/Contents ${contents}>>`),
    ]);
  }

  async end(): Promise<readonly Uint8Array[]> {
    const { shell, objects, running, logo, mediaBox, countBox } = this.#parts;
    this.#deflater.close();
    const pieces: Uint8Array[] = [...this.#spool.take()];
    const put = (...bytes: readonly Uint8Array[]): void => {
      pieces.push(...bytes);
    };
    const pages = this.#tree.count;
    const { width, content } = running.count(pages);
    const forms: string[] = [];
    if (this.#count !== undefined) {
      const [below, above] = countBox;
      const box = `${below} ${(width / 100).toFixed(2)} ${above}`;
      put(
        ...this.#stream(
          this.#count,
          `/Type/XObject/Subtype/Form/BBox[0 ${box}]/Resources ${this.#resources} 0 R`,
          content,
        ),
      );
      forms.push(`/Pages ${this.#count} 0 R`);
    }
    if (this.#head !== undefined) put(...this.#stream(this.#head, '', running.head(width)));
    if (logo !== undefined) forms.push(`/Logo ${logo.id} 0 R`);
    const fonts = shell.fontResources();
    put(
      this.#object(
        this.#resources,
        `<</ProcSet[/PDF/Text/ImageB/ImageC/ImageI]/Font<<${fonts}>>/XObject<<${forms.join(' ')}>>>>`,
      ),
    );
    const { nodes, kids } = this.#tree.build();
    for (const { id, parent, pages: count, kids: children } of nodes)
      put(
        this.#object(
          id,
          `<</Type/Pages/Parent ${parent} 0 R/Count ${count}/Kids[${children.map((kid) => `${kid} 0 R`).join(' ')}]>>`,
        ),
      );
    put(this.#counted(await shell.finish(this.#at, { kids, pages, resources: this.#resources, mediaBox })));
    const crossReferences = this.#at;
    for (const piece of objects.print()) put(this.#counted(piece));
    put(shell.trailer(crossReferences));
    return pieces;
  }

  #object(id: number, body: string): Buffer {
    this.#parts.objects.place(id, this.#at);
    return this.#counted(Buffer.from(`${id} 0 obj\n${body}\nendobj\n`, 'latin1'));
  }

  #stream(id: number, entries: string, content: Uint8Array): readonly Uint8Array[] {
    this.#parts.objects.place(id, this.#at);
    const sealed = this.#parts.shell.seal(id, content);
    const head = Buffer.from(`${id} 0 obj\n<<${entries}/Length ${sealed.length}>>\nstream\n`, 'latin1');
    return [this.#counted(head), this.#counted(sealed), this.#counted(STREAM_END)];
  }

  #counted<T extends Uint8Array>(bytes: T): T {
    this.#at += bytes.length;
    return bytes;
  }
}

const NOTHING = new Uint8Array(0);
const STREAM_END = Buffer.from('\nendstream\nendobj\n');
