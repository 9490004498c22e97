import { setTimeout as delay } from 'node:timers/promises';
import type { Scenario, Stage } from './scenario.ts';
import { Found, settled } from './verdict.ts';

const CALLERS = 10;
/** Callers per node that ask for one cold key. */
const CROWD = 50;
const CROWD_LOAD_MS = 200;

const failing: Scenario = {
  id: 'R9',
  claim: 'a load that fails is called once, and all its callers are told',
  needs: [],
  async run(stage) {
    let loads = 0;
    const load = async (): Promise<never> => {
      loads++;
      await delay(20);
      throw new Error('the source is down');
    };
    const calls = Array.from({ length: CALLERS }, () => stage.node(0).getOrSet(stage.key, load));
    const outcomes = await settled(Promise.allSettled(calls), 'a failing load');
    const rejected = outcomes.filter(({ status }) => status === 'rejected').length;
    if (rejected < CALLERS) throw new Found('wrong', `${rejected} of ${CALLERS} callers were told`);
    if (loads > 1) throw new Found('repeated', `${loads} loads for ${CALLERS} callers`);
  },
};

const empty: Scenario = {
  id: 'R10',
  claim: 'null is a value that is kept, and undefined is given back without an error',
  needs: [],
  async run(stage) {
    let loads = 0;
    const give = (value: unknown) => async (): Promise<unknown> => {
      loads++;
      return value;
    };
    const ask = (key: string, value: unknown): Promise<unknown> =>
      settled(stage.node(0).getOrSet(key, give(value)), 'a read');
    const values = [await ask(stage.key, null), await ask(stage.key, null)];
    if (values.some((value) => value !== null))
      throw new Found('wrong', `null came back as ${values.join()}`);
    if (loads > 1) throw new Found('repeated', 'null was loaded again');
    const nothing = await ask(`${stage.key}-2`, undefined);
    if (nothing !== undefined && nothing !== null)
      throw new Found('wrong', `undefined came back as ${typeof nothing}`);
  },
};

const mutated: Scenario = {
  id: 'R11',
  claim: 'a second node is not reached by what a caller does to the value it was given',
  needs: [],
  nodes: 2,
  async run(stage) {
    const given = await stage.read(0);
    if (typeof given !== 'object' || given === null || Object.isFrozen(given)) return;
    if ('version' in given) given.version = 'changed';
    await stage.expectNew(1, 'the other node');
  },
};

const crowd: Scenario = {
  id: 'S1',
  claim: `${CROWD} callers on each node for one cold key make one load`,
  needs: [],
  nodes: 2,
  async run(stage) {
    await settled(Promise.all(crowdOf(stage)), 'a read in a crowd', 15_000);
    const loads = stage.source.loads(stage.key);
    if (loads > 1) throw new Found('repeated', `${loads} loads on ${stage.size} nodes`);
  },
};

function crowdOf(stage: Stage): Promise<unknown>[] {
  return Array.from({ length: stage.size * CROWD }, (_, i) =>
    stage.node(i % stage.size).getOrSet(stage.key, stage.source.load(stage.key, CROWD_LOAD_MS)),
  );
}

/** What a cache makes of loads. */
export const loadScenarios: readonly Scenario[] = [failing, empty, mutated, crowd];
