import { PerfError } from '@perf/contracts';
import type { CaseReport, Figure } from '@perf/testkit/measure';
import { median, peerVersion, quartiles, runChild } from '@perf/testkit/measure';

const CASES_MODULE = new URL('memory-cases.ts', import.meta.url);
const BYTES_MODULE = new URL('bytes-case.ts', import.meta.url);
/** Runs of each measuring of bytes: they differ by less than 1 %. */
const BYTES_RUNS = 3;

const LIVE = '100,000 live keys, random order, values not looked into';
const CASES = [
  {
    case: 'hit-lru',
    id: 'memory.get-hit.vs-lru-cache',
    peer: 'lru-cache',
    note: `MemoryStore.get against get, ${LIVE}`,
  },
  { case: 'hit-map', id: 'memory.get-hit.vs-map', peer: 'Map', note: `MemoryStore.get against get, ${LIVE}` },
  {
    case: 'full',
    id: 'memory.full.get-hit.vs-lru-cache-ttl',
    peer: 'lru-cache',
    note: `MemoryStore.get with ttl, one tag, sizes and statistics against get with ttl, ${LIVE}`,
  },
  {
    case: 'overwrite',
    id: 'memory.overwrite.vs-lru-cache',
    peer: 'lru-cache',
    note: 'MemoryStore.put against set, 100,000 live keys, random order, another value each time',
  },
  {
    case: 'churn',
    id: 'memory.churn.vs-lru-cache',
    peer: 'lru-cache',
    note: 'get, then put when missing; zipf 0.99 over 1,000,000 keys, 10,000 entries',
  },
] as const;

/** Figures of the memory store's own calls, with the adaptive policy; every case in processes of its own. */
export async function memoryFigures(quick: boolean): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const { case: name, id, peer, note } of CASES) {
    const report = await runChild({
      module: CASES_MODULE,
      args: ['--case', name, ...(quick ? ['--quick'] : [])],
    });
    const base = id.slice(0, id.lastIndexOf('.vs-'));
    const version =
      peer === 'Map' ? `Map of Node ${process.versions.node}` : peerVersion(peer, import.meta.url);
    const n = numberOf(report, 'n');
    const ours = ` (ours ${numberOf(report, 'oursNs').toFixed(0)} ns, peer ${numberOf(report, 'peerNs').toFixed(0)} ns)`;
    figures.push({
      id,
      value: numberOf(report, 'value'),
      peer: version,
      n,
      spread: spreadOf(report),
      note: `${note}${base === 'memory.churn' ? hitShares(report) : ''}${ours}${quick ? ', quick' : ''}`,
    });
  }
  for (const mode of ['plain', 'full'] as const) figures.push(await bytesFigure(mode, quick));
  return figures;
}

async function bytesFigure(mode: 'plain' | 'full', quick: boolean): Promise<Figure> {
  const values: number[] = [];
  for (let run = 0; run < (quick ? 1 : BYTES_RUNS); run++)
    values.push(
      numberOf(
        await runChild({ module: BYTES_MODULE, args: [mode], execArgv: ['--expose-gc'] }),
        'bytesPerEntry',
      ),
    );
  return {
    id: mode === 'plain' ? 'memory.bytes-per-entry' : 'memory.bytes-per-entry-full',
    value: median(values),
    unit: 'B',
    n: values.length,
    spread: quartiles(values),
    note: `heapUsed + external, 1,000,000 entries, keys and values held outside, ${
      mode === 'plain' ? 'one size, nothing expires' : 'ttl, tags and sizes of each'
    }, after 20,000 evictions`,
  };
}

function numberOf(report: CaseReport, name: string): number {
  const value = report[name];
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw new PerfError('ERR_PERF_RUN_INVALID', `a case reported no ${name}`);
}

function spreadOf({ spread }: CaseReport): readonly [number, number] {
  if (Array.isArray(spread) && typeof spread[0] === 'number' && typeof spread[1] === 'number')
    return [spread[0], spread[1]];
  throw new PerfError('ERR_PERF_RUN_INVALID', 'a case reported no spread');
}

/** The share of hits on both sides, in percent. */
function hitShares({ kept }: CaseReport): string {
  if (!Array.isArray(kept)) return '';
  return `, hits ${kept.map((share) => `${(Number(share) * 100).toFixed(1)} %`).join(' and ')}`;
}
