import type { JobRequest } from '@perf/contracts';
import { createExportJobs, folderOutputs, memoryJobQueue, memoryJobStore } from '@perf/export-jobs';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const PLAIN: JobRequest = { source: { name: 's' }, format: 'csv', owner: 'ada' };

/** What is kept of a request, as any other process reads it. */
async function kept(request: unknown): Promise<JobRequest | undefined> {
  const jobs = createExportJobs({
    queue: memoryJobQueue(),
    store: memoryJobStore(),
    outputs: folderOutputs('nowhere'),
  });
  // A server hands on what it was sent, whatever that is.
  const door: { submit(request: unknown): Promise<string> } = jobs;
  const id = await door.submit(request);
  return (await jobs.get(id))?.request;
}

function withParams(params: unknown): unknown {
  return { ...PLAIN, source: { name: 's', params } };
}

const cycle: unknown[] = [];
cycle.push({ cycle });
const laughs: unknown[] = Array.from({ length: 60 }).reduce<unknown[]>((inner) => [inner, inner], []);

const HOSTILE: readonly [what: string, request: unknown][] = [
  ['nothing', undefined],
  ['a text', 'SELECT 1'],
  ['no source', { format: 'csv', owner: 'ada' }],
  ['a source that is null', { ...PLAIN, source: null }],
  ['a source without a name', { ...PLAIN, source: {} }],
  ['a format that is a number', { ...PLAIN, format: 7 }],
  ['no owner', { ...PLAIN, owner: '' }],
  ['an owner without an end', { ...PLAIN, owner: 'a'.repeat(201) }],
  ['half a character', { ...PLAIN, owner: '\uD800' }],
  ['options that are a list', { ...PLAIN, options: [] }],
  ['options that are null', { ...PLAIN, options: null }],
  ['a template that is none', { ...PLAIN, template: { columns: 7 } }],
  ['a cycle', withParams(cycle)],
  ['a list of lists of lists that would never end', withParams(laughs)],
  ['a function', withParams({ run: () => 1 })],
  ['a function that JSON would call', withParams({ toJSON: () => 'SELECT 1' })],
  ['an int64', withParams({ id: 1n })],
  ['a symbol', withParams(Symbol('s'))],
  ['undefined in an object', withParams({ a: undefined })],
  ['NaN', withParams([Number.NaN])],
  ['an infinite number', withParams(Number.POSITIVE_INFINITY)],
  ['a date', withParams(new Date())],
  ['a map', withParams(new Map())],
  ['bytes', withParams(Buffer.from('x'))],
  ['a list with holes', withParams(Object.assign([1], { length: 3 }))],
  ['a list with a name', withParams(Object.assign([1], { name: 'x' }))],
  ['what is too large', withParams('x'.repeat(1_000_001))],
];

describe('a request', () => {
  it.each(HOSTILE)('is refused with %s', async (_what, request) => {
    await expect(kept(request)).rejects.toMatchObject({ code: 'ERR_PERF_INVALID_OPTION' });
  });

  it.each([
    '../x',
    'a/b',
    'a\\b',
    '..',
    '.',
    '.hidden',
    'C:x',
    'a\u0000b',
    'a\nb',
    'end.',
    'end ',
    '',
    '2.partial',
    '2.partial.00000000-0000-4000-8000-000000000000',
    '17.checkpoint',
    '1.checkpoint.next',
    'ü'.repeat(101),
  ])('is refused with the file name %j', async (fileName) => {
    await expect(kept({ ...PLAIN, fileName })).rejects.toMatchObject({ code: 'ERR_PERF_INVALID_OPTION' });
  });

  it('changes nothing that everybody has', async () => {
    const params: unknown = JSON.parse('{"__proto__": {"isAdmin": true}, "constructor": {"prototype": 1}}');
    const options: unknown = JSON.parse('{"__proto__": {"isAdmin": true}}');

    const request = await kept({ ...PLAIN, source: { name: 's', params }, options });

    expect(JSON.stringify(request?.source.params)).toBe(JSON.stringify(params));
    expect(Reflect.get(request?.options ?? {}, 'isAdmin')).toBeUndefined();
    expect(Reflect.get({}, 'isAdmin')).toBeUndefined();
  });

  it('is kept as it was, whatever JSON it holds and whoever changes it later', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue({ maxDepth: 5 }), async (params) => {
        fc.pre(params !== undefined && !JSON.stringify(params).includes('__proto__'));
        const given = structuredClone(params);

        const request = await kept(withParams(given));

        expect(JSON.stringify(request?.source.params)).toBe(JSON.stringify(params));
      }),
      { numRuns: 50 },
    );
    const list = [1];
    const request = kept(withParams(list));
    list.push(2);
    expect((await request)?.source.params).toEqual([1]);
  });
});
