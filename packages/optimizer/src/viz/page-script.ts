import { BOX } from './plan-drawing.ts';

/**
 * What the page of a plan can do: choose a step, fold and unfold, search, go about by keys. It reads figures and texts from the
 * page itself, puts in texts as text only, and asks nothing of anywhere. Folding lays the rest out again: subtrees are put
 * side by side as close as their outlines allow.
 */
export const PAGE_SCRIPT: string = `'use strict';
const SIZE = { x: ${BOX.width + BOX.gapX}, y: ${BOX.height + BOX.gapY}, w: ${BOX.width}, h: ${BOX.height}, gap: ${BOX.gapY}, margin: ${BOX.margin} };
const SVG = 'http://www.w3.org/2000/svg';
for (const section of document.querySelectorAll('section[data-plan]')) start(section);

function start(section) {
  const svg = section.querySelector('.picture > svg');
  const more = section.querySelector('.more');
  const heads = [...section.querySelectorAll('thead th')].map((head) => head.textContent);
  const steps = [...section.querySelectorAll('[data-n]')].map((box) => ({ box, parent: Number(box.dataset.p), depth: Number(box.dataset.d), children: [], folded: false, shown: true, x: 0 }));
  for (const row of section.querySelectorAll('[data-r]')) steps[Number(row.dataset.r)].row = row;
  for (const edge of section.querySelectorAll('[data-e]')) steps[Number(edge.dataset.e)].edge = edge;
  steps.forEach((step, at) => {
    step.at = at;
    step.text = (step.row.textContent || '').toLowerCase();
    if (step.parent >= 0) steps[step.parent].children.push(step);
    step.box.setAttribute('tabindex', at === 0 ? '0' : '-1');
    step.box.addEventListener('click', () => pick(step));
    step.box.addEventListener('dblclick', () => fold(step));
  });
  for (const step of steps) if (step.children.length > 0) knob(step);
  for (const go of section.querySelectorAll('[data-go]')) go.addEventListener('click', () => pick(reveal(steps[Number(go.dataset.go)]), true));
  svg.addEventListener('keydown', onKey);
  document.getElementById('unfold').addEventListener('click', () => foldAll(false));
  document.getElementById('fold').addEventListener('click', () => foldAll(true));
  document.getElementById('fit').addEventListener('click', () => section.querySelector('.picture').classList.toggle('fit'));
  const search = document.getElementById('search');
  let last = -1;
  search.addEventListener('input', () => { last = -1; seek(search.value); });
  search.addEventListener('keydown', (event) => {
    const hits = steps.filter((step) => step.box.classList.contains('hit'));
    if (event.key !== 'Enter' || hits.length === 0) return;
    last = (last + (event.shiftKey ? hits.length - 1 : 1)) % hits.length;
    pick(reveal(hits[last]), false, true);
  });
  let picked;
  const frame = section.querySelector('.picture');
  const [root] = steps[0].box.getAttribute('transform').match(/\\d+/);
  frame.scrollLeft = Number(root) + SIZE.w / 2 - frame.clientWidth / 2;

  function knob(step) {
    const group = document.createElementNS(SVG, 'g');
    group.setAttribute('transform', 'translate(' + SIZE.w / 2 + ' ' + SIZE.h + ')');
    const dot = document.createElementNS(SVG, 'circle');
    dot.setAttribute('r', '8');
    dot.setAttribute('class', 'fold');
    const sign = document.createElementNS(SVG, 'text');
    sign.setAttribute('class', 'fold-text');
    sign.setAttribute('text-anchor', 'middle');
    sign.setAttribute('y', '4');
    group.append(dot, sign);
    group.addEventListener('click', (event) => { event.stopPropagation(); fold(step); });
    step.sign = sign;
    step.box.append(group);
    mark(step);
  }

  function mark(step) {
    step.sign.textContent = step.folded ? '+' : '\\u2212';
    step.box.classList.toggle('folded', step.folded);
    step.box.setAttribute('aria-expanded', String(!step.folded));
  }

  function fold(step, folded = !step.folded) {
    if (step.children.length === 0) return;
    step.folded = folded;
    mark(step);
    show();
  }

  function foldAll(folded) {
    for (const step of steps) if (step.children.length > 0 && (step.depth > 0 || !folded)) { step.folded = folded; mark(step); }
    show();
  }

  function reveal(step) {
    for (let above = steps[step.parent]; above; above = steps[above.parent]) if (above.folded) { above.folded = false; mark(above); }
    show();
    return step;
  }

  function show() {
    let deepest = 0;
    for (const step of steps) {
      const above = steps[step.parent];
      step.shown = !above || (above.shown && !above.folded);
      for (const part of [step.box, step.row, step.edge]) if (part) part.toggleAttribute('hidden', !step.shown);
      if (step.shown) deepest = Math.max(deepest, step.depth);
    }
    const width = place();
    for (const step of steps) {
      if (!step.shown) continue;
      const x = Math.round(SIZE.margin + step.x * SIZE.x);
      const y = SIZE.margin + step.depth * SIZE.y;
      step.box.setAttribute('transform', 'translate(' + x + ' ' + y + ')');
      if (!step.edge) continue;
      const a = Math.round(SIZE.margin + steps[step.parent].x * SIZE.x) + SIZE.w / 2;
      const b = x + SIZE.w / 2;
      const middle = y - SIZE.gap / 2;
      step.edge.setAttribute('d', 'M' + a + ' ' + (y - SIZE.gap) + 'C' + a + ' ' + middle + ' ' + b + ' ' + middle + ' ' + b + ' ' + y);
    }
    const size = [2 * SIZE.margin + width * SIZE.x - (SIZE.x - SIZE.w), 2 * SIZE.margin + (deepest + 1) * SIZE.y - SIZE.gap].map(Math.round);
    svg.setAttribute('width', size[0]);
    svg.setAttribute('height', size[1]);
    svg.setAttribute('viewBox', '0 0 ' + size.join(' '));
  }

  function place() {
    for (let at = steps.length - 1; at >= 0; at--) {
      const step = steps[at];
      const children = step.children.filter((child) => child.shown);
      step.left = [0];
      step.right = [0];
      if (children.length === 0) continue;
      const [left, right] = [[], []];
      for (const child of children) {
        let by = 0;
        for (let level = 0; level < child.left.length && level < right.length; level++) by = Math.max(by, right[level] + 1 - child.left[level]);
        child.by = by;
        child.left.forEach((edge, level) => { if (left[level] === undefined) left[level] = edge + by; right[level] = child.right[level] + by; });
      }
      const middle = (children[0].by + children[children.length - 1].by) / 2;
      for (const child of children) child.by -= middle;
      step.left.push(...left.map((edge) => edge - middle));
      step.right.push(...right.map((edge) => edge - middle));
    }
    const least = Math.min(...steps[0].left);
    for (const step of steps) if (step.shown) step.x = step.parent < 0 ? -least : steps[step.parent].x + step.by;
    return Math.max(...steps[0].right) - least + 1;
  }

  function pick(step, withFocus = false, quietly = false) {
    for (const part of picked ? [picked.box, picked.row] : []) part.classList.remove('picked');
    if (picked) picked.box.setAttribute('tabindex', '-1'); else steps[0].box.setAttribute('tabindex', '-1');
    picked = step;
    step.box.setAttribute('tabindex', '0');
    for (const part of [step.box, step.row]) part.classList.add('picked');
    tell(step);
    step.box.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    if (!quietly || withFocus) step.box.focus({ preventScroll: true });
  }

  function tell(step) {
    const list = document.createElement('dl');
    [...step.row.children].forEach((cell, at) => {
      const text = (at === 0 ? cell.querySelector('button') : cell).textContent.trim();
      if (text === '') return;
      const [name, value] = [document.createElement('dt'), document.createElement('dd')];
      name.textContent = heads[at];
      value.textContent = text;
      list.append(name, value);
    });
    more.replaceChildren(list);
    more.hidden = false;
  }

  function seek(text) {
    const wanted = text.trim().toLowerCase();
    section.classList.toggle('seeking', wanted !== '');
    let found = 0;
    for (const step of steps) {
      const hit = wanted !== '' && step.text.includes(wanted);
      if (hit) found++;
      for (const part of [step.box, step.row]) part.classList.toggle('hit', hit);
    }
    section.querySelector('.found').textContent = wanted === '' ? '' : found + (found === 1 ? ' step found' : ' steps found');
  }

  function onKey(event) {
    const step = steps.find((one) => one.box === event.target);
    if (!step) return;
    const siblings = step.parent < 0 ? [step] : steps[step.parent].children;
    const at = siblings.indexOf(step);
    const to = { ArrowUp: steps[step.parent], ArrowDown: step.folded ? undefined : step.children[0], ArrowLeft: siblings[at - 1], ArrowRight: siblings[at + 1], Home: steps[0] }[event.key];
    if (event.key === 'Enter' || event.key === ' ') { pick(step); fold(step); } else if (to) pick(to); else if (!event.key.startsWith('Arrow')) return;
    event.preventDefault();
  }
}

document.addEventListener('keydown', (event) => {
  if (event.key !== '/' || event.target instanceof HTMLInputElement) return;
  event.preventDefault();
  document.getElementById('search').focus();
});
`;
