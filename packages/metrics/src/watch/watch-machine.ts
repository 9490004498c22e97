import type { PerfMetrics } from '../create-metrics.ts';
import type { Registry } from '../registry.ts';
import type { CpuReading, MachineSource } from './machine.ts';
import { THIS_MACHINE, percentOf, readCpu, readMemoryShare, readNetwork } from './machine.ts';

/** Two readings nearer to each other than this, in ms, say nothing of the processor. */
const LEAST_INTERVAL_MS = 500;

/**
 * Shows at each reading how much of processor, memory and disk is in use, in percent of what the container may use, and the bytes
 * over the network. What the platform has no source for is left out; the processor is, until the second reading. Disposing ends it.
 * @param source for tests; absent parts are this machine's own
 */
export function watchMachine(
  registry: Registry,
  metrics: PerfMetrics,
  source: Partial<MachineSource> = {},
): Disposable {
  const machine: MachineSource = { ...THIS_MACHINE, ...source };
  let last: (CpuReading & { readonly at: number }) | undefined;
  return registry.onCollect(async () => {
    const cpu = await readCpu(machine);
    const at = machine.now();
    if (cpu !== undefined && last !== undefined && at - last.at >= LEAST_INTERVAL_MS) {
      const seconds = (at - last.at) / 1000;
      metrics.cpuUsage.with().set(percentOf((cpu.usedSeconds - last.usedSeconds) / seconds / cpu.cores));
    }
    if (cpu !== undefined && (last === undefined || at - last.at >= LEAST_INTERVAL_MS)) last = { ...cpu, at };
    const memory = await readMemoryShare(machine);
    if (memory !== undefined) metrics.memoryUsage.with().set(percentOf(memory));
    const disk = await machine.diskShare();
    if (disk !== undefined) metrics.diskUsage.with().set(percentOf(disk));
    const network = await readNetwork(machine);
    if (network === undefined) return;
    metrics.networkIo.with({ direction: 'in' }).follow(network.in);
    metrics.networkIo.with({ direction: 'out' }).follow(network.out);
  });
}
