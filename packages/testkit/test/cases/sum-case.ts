import { runCase } from '@perf/testkit/measure';

/** Adds `Number(argv[2])` million numbers; `fail` and `mute` are the ways a case can go wrong. */
const [size = '1', mode = ''] = process.argv.slice(2);

if (mode === 'fail') throw new Error('planted failure');
if (mode === 'mute') process.stdout.write('no report here\n');
else
  await runCase(() => {
    const before = process.cpuUsage();
    let sum = 0;
    for (let i = 0; i < Number(size) * 1_000_000; i++) sum = (sum + i * 7) % 1_000_003;
    // Unlike wall time it says nothing of what else the machine does.
    const cpuMs = process.cpuUsage(before).user / 1000;
    return { rows: Number(size), cpuMs, sum, label: process.env['CASE_LABEL'] };
  });
