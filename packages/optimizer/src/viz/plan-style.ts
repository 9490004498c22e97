/** Colours of pictures in light and dark, under one name so that a page around them keeps its own. */
export const PALETTE = `
.pv { --pv-ink: #1c2430; --pv-soft: #5b6675; --pv-line: #c3cad4; --pv-box: #fff; --pv-page: #f6f7f9; --pv-hot: #c8372d; --pv-warn: #9a6200;
  --pv-warn-box: #fff3d6; --pv-bad-box: #fde4e1; --pv-note-box: #e8edf4; --pv-bar: #8fa5c2; --pv-good: #1f7a45; }
@media (prefers-color-scheme: dark) {
  .pv { --pv-ink: #e7ebf1; --pv-soft: #a3adbb; --pv-line: #465062; --pv-box: #222a36; --pv-page: #171c24; --pv-hot: #ff7a6e; --pv-warn: #ffcf70;
    --pv-warn-box: #473612; --pv-bad-box: #55221e; --pv-note-box: #323d4d; --pv-bar: #6f88aa; --pv-good: #6fd49b; }
}`;

/** How the parts of a picture look. */
export const DRAWING = `
.pv text { font-family: system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; font-size: 12px; fill: var(--pv-ink); }
.pv .pv-page { fill: var(--pv-page); }
.pv .pv-box { fill: var(--pv-box); stroke: var(--pv-line); }
.pv .pv-title { font-size: 13px; font-weight: 650; }
.pv .pv-soft { fill: var(--pv-soft); font-size: 11px; }
.pv .pv-edge { fill: none; stroke: var(--pv-line); stroke-linecap: round; }
.pv .pv-edge.pv-hot { stroke: var(--pv-hot); }
.pv .pv-hot > .pv-box { stroke: var(--pv-hot); stroke-width: 2; }
.pv .pv-never > .pv-box { stroke-dasharray: 4 3; }
.pv .pv-never text { fill: var(--pv-soft); }
.pv .pv-bar { fill: var(--pv-bar); }
.pv .pv-hot .pv-bar { fill: var(--pv-hot); }
.pv .pv-badge { font-size: 10.5px; }
.pv .pv-note { fill: var(--pv-note-box); }
.pv .pv-warn { fill: var(--pv-warn-box); }
.pv text.pv-warn { fill: var(--pv-warn); font-weight: 600; }
.pv .pv-bad { fill: var(--pv-bad-box); }
.pv text.pv-bad { fill: var(--pv-hot); font-weight: 600; }`;
