import type { ObjectTable } from './object-table.ts';

/** Children of a node; three levels hold 262,144 pages. */
const FAN_OUT = 64;

/** One node of the page tree, ready to be written. */
export interface PageNode {
  readonly id: number;
  readonly parent: number;
  readonly pages: number;
  readonly kids: readonly number[];
}

/** The balanced tree of all pages: four bytes a page, and nodes that can be named before they are written. */
export class PageTree {
  readonly #objects: ObjectTable;
  readonly #root: number;
  #pages = new Uint32Array(1024);
  #count = 0;
  readonly #leaves: number[] = [];

  /** @param root number of the document's root node, which its owner writes */
  constructor(objects: ObjectTable, root: number) {
    this.#objects = objects;
    this.#root = root;
  }

  /** Pages so far. */
  get count(): number {
    return this.#count;
  }

  /** Adds a page and gives the number of its parent. */
  add(page: number): number {
    if (this.#count === this.#pages.length) {
      const larger = new Uint32Array(this.#count * 2);
      larger.set(this.#pages);
      this.#pages = larger;
    }
    this.#pages[this.#count] = page;
    if (this.#count % FAN_OUT === 0) this.#leaves.push(this.#objects.reserve());
    this.#count++;
    return this.#leaves.at(-1) ?? this.#root;
  }

  /** The nodes between root and pages, and the root's children. */
  build(): { readonly nodes: readonly PageNode[]; readonly kids: readonly number[] } {
    const nodes: PageNode[] = [];
    let level = this.#leaves.map((id, i) => {
      const kids = [...this.#pages.subarray(i * FAN_OUT, Math.min(this.#count, (i + 1) * FAN_OUT))];
      return { id, kids, pages: kids.length };
    });
    while (level.length > FAN_OUT) {
      const above: typeof level = [];
      for (let from = 0; from < level.length; from += FAN_OUT) {
        const children = level.slice(from, from + FAN_OUT);
        const id = this.#objects.reserve();
        for (const child of children) nodes.push({ ...child, parent: id });
        above.push({
          id,
          kids: children.map((child) => child.id),
          pages: children.reduce((sum, { pages }) => sum + pages, 0),
        });
      }
      level = above;
    }
    for (const child of level) nodes.push({ ...child, parent: this.#root });
    return { nodes, kids: level.map(({ id }) => id) };
  }
}
