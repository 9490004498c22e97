import type { Dashboard, Panel, PanelKind } from './dashboard.ts';

/** Grafana's names of what draws a panel. */
const DRAWN_BY: Readonly<Record<PanelKind, string>> = {
  lines: 'timeseries',
  bars: 'barchart',
  against: 'xychart',
};

/** Half of the width of Grafana's grid. */
const WIDTH = 12;
const HEIGHT = 9;

/** Version 39 of Grafana's dashboard format: Grafana 10 and later read it, and move it on by themselves. */
const SCHEMA_VERSION = 39;

/**
 * A dashboard as Grafana imports it, or reads it from a provisioned folder. The data source is a choice of the page, so the text
 * names no server.
 */
export function grafanaJson({ id, title, range, refresh, panels }: Dashboard): string {
  const dashboard = {
    uid: id,
    title,
    tags: ['perf'],
    schemaVersion: SCHEMA_VERSION,
    editable: true,
    graphTooltip: 1,
    refresh,
    time: { from: `now-${range}`, to: 'now' },
    templating: {
      list: [{ name: 'source', label: 'Data source', type: 'datasource', query: 'prometheus' }],
    },
    panels: panels.map(panelJson),
  };
  return `${JSON.stringify(dashboard, undefined, 2)}\n`;
}

function panelJson({ title, kind, unit, queries }: Panel, index: number): object {
  const datasource = { type: 'prometheus', uid: '${source}' };
  return {
    id: index + 1,
    title,
    type: DRAWN_BY[kind],
    datasource,
    gridPos: { x: WIDTH * (index % 2), y: HEIGHT * Math.floor(index / 2), w: WIDTH, h: HEIGHT },
    fieldConfig: { defaults: { unit, min: 0 }, overrides: [] },
    options: { legend: { displayMode: 'list', placement: 'bottom', showLegend: true } },
    targets: queries.map(({ expression, legend }, i) => ({
      refId: String.fromCodePoint(65 + i),
      datasource,
      expr: expression,
      legendFormat: legend,
      editorMode: 'code',
      // Bars show the state of now, the other kinds a course of time.
      instant: kind === 'bars',
      range: kind !== 'bars',
      ...(kind === 'bars' ? { format: 'table' } : {}),
    })),
    // Both queries come as tables of time and value; x and y are their two values at the same time.
    ...(kind === 'against' ? { transformations: [{ id: 'joinByField', options: { byField: 'Time' } }] } : {}),
  };
}
