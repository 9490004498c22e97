import { mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isPerfError } from '@perf/contracts';
import { fileSink } from '@perf/export-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

let folder = '';
let path = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'perf-sink-'));
  path = join(folder, 'out.csv');
});
afterEach(() => rm(folder, { recursive: true }));

const text = (value: string): Uint8Array => Buffer.from(value);

function codeOf(error: unknown): unknown {
  return isPerfError(error) ? error.code : error;
}

describe('fileSink', () => {
  it('shows the file under its name only when it is whole', async () => {
    const sink = fileSink(path);
    await sink.open();
    await sink.write(text('part'));
    expect(await readdir(folder)).toEqual(['out.csv.partial']);

    await sink.commit();

    expect(await readdir(folder)).toEqual(['out.csv']);
    expect(await readFile(path, 'utf8')).toBe('part');
  });

  it('leaves the file that stands there alone until it commits', async () => {
    await writeFile(path, 'old');
    const sink = fileSink(path, { fsync: false });
    await sink.open();
    await sink.write(text('new'));
    expect(await readFile(path, 'utf8')).toBe('old');

    await sink.abort(new Error('stop'));
    await sink.abort(new Error('again'));

    expect(await readdir(folder)).toEqual(['out.csv']);
    expect(await readFile(path, 'utf8')).toBe('old');
  });

  it('begins anew over what a crash left', async () => {
    await writeFile(`${path}.partial`, 'much longer than what comes');
    const sink = fileSink(path);
    await sink.open();
    await sink.write(text('short'));
    await sink.commit();

    expect(await readFile(path, 'utf8')).toBe('short');
  });

  it('never publishes the bytes of an export that takes the partial file over while it commits', async () => {
    for (let turn = 0; turn < 150; turn++) {
      const [first, second] = [fileSink(path, { fsync: false }), fileSink(path, { fsync: false })];
      await first.open();
      await first.write(text(`first ${turn}`));

      const [committed] = await Promise.allSettled([first.commit(), second.open()]);

      const outcome =
        committed.status === 'fulfilled' ? await readFile(path, 'utf8') : codeOf(committed.reason);
      expect([`first ${turn}`, 'ERR_PERF_SINK_FAILED']).toContain(outcome);
      await second.write(text('second'));
      await second.commit();
      expect(await readFile(path, 'utf8')).toBe('second');
      expect(await readdir(folder)).toEqual(['out.csv']);
    }
  });

  it.each([
    [true, ['out.csv', 'out.csv.partial']],
    [false, ['out.csv']],
  ])(
    'has its partial file again after a commit that failed, when told to keep it: %o',
    async (keep, left) => {
      const sink = fileSink(path);
      await sink.open();
      await sink.write(text('part'));
      await mkdir(path);

      await expect(sink.commit()).rejects.toMatchObject({ code: 'EISDIR' });
      await sink.abort(new Error('failed'), { keep });

      expect(await readdir(folder)).toEqual(left);
    },
  );

  it('finds what a process left that was killed in its commit, or removes it when it begins anew', async () => {
    const aside = `${path}.partial.00000000-0000-4000-8000-000000000000`;
    await writeFile(aside, '0123456789');
    const resumed = fileSink(path);
    await resumed.open(4);
    expect(await readdir(folder)).toEqual(['out.csv.partial']);
    await resumed.write(text('rest'));
    await resumed.commit();
    expect(await readFile(path, 'utf8')).toBe('0123rest');

    await writeFile(aside, '0123456789');
    await writeFile(`${path}.partial.txt`, 'of somebody else');
    const anew = fileSink(path);
    await anew.open();
    expect((await readdir(folder)).toSorted()).toEqual(['out.csv', 'out.csv.partial', 'out.csv.partial.txt']);
    await anew.abort(new Error('enough'));
  });

  it('keeps the partial file when told, and goes on from a position in it', async () => {
    const first = fileSink(path);
    await first.open();
    await first.write(text('0123456789'));
    await first.abort(new Error('pause'), { keep: true });

    const second = fileSink(path);
    await second.open(4);
    await second.write(text('xyz'));
    await second.writeAt?.(text('A'), 0);
    await second.sync?.();
    await second.commit();

    expect(await readFile(path, 'utf8')).toBe('A123xyz');
  });

  it('refuses to go on from behind the end', async () => {
    await writeFile(`${path}.partial`, '0123');

    await expect(fileSink(path).open(5)).rejects.toMatchObject({ code: 'ERR_PERF_CHECKPOINT_MISMATCH' });
  });

  it('lets the later of two exports to one path win, unmixed', async () => {
    const [earlier, later] = [fileSink(path), fileSink(path)];
    await earlier.open();
    await earlier.write(text('earlier'));
    await later.open();
    await later.write(text('later'));

    await expect(earlier.commit()).rejects.toMatchObject({ code: 'ERR_PERF_SINK_FAILED' });
    await earlier.abort(new Error('lost'));
    await later.commit();

    expect(await readFile(path, 'utf8')).toBe('later');
    expect(await readdir(folder)).toEqual(['out.csv']);
  });

  it('has nothing under the final name after a commit that was given up', async () => {
    const sink = fileSink(path);
    await sink.open();
    await sink.write(text('data'));

    const committing = sink.commit().then(
      () => true,
      () => false,
    );
    await sink.abort(new Error('too late or not'));
    const came = await committing;

    expect(await readdir(folder)).toEqual(came ? ['out.csv'] : []);
  });

  it('refuses a folder, a device, a missing folder and an empty name', async () => {
    await mkdir(path);
    await symlink('/dev/null', join(folder, 'null'));

    await expect(fileSink(path).open()).rejects.toMatchObject({ code: 'ERR_PERF_OPEN_FAILED' });
    await expect(fileSink(join(folder, 'null')).open()).rejects.toThrow(/device or pipe/);
    await expect(fileSink(join(folder, 'no', 'x.csv')).open()).rejects.toThrow(/folder does not exist/);
    expect(() => fileSink('')).toThrow(expect.objectContaining({ code: 'ERR_PERF_INVALID_OPTION' }));
  });

  it('cannot be written or committed before it is open, nor opened twice', async () => {
    const sink = fileSink(path);
    await expect(sink.write(text('x'))).rejects.toMatchObject({ code: 'ERR_PERF_SINK_FAILED' });
    await expect(sink.commit()).rejects.toMatchObject({ code: 'ERR_PERF_SINK_FAILED' });
    await sink.open();

    await expect(sink.open()).rejects.toMatchObject({ code: 'ERR_PERF_OPEN_FAILED' });
    await sink.abort(new Error('end'));
  });
});
