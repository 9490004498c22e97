import { loadScenarios } from './load-scenarios.ts';
import { faultScenarios } from './fault-scenarios.ts';
import type { Scenario, Stage, Way } from './scenario.ts';
import { METHOD_OF, OTHER_NODE_MS } from './scenario.ts';

/** The load that an invalidation overtakes, and when the invalidation comes, in ms. */
const NEAR = { loadMs: 100, atMs: 30 };
const FAR = { loadMs: 150, atMs: 50 };

/** Names of the scenarios that have one in the tables of the field; the others take the name of their neighbour and the way. */
const IN_FLIGHT: Readonly<Record<Way, string>> = { delete: 'R1', tag: 'R2', set: 'R3', clear: 'R4' };
const WAYS: readonly Way[] = ['delete', 'tag', 'set', 'clear'];

/** A load is overtaken by an invalidation on its own node: what it gives is not kept. */
function inFlight(way: Way): Scenario {
  return {
    id: IN_FLIGHT[way],
    claim: `a ${way} during a load on the same node is obeyed at once`,
    needs: [METHOD_OF[way]],
    async run(stage) {
      await overtaken(stage, way, `${stage.key}-a`, false);
      await overtaken(stage, way, `${stage.key}-b`, true);
    },
  };
}

/** @param early whether somebody reads while the old load still runs; that may hide what the old load does at its end */
async function overtaken(stage: Stage, way: Way, key: string, early: boolean): Promise<void> {
  const first = stage.read(0, NEAR.loadMs, key);
  await stage.pause(NEAR.atMs);
  await stage.invalidate(0, way, key);
  const second = early ? stage.expectNew(0, 'a read right after the acknowledgement', key) : undefined;
  // The first caller came before; whatever it is given, an error too, is no lie.
  await Promise.allSettled([first, second]);
  await second;
  await stage.pause(10);
  await stage.expectNew(0, 'a read after the load ended', key);
}

/** A value that is kept is invalidated on its own node. */
function plain(way: Way): Scenario {
  return {
    id: way === 'tag' ? 'R5' : `R5 ${way}`,
    claim: `a ${way} is obeyed at once on the same node`,
    needs: [METHOD_OF[way]],
    async run(stage) {
      await stage.read(0);
      await stage.pause(10);
      await stage.invalidate(0, way);
      await stage.expectNew(0, 'a read right after the acknowledgement');
      await stage.expectNew(0, 'the read after that');
    },
  };
}

/** A value that two nodes keep is invalidated on one of them. */
function elsewhere(way: Way): Scenario {
  const id = way === 'delete' ? 'R6' : way === 'tag' ? 'R7' : `R6 ${way}`;
  return {
    id,
    claim: `a ${way} is obeyed on another node ${OTHER_NODE_MS} ms later`,
    needs: [METHOD_OF[way]],
    nodes: 2,
    async run(stage) {
      await stage.read(0);
      await stage.read(1);
      await stage.read(1);
      await stage.invalidate(0, way);
      await stage.pause(OTHER_NODE_MS);
      await stage.expectNew(1, 'the other node');
      await stage.expectNew(0, 'the node itself');
    },
  };
}

/** A load on one node is overtaken by an invalidation on another. */
function inFlightElsewhere(way: Way): Scenario {
  return {
    id: way === 'delete' ? 'R8' : `R8 ${way}`,
    claim: `a ${way} during a load on another node is obeyed there and here`,
    needs: [METHOD_OF[way]],
    nodes: 2,
    async run(stage) {
      const first = stage.read(1, FAR.loadMs);
      await stage.pause(FAR.atMs);
      await stage.invalidate(0, way);
      const acknowledged = performance.now();
      await stage.expectNew(0, 'the invalidating node, during the load');
      await Promise.allSettled([first]);
      await stage.pause(Math.max(0, acknowledged + OTHER_NODE_MS - performance.now()));
      await stage.expectNew(1, 'the loading node, after its load ended');
      await stage.expectNew(0, 'the invalidating node, after the load ended');
    },
  };
}

/**
 * The scenarios of truth and of loads, R1 to R11 and what stands beside them, S1, and F1 to F3 for which messages must be disturbed.
 * R1–R4: delete, tag, set, clear during a load on the same node; R5: of a kept value; R6, R7: seen from another node; R8: during a
 * load on another node.
 */
export const truthScenarios: readonly Scenario[] = [
  ...WAYS.map(inFlight),
  ...WAYS.map(plain),
  ...WAYS.map(elsewhere),
  ...WAYS.map(inFlightElsewhere),
  ...loadScenarios,
  ...faultScenarios,
];
