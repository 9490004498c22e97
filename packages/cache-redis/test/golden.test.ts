import { expect, it } from 'vitest';
import { ownPrefix, storeOver } from './clients.ts';
import golden from './golden/names-and-bytes-v1.json' with { type: 'json' };
import { onBoth } from './shared-servers.ts';

// Names and bytes as the first version wrote them; processes of all versions share one Redis.
onBoth('what stands in Redis', (client) => {
  it.each(golden.entries)(
    'is written and read as version 1 has it: $name',
    async ({ key, name, text, expiresAt, hex }) => {
      const prefix = ownPrefix();
      await using store = storeOver(client(), { prefix });
      await store.setMany([{ key, value: Buffer.from(text), expiresAt: expiresAt ?? Infinity }]);

      expect((await client().getBuffer(prefix + name))?.toString('hex')).toBe(hex);
      await client().set(prefix + name, Buffer.from(hex, 'hex'));
      const [entry] = await store.getMany([key]);

      expect(entry?.expiresAt).toBe(expiresAt ?? Infinity);
      expect(Buffer.from(entry?.value ?? []).toString()).toBe(text);
    },
  );

  it('has counters where version 1 has them', async () => {
    const prefix = ownPrefix();
    await using store = storeOver(client(), { prefix });

    const [number] = await store.generations([golden.counter.name]);

    expect(await client().get(prefix + golden.counter.in)).toBe(String(number));
  });
});
