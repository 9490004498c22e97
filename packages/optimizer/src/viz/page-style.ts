import { PLAN_STYLE } from './plan-svg.ts';

/** How the page of a plan looks. */
export const PAGE_STYLE: string = `:root { color-scheme: light dark; }
${PLAN_STYLE}
body.pv { margin: 0; background: var(--pv-page); color: var(--pv-ink); font: 14px/1.5 system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; }
main { padding: 0 1.25rem 3rem; } header { padding: 1rem 1.25rem .25rem; }
h1 { font-size: 1.3rem; margin: 0; overflow-wrap: anywhere; } h2 { font-size: 1.05rem; margin: 1.75rem 0 .5rem; }
section { scroll-margin-top: 4rem; } p { margin: .25rem 0; } .soft { color: var(--pv-soft); }
.tools { display: flex; flex-wrap: wrap; gap: .5rem; align-items: center; position: sticky; top: 0; z-index: 1; padding: .5rem 1.25rem; background: var(--pv-page); border-bottom: 1px solid var(--pv-line); }
.tools input { font: inherit; color: inherit; background: var(--pv-box); padding: .25rem .6rem; border: 1px solid var(--pv-line); border-radius: 6px; width: min(20rem, 60vw); }
.tools button { font: inherit; color: inherit; background: var(--pv-box); padding: .25rem .7rem; border: 1px solid var(--pv-line); border-radius: 6px; cursor: pointer; }
:is(button, input, .picture, [data-n]):focus-visible { outline: 2px solid var(--pv-hot); outline-offset: 2px; }
.picture { margin-top: .6rem; overflow: auto; max-height: 78vh; border: 1px solid var(--pv-line); border-radius: 8px; }
.picture svg { display: block; } .picture.fit > svg { max-width: 100%; height: auto; }
[data-n] { cursor: pointer; outline: none; } [data-n]:focus-visible > .pv-box { stroke-width: 3; }
[data-n].picked > .pv-box { stroke-width: 3; } [data-n].folded > .pv-box { stroke-dasharray: 8 3; fill: var(--pv-note-box); }
.pv .fold { fill: var(--pv-note-box); stroke: var(--pv-line); } .pv .fold-text { font-size: 11px; font-weight: 600; }
.seeking [data-n]:not(.hit) { opacity: .3; } .seeking tr[data-r]:not(.hit) { opacity: .45; } .hit > .pv-box { fill: var(--pv-warn-box); }
[hidden] { display: none !important; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; background: var(--pv-box); } .wide { overflow-x: auto; border: 1px solid var(--pv-line); border-radius: 8px; }
.wide table { width: 100%; } .narrow { margin: .5rem 0 1rem; border: 1px solid var(--pv-line); }
th, td { text-align: left; padding: .25rem .6rem; border-bottom: 1px solid var(--pv-line); vertical-align: top; font-weight: 400; }
thead th { font-weight: 600; color: var(--pv-soft); font-size: 12px; white-space: nowrap; } tbody tr:last-child > * { border-bottom: 0; }
.n { text-align: right; white-space: nowrap; } tbody th { white-space: nowrap; } .wide td:last-child { min-width: 16rem; overflow-wrap: anywhere; }
.stem { font-family: ui-monospace, "DejaVu Sans Mono", monospace; color: var(--pv-soft); white-space: pre; }
[data-go] { font: inherit; font-weight: 600; color: inherit; background: none; border: 0; padding: 0 2px; cursor: pointer; text-decoration: underline dotted; text-underline-offset: 3px; }
tr.hot [data-go], .bad { color: var(--pv-hot); } .warn { color: var(--pv-warn); font-weight: 600; } tr.never { color: var(--pv-soft); }
tr.picked > * { background: var(--pv-note-box); } .share rect { fill: var(--pv-bar); } .share { background: var(--pv-note-box); border-radius: 2px; }
tr.added > td:nth-child(2), .good { color: var(--pv-good); font-weight: 600; } tr.removed { color: var(--pv-soft); } tr.removed > th { text-decoration: line-through; } tr.changed > td:nth-child(2) { color: var(--pv-warn); font-weight: 600; }
.verdict { font-size: 1.05rem; font-weight: 600; }
details { margin: .5rem 0; } summary { cursor: pointer; color: var(--pv-soft); padding: .2rem 0; }
.findings { list-style: none; margin: 0; padding: 0; display: grid; gap: .5rem; }
.findings li { background: var(--pv-box); border: 1px solid var(--pv-line); border-left: 4px solid var(--pv-bar); border-radius: 6px; padding: .4rem .75rem; overflow-wrap: anywhere; }
.findings .high { border-left-color: var(--pv-hot); } .findings .medium { border-left-color: var(--pv-warn); }
.findings b { font-weight: 600; text-transform: uppercase; font-size: 11px; letter-spacing: .04em; margin-right: .4rem; }
.more { margin-top: .5rem; background: var(--pv-box); border: 1px solid var(--pv-line); border-radius: 8px; padding: .5rem .9rem; }
.more dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem; margin: 0; } .more dt { color: var(--pv-soft); } .more dd { margin: 0; overflow-wrap: anywhere; }
@media print { .tools { display: none; } .picture { max-height: none; } }`;
