import { createHash } from 'node:crypto';
import { createReadStream, watch } from 'node:fs';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { gunzipSync } from 'node:zlib';
import { isPerfError } from '@perf/contracts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { datasetFile } from '../src/data/missing-package.ts';
import { exportCommand } from '../src/export/command.ts';
import { readSwitches } from '../src/terminal/switches.ts';

const FLIGHTS = datasetFile('flights-3m.parquet');
let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'perf-export-test-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function run(
  argv: readonly string[],
  signal: AbortSignal = new AbortController().signal,
): Promise<string> {
  let text = '';
  const write = (more: string): void => void (text += more);
  await exportCommand(argv, { signal, write, switches: readSwitches(undefined).switches });
  return text;
}

async function hashOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

describe('perf-bench export', () => {
  it('writes a file of rows in several formats, the same rows in each', async () => {
    const from = join(folder, 'some rows.csv');
    await writeFile(from, 'id,name\n1,Zürich\n2,=1+1\n');
    const out = join(folder, 'out');

    const manifests: unknown = JSON.parse(
      await run(['--from', from, '--format', 'csv,csv.gz,ndjson,xlsx,pdf', '--out', out, '--json']),
    );

    expect(manifests).toMatchObject([{ rows: 2 }, { rows: 2 }, { rows: 2 }, { rows: 2 }, { rows: 2 }]);
    expect(await readFile(`${out}.csv`, 'utf8')).toBe("id,name\n1,Zürich\n2,'=1+1\n");
    expect(gunzipSync(await readFile(`${out}.csv.gz`)).toString()).toBe("id,name\n1,Zürich\n2,'=1+1\n");
    expect(await readFile(`${out}.ndjson`, 'utf8')).toBe(
      '{"id":1,"name":"Zürich"}\n{"id":2,"name":"=1+1"}\n',
    );
  });

  it('answers SQL and structured queries of the file, in the look of a template', async () => {
    const query = join(folder, 'query.json');
    const template = join(folder, 'template.json');
    const out = join(folder, 'out.csv');
    await writeFile(
      query,
      '{"from":"flights_3m","select":["origin",{"aggregate":"count","as":"n"}],"groupBy":["origin"],"orderBy":[{"field":"n","direction":"desc"}],"limit":1}',
    );
    await writeFile(
      template,
      '{"version":1,"name":"t","columns":[{"field":"n","header":"Flights","format":{"type":"number"}},{"field":"origin"}]}',
    );

    await run(['--from', FLIGHTS, '--query', query, '--template', template, '--format', 'csv', '--out', out]);
    const asked = await readFile(out, 'utf8');
    await run([
      '--from',
      FLIGHTS,
      '--sql',
      'SELECT count(*) AS n FROM flights_3m;',
      '--format',
      'csv',
      '--out',
      out,
    ]);

    expect(asked).toMatch(/^Flights,origin\n"\d{3},\d{3}",[A-Z]{3}\n$/);
    expect(await readFile(out, 'utf8')).toBe('n\n3000000\n');
  });

  it.each(['csv', 'arrow'])(
    'goes on after a stop, to the same %s file',
    { timeout: 120_000 },
    async (format) => {
      const [whole, cut] = [`whole.${format}`, `cut.${format}`];
      const asked = [
        '--from',
        FLIGHTS,
        '--sql',
        'SELECT * FROM flights_3m LIMIT 1500000',
        '--format',
        format,
        '--resume',
        '--out',
      ];
      await run([...asked, join(folder, whole)]);
      const stop = new AbortController();
      const watcher = watch(folder, (_, name) => {
        if (name === `${cut}.checkpoint`) stop.abort(new Error('Ctrl-C'));
      });

      const outcome = await run([...asked, join(folder, cut)], stop.signal).catch((error: unknown) =>
        isPerfError(error) ? error.code : error,
      );
      watcher.close();
      const left = await readdir(folder);
      const resumed: unknown = JSON.parse(await run([...asked, join(folder, cut), '--json']));

      expect(outcome).toBe('ERR_PERF_ABORTED');
      expect(left.toSorted()).toEqual([`${cut}.checkpoint`, `${cut}.partial`, whole]);
      expect(resumed).toMatchObject([{ rows: 1_500_000 }]);
      expect((await readdir(folder)).toSorted()).toEqual([cut, whole]);
      expect(await hashOf(join(folder, cut))).toBe(await hashOf(join(folder, whole)));
    },
  );

  it('does not finish the file of one question with the rows of another', { timeout: 120_000 }, async () => {
    const asked = async (delay: number): Promise<string[]> => {
      const query = join(folder, `later-than-${delay}.json`);
      const where = { field: 'delay', operator: 'gt', value: delay };
      await writeFile(query, JSON.stringify({ from: 'flights_3m', where }));
      const more = ['--format', 'csv', '--resume', '--out', join(folder, 'cut.csv')];
      return ['--from', FLIGHTS, '--query', query, ...more];
    };
    const stop = new AbortController();
    const watcher = watch(folder, (_, name) => {
      if (name === 'cut.csv.checkpoint') stop.abort(new Error('Ctrl-C'));
    });
    // Both questions have as many rows.
    const stopped = run(await asked(-9000), stop.signal);
    await expect(stopped).rejects.toMatchObject({ code: 'ERR_PERF_ABORTED' });
    watcher.close();

    const other = run(await asked(-9001));

    await expect(other).rejects.toMatchObject({ code: 'ERR_PERF_SOURCE_CHANGED' });
    expect(await readdir(folder)).not.toContain('cut.csv');
  });

  it.each([
    [[], 'ERR_PERF_INVALID_OPTION'],
    [['--from', FLIGHTS, '--format', 'xls', '--out', 'x'], 'ERR_PERF_INVALID_OPTION'],
    [['--from', 'rows.docx', '--format', 'csv', '--out', 'x'], 'ERR_PERF_INVALID_OPTION'],
    [['--from', 'missing.csv', '--format', 'csv', '--out', 'x'], 'ERR_PERF_OPEN_FAILED'],
    [['--from', FLIGHTS, '--engine', 'mysql', '--format', 'csv', '--out', 'x'], 'ERR_PERF_INVALID_OPTION'],
    [
      ['--from', FLIGHTS, '--format', 'csv', '--out', 'x', '--sql', 'a', '--query', 'b'],
      'ERR_PERF_INVALID_OPTION',
    ],
  ])('refuses the arguments %o with %s', async (argv, code) => {
    await expect(run(argv)).rejects.toMatchObject({ code });
  });
});
