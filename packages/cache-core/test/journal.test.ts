import { FakeClock } from '@perf/testkit';
import { expect, it } from 'vitest';
import { Journal } from '../src/tiers/journal.ts';
import type { Order } from '../src/tiers/journal.ts';

const keyOrder = (name = 'k'): Order => ({ kind: 'key', name });

function journalOf(entries = 10) {
  const clock = new FakeClock();
  return { clock, journal: new Journal({ entries, keepMs: 30_000, now: clock.now }) };
}

it('stays open when the later of two orders fails and the earlier one succeeds after it', () => {
  const { journal } = journalOf();
  const [earlier, later] = [keyOrder(), keyOrder()];
  journal.begin(earlier);
  journal.begin(later);

  journal.failed(later);
  journal.succeeded(earlier);
  expect(journal.isPending).toBe(true);

  journal.succeeded(later);
  expect(journal.isPending).toBe(false);
});

it('remembers an order for a while after it was carried out', () => {
  const { clock, journal } = journalOf();
  const order = keyOrder();
  journal.begin(order);
  journal.succeeded(order);

  clock.advance(29_999);
  expect(journal.orders).toEqual([order]);
  clock.advance(1);
  expect(journal.orders).toEqual([]);
});

it('settles with everything only what was remembered before', () => {
  const { journal } = journalOf();
  journal.begin(keyOrder());
  const before = journal.orders;
  const during = keyOrder();
  journal.begin(during);
  journal.failed(during);

  journal.everythingDone(before);

  expect(journal.isPending).toBe(true);
});

it('says that it is incomplete when it forgot an order, open or not', () => {
  const { journal } = journalOf(1);
  const [open, done] = [keyOrder('open'), keyOrder('done')];
  journal.begin(open);
  journal.failed(open);
  journal.begin(done);

  expect(journal.isIncomplete).toBe(true);
  expect(journal.isPending).toBe(true);
  journal.everythingDone(journal.orders);
  expect(journal.isPending).toBe(false);
});
