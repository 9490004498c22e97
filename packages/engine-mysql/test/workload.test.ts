import { describe, expect, it } from 'vitest';
import { MissingServerError, startMariadb, serversAreRequired } from '@perf/services';
import { openEngine } from './open.ts';

/** A server of its own that counts what it does: MariaDB decides that when it starts. */
async function countingServer(): Promise<Awaited<ReturnType<typeof startMariadb>> | undefined> {
  try {
    return await startMariadb({ serverArguments: ['--performance-schema=ON'] });
  } catch (error) {
    if (error instanceof MissingServerError && !serversAreRequired()) return undefined;
    throw error;
  }
}

describe('workload of MariaDB', () => {
  it('tells the statements that took most time, without their literals, and the uses of indexes', async ({
    skip,
  }) => {
    await using server = await countingServer();
    if (server === undefined) return skip('no MariaDB');
    const opened = await openEngine(server.url);
    await opened.run('CREATE TABLE t (id INT PRIMARY KEY, n INT, KEY by_n (n))');
    await opened.run('INSERT INTO t SELECT seq, seq FROM seq_1_to_1000');
    for (const sum of [777, 778, 779])
      await opened.run(`SELECT COUNT(*) FROM t a JOIN t b ON a.n + b.n = ${sum} WHERE a.id > 5`);

    const workload = await opened.engine.workload({ limit: 20 });
    const found = workload.find((statement) => statement.text.includes('`a` . `n` + `b` . `n`'));
    const written = workload.find((statement) => statement.text.startsWith('INSERT INTO `t`'));
    const index = (await opened.engine.indexes()).find(({ name }) => name === 'by_n');

    expect(found?.calls).toBe(3);
    expect(found?.meanMs).toBeGreaterThan(0.1);
    expect(workload.map(({ text }) => text).join()).not.toContain('777');
    expect(found).not.toHaveProperty('writesPerS');
    expect(written?.writesPerS).toBeGreaterThan(0);
    expect(index?.scans).toBeGreaterThan(0);
    await opened.close();
  });
});
