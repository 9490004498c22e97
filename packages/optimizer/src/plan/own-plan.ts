import type { ExecutionPlan, PlanBuffers } from '@perf/contracts';
import type { JsonRecord } from './json-value.ts';
import { figureOf, noPlan, recordOf, recordsOf, textOf, textsOf } from './json-value.ts';
import { planNode } from './plan-node.ts';
import type { PlanReading } from './plan-reading.ts';

/** Whether an object is a plan of Perf, alone or as `readPlan` gives it. */
export function isOwnPlan(json: JsonRecord): boolean {
  const plan = recordOf(json['plan']) ?? json;
  return typeof plan['operator'] === 'string' && Array.isArray(plan['children']);
}

/** Reads a plan as `JSON.stringify` writes an `ExecutionPlan`, or a `ReadPlan`. Fields of another kind are left out. */
export function ownPlan(json: JsonRecord): PlanReading {
  const inner = recordOf(json['plan']);
  if (inner === undefined) return { plan: nodeOf(json), notes: [] };
  const statement = textOf(json['statement']);
  const planningMs = figureOf(json['planningMs']);
  const executionMs = figureOf(json['executionMs']);
  return {
    plan: nodeOf(inner),
    ...(statement === undefined ? {} : { statement }),
    ...(planningMs === undefined ? {} : { planningMs }),
    ...(executionMs === undefined ? {} : { executionMs }),
    notes: textsOf(json['notes']),
  };
}

function nodeOf(json: JsonRecord): ExecutionPlan {
  const operator = textOf(json['operator']);
  if (operator === undefined) throw noPlan('an operator in every node');
  const flag = (name: string): boolean | undefined =>
    typeof json[name] === 'boolean' ? json[name] : undefined;
  const partitions = textsOf(json['partitions']);
  return planNode({
    operator,
    engineOperator: textOf(json['engineOperator']),
    table: textOf(json['table']),
    index: textOf(json['index']),
    detail: textOf(json['detail']) ?? '',
    correlated: flag('correlated'),
    estimatedRows: figureOf(json['estimatedRows']),
    estimateIsDefault: flag('estimateIsDefault'),
    actualRows: figureOf(json['actualRows']),
    loops: figureOf(json['loops']),
    selfMs: figureOf(json['selfMs']),
    totalMs: figureOf(json['totalMs']),
    cost: figureOf(json['cost']),
    rowsRemoved: figureOf(json['rowsRemoved']),
    spilledBytes: figureOf(json['spilledBytes']),
    memoryBytes: figureOf(json['memoryBytes']),
    buffers: buffersOf(recordOf(json['buffers'])),
    partitions: partitions.length === 0 ? undefined : partitions,
    children: recordsOf(json['children'], 'children').map(nodeOf),
  });
}

function buffersOf(json: JsonRecord | undefined): PlanBuffers | undefined {
  const hit = figureOf(json?.['hit']);
  const read = figureOf(json?.['read']);
  if (hit === undefined && read === undefined) return undefined;
  return { ...(hit === undefined ? {} : { hit }), ...(read === undefined ? {} : { read }) };
}
