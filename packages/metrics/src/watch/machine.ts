import { readFile, statfs } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { PerfError } from '@perf/contracts';

/** What is read of the machine; the defaults are Linux's own files. */
export interface MachineSource {
  /** The text of a file, or undefined when there is none. */
  readonly read: (path: string) => Promise<string | undefined>;
  /** Share of the file system in use, 0 to 1. */
  readonly diskShare: () => Promise<number | undefined>;
  /** Cores that the process may use when no limit is set. */
  readonly cores: number;
  /** Milliseconds that never go back. */
  readonly now: () => number;
}

/** This machine. */
export const THIS_MACHINE: MachineSource = {
  async read(path) {
    try {
      return await readFile(path, 'utf8');
    } catch {
      // Other platforms and other versions of control groups have other files: absent means "no source".
      return undefined;
    }
  },
  async diskShare() {
    const { blocks, bfree, bavail } = await statfs('.');
    const usable = blocks - bfree + bavail;
    return usable === 0 ? undefined : (blocks - bfree) / usable;
  },
  cores: availableParallelism(),
  now: () => performance.now(),
};

/** Processor time since some beginning, and how many cores it may fill. */
export interface CpuReading {
  readonly usedSeconds: number;
  readonly cores: number;
}

/**
 * Processor time of the container when it has a limit (control groups 2, then 1), else of the machine.
 * Undefined where neither can be read.
 */
export async function readCpu({ read, cores }: MachineSource): Promise<CpuReading | undefined> {
  const max = (await read('/sys/fs/cgroup/cpu.max'))?.trim().split(' ');
  const usage = /^usage_usec (\d+)$/m.exec((await read('/sys/fs/cgroup/cpu.stat')) ?? '')?.[1];
  if (max?.[0] !== undefined && max[0] !== 'max' && usage !== undefined)
    return { usedSeconds: Number(usage) / 1e6, cores: Number(max[0]) / Number(max[1]) };
  const quota = Number(await read('/sys/fs/cgroup/cpu/cpu.cfs_quota_us'));
  const period = Number(await read('/sys/fs/cgroup/cpu/cpu.cfs_period_us'));
  const used = await read('/sys/fs/cgroup/cpuacct/cpuacct.usage');
  if (quota > 0 && period > 0 && used !== undefined)
    return { usedSeconds: Number(used) / 1e9, cores: quota / period };
  const total = /^cpu +(.+)$/m.exec((await read('/proc/stat')) ?? '')?.[1];
  if (total === undefined) return undefined;
  // user nice system idle iowait irq softirq steal, in hundredths of a second.
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0] = total.split(' ').map(Number);
  return { usedSeconds: (user + nice + system + irq + softirq) / 100, cores };
}

/** Share of memory in use, 0 to 1: of the container's limit, reclaimable file pages not counted, else of the machine's. */
export async function readMemoryShare({ read }: MachineSource): Promise<number | undefined> {
  const info = (await read('/proc/meminfo')) ?? '';
  const kib = (name: string): number => Number(new RegExp(`^${name}: +(\\d+) kB$`, 'm').exec(info)?.[1]);
  const total = kib('MemTotal') * 1024;
  const groups = [
    ['/sys/fs/cgroup/memory.max', '/sys/fs/cgroup/memory.current', '/sys/fs/cgroup/memory.stat'],
    [
      '/sys/fs/cgroup/memory/memory.limit_in_bytes',
      '/sys/fs/cgroup/memory/memory.usage_in_bytes',
      '/sys/fs/cgroup/memory/memory.stat',
    ],
  ] as const;
  for (const [limitFile, usedFile, statFile] of groups) {
    const limit = Number(await read(limitFile));
    // A limit above the machine's memory is none: control groups 1 say so with a number near 2 ** 63.
    if (!(limit > 0) || limit > total) continue;
    const used = Number(await read(usedFile));
    const inactive = Number(/^(?:total_)?inactive_file (\d+)$/m.exec((await read(statFile)) ?? '')?.[1] ?? 0);
    if (Number.isFinite(used)) return Math.max(0, used - inactive) / limit;
  }
  const share = 1 - (kib('MemAvailable') * 1024) / total;
  return Number.isFinite(share) ? share : undefined;
}

/** Bytes over all interfaces but loopback, since the machine started. Undefined where there is no source. */
export async function readNetwork({ read }: MachineSource): Promise<{ in: number; out: number } | undefined> {
  const lines = (await read('/proc/net/dev'))?.split('\n').filter((line) => line.includes(':'));
  if (lines === undefined) return undefined;
  let received = 0;
  let sent = 0;
  for (const line of lines) {
    const [device = '', numbers = ''] = line.split(':');
    if (device.trim() === 'lo') continue;
    const fields = numbers.trim().split(/ +/).map(Number);
    received += fields[0] ?? 0;
    sent += fields[8] ?? 0;
  }
  return { in: received, out: sent };
}

/** A share as a percentage from 0 to 100. */
export function percentOf(share: number): number {
  if (Number.isNaN(share)) throw new PerfError('ERR_PERF_INVALID_VALUE', 'a share must be a number');
  return 100 * Math.min(1, Math.max(0, share));
}
