import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ExecutionPlan } from '@perf/contracts';
import { planHtml, readPlan } from '@perf/optimizer';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { missingReaderTools } from '@perf/services/readers';
import { Page } from './chromium.ts';

const golden = (name: string): ExecutionPlan =>
  readPlan(readFileSync(join(import.meta.dirname, 'golden/plans', `${name}.txt`), 'utf8')).plan;

const missing = await missingReaderTools(['chromium']);

describe.skipIf(missing !== undefined)(`the page of a plan, in Chromium ${missing ?? ''}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'perf-page-'));
  let page: Page;
  beforeAll(async () => {
    page = await Page.open('/usr/bin/chromium');
  });
  beforeEach(async () => {
    writeFileSync(join(folder, 'plan.html'), planHtml(golden('postgres-15-join')));
    await page.show(pathToFileURL(join(folder, 'plan.html')).href);
    page.faults.length = 0;
  });
  afterAll(async () => {
    await page[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });

  const focused = (): Promise<unknown> => page.value('document.activeElement.dataset.n');
  const shown = (): Promise<unknown> =>
    page.value("[...document.querySelectorAll('[data-n]:not([hidden])')].map((box) => box.dataset.n).join()");

  it('lets its script run and its style stand, and asks for nothing', async () => {
    expect(await page.value("document.querySelectorAll('.fold').length")).toBe(5);
    expect(await page.value("getComputedStyle(document.querySelector('.pv-box')).strokeWidth")).toBe('2px');
    expect(await page.value("performance.getEntriesByType('resource').length")).toBe(0);
    expect(page.faults).toEqual([]);
  });

  it('goes about by keys, folds, and lays the rest out again', async () => {
    await page.value('document.querySelector(\'[data-n="0"]\').focus()');
    for (const key of ['ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowRight'])
      await page.press(key);
    const right = await focused();
    await page.press('ArrowUp');
    const up = await focused();
    const wide = Number(await page.value("document.querySelector('.picture > svg').getAttribute('width')"));
    await page.press('Enter');

    expect([right, up]).toEqual(['5', '3']);
    expect(await shown()).toBe('0,1,2,3');
    expect(await page.value("document.querySelectorAll('tr[data-r][hidden]').length")).toBe(3);
    expect(
      Number(await page.value("document.querySelector('.picture > svg').getAttribute('width')")),
    ).toBeLessThan(wide);
    expect(await page.value("document.querySelector('[data-n=\"3\"]').getAttribute('aria-expanded')")).toBe(
      'false',
    );
    await page.press('Enter');
    expect(await shown()).toBe('0,1,2,3,4,5,6');
  });

  it('folds and unfolds all, and shows a step of the table whose branch is folded', async () => {
    await page.value("document.getElementById('fold').click()");
    const folded = await shown();
    await page.value('document.querySelector(\'[data-go="6"]\').click()');

    expect(folded).toBe('0,1');
    expect(await focused()).toBe('6');
    expect(await page.value("document.querySelector('.more').textContent")).toContain('scan airports');
    await page.value("document.getElementById('unfold').click()");
    expect(await shown()).toBe('0,1,2,3,4,5,6');
  });

  it('searches by what stands in the table', async () => {
    await page.press('/');
    for (const key of 'delay') await page.press(key);
    await page.press('Enter');

    expect(await page.value("document.getElementById('search').value")).toBe('delay');
    expect(await page.value("document.querySelector('.found').textContent")).toBe('1 step found');
    expect(await page.value("document.querySelector('.picked').dataset.n")).toBe('4');
  });

  it('runs nothing that a name brings along', async () => {
    const evil = `"><script>window.evil = 1</script><img src=x onerror="window.evil = 2"><svg onload="window.evil = 3">`;
    const plan: ExecutionPlan = { operator: evil, table: evil, detail: evil, children: [] };
    writeFileSync(join(folder, 'evil.html'), planHtml(plan, { title: evil, notes: [evil], literals: true }));

    await page.show(pathToFileURL(join(folder, 'evil.html')).href);
    await page.value("document.querySelector('[data-go]').click()");

    expect(await page.value('window.evil')).toBeUndefined();
    expect(await page.value("document.querySelectorAll('img, script').length")).toBe(1);
    expect(await page.value("document.querySelector('.more dd').textContent")).toContain(
      '<script>window.evil',
    );
    expect(page.faults).toEqual([]);
  });
});
