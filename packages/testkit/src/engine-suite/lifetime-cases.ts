import { describe, expect, it } from 'vitest';
import { readRows } from '../read-rows.ts';
import type { EngineFixture } from './fixture.ts';
import { open, statement } from './fixture.ts';

/** The end of an engine. */
export function lifetimeCases(fixture: EngineFixture): void {
  describe('lifetime', () => {
    const engine = fixture.engineForGroup();

    it('can be disposed twice, and refuses every call afterwards', async () => {
      const select = statement(engine().dialect, 'SELECT d FROM perf_digits');
      expect(await readRows(await open(engine(), 'SELECT d FROM perf_digits WHERE d = 1'))).toEqual([[1n]]);

      await engine()[Symbol.asyncDispose]();
      await engine()[Symbol.asyncDispose]();

      const disposed = { code: 'ERR_PERF_DISPOSED' };
      await expect(engine().execute(select)).rejects.toMatchObject(disposed);
      await expect(engine().catalog()).rejects.toMatchObject(disposed);
      await expect(engine().statistics(['perf_digits'])).rejects.toMatchObject(disposed);
      await expect(engine().explain(select)).rejects.toMatchObject(disposed);
    });
  });
}
