import type { Data } from 'apache-arrow';
import { Field, List, makeData } from 'apache-arrow';
import type { ColumnSetting } from './column-builder.ts';
import { ColumnBuilder } from './column-builder.ts';
import type { Gauge } from './place.ts';

const INITIAL_VALUES = 64;
/** What an item counts as when a batch is measured. */
const ITEM_BYTES = 8;

/** Lists: the items of all one behind the other, and the positions between them. */
export class ListBuilder extends ColumnBuilder {
  override readonly type: List;
  readonly #items: ColumnBuilder;
  readonly #gauge: Gauge;
  #offsets = new Int32Array(INITIAL_VALUES);

  /** @param itemName of the items' field, as in `item` */
  constructor(setting: ColumnSetting, gauge: Gauge, items: ColumnBuilder, itemName: string) {
    super(setting);
    this.#gauge = gauge;
    this.#items = items;
    this.type = new List(new Field(itemName, items.type, true));
  }

  override get isOver(): boolean {
    return this.#items.isOver || this.#items.length * ITEM_BYTES >= this.#gauge.mostBytes;
  }

  override put(value: unknown): void {
    if (!Array.isArray(value)) return this.putNull(value);
    const items = this.#items;
    for (const item of value) items.put(item);
    const at = this.length;
    this.clear(at);
    this.length = at + 1;
    if (this.isOver) this.#gauge.isOver = true;
  }

  override truncate(length: number): void {
    super.truncate(length);
    this.#items.truncate(this.#offsets[length] ?? 0);
  }

  override finish(): Data {
    const { type, length, validity } = this;
    const nullBitmap = validity.finish(length);
    const valueOffsets = this.#offsets.subarray(0, length + 1);
    return makeData({
      type,
      length,
      nullCount: validity.nulls,
      nullBitmap,
      valueOffsets,
      child: this.#items.finish(),
    });
  }

  override reset(): void {
    super.reset();
    this.#items.reset();
  }

  /** Ends the list at `at` with the last item. */
  protected override clear(at: number): void {
    if (at + 1 >= this.#offsets.length) {
      const grown = new Int32Array(this.#offsets.length * 2);
      grown.set(this.#offsets);
      this.#offsets = grown;
    }
    this.#offsets[at + 1] = this.#items.length;
  }
}
