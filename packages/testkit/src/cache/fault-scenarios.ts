import type { Scenario, Stage } from './scenario.ts';
import { OTHER_NODE_MS } from './scenario.ts';

/** Ms after which a node has noticed that it missed a message: a second of silence, and what it takes to look again. */
const NOTICED_MS = 1800;
/** Ms for which messages are lost, so that only some are. */
const GAP_MS = 25;

/** Disturbs messages while `work` runs; afterwards they arrive. */
async function disturbed(stage: Stage, how: 'hold' | 'lose', work: () => Promise<void>): Promise<void> {
  await stage.faults[how]();
  try {
    await work();
  } finally {
    await stage.faults.deliver();
  }
}

const late: Scenario = {
  id: 'F1',
  claim:
    'a load that ends before its node has heard of a delete elsewhere does not come back to the deleting node',
  needs: ['delete'],
  nodes: 2,
  needsFaults: true,
  async run(stage) {
    await disturbed(stage, 'hold', async () => {
      const first = stage.read(1, 100);
      await stage.pause(30);
      await stage.invalidate(0, 'delete');
      await first;
      await stage.pause(20);
      await stage.expectNew(0, 'the deleting node, after the load ended');
    });
    await stage.pause(OTHER_NODE_MS);
    await stage.expectNew(1, 'the loading node, after it heard of it');
  },
};

const gap: Scenario = {
  id: 'F2',
  claim: 'a node that missed one message notices it by the next ones',
  needs: ['delete'],
  nodes: 2,
  needsFaults: true,
  async run(stage) {
    await stage.read(0);
    await stage.read(1);
    await disturbed(stage, 'lose', async () => {
      await stage.invalidate(0, 'delete');
      await stage.pause(GAP_MS);
    });
    await stage.pause(NOTICED_MS);
    await stage.expectNew(1, 'the node that missed the message');
  },
};

const silence: Scenario = {
  id: 'F3',
  claim: 'a node that hears nothing any more does not believe its memory',
  needs: ['delete'],
  nodes: 2,
  needsFaults: true,
  async run(stage) {
    await stage.read(0);
    await stage.read(1);
    await disturbed(stage, 'lose', async () => {
      await stage.invalidate(0, 'delete');
      await stage.pause(NOTICED_MS);
      await stage.expectNew(1, 'the deaf node');
    });
    await stage.pause(NOTICED_MS);
    await stage.expectNew(1, 'the node that hears again');
  },
};

/** What happens when messages between nodes come late, or not at all. */
export const faultScenarios: readonly Scenario[] = [late, gap, silence];
