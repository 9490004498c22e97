import { missingReaderTools, runReader } from '@perf/services/readers';
import { describe, expect, it } from 'vitest';

const missing = await missingReaderTools(['python3', 'openpyxl']);

describe.skipIf(missing !== undefined)(`reader tools ${missing ?? ''}`, () => {
  it('run and give what they print', async () => {
    const printed = await runReader('python3', ['-c', 'import openpyxl; print(openpyxl.__name__)']);

    expect(printed).toBe('openpyxl\n');
  });

  it('reject with what they said when they fail', async () => {
    await expect(runReader('python3', ['-c', 'raise SystemExit("no such sheet")'])).rejects.toThrow(
      'no such sheet',
    );
  });
});
