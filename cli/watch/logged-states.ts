import type { LoopStates } from "../../src/loop/states/inner.ts";
import { shortText } from "../../src/plugin/short-text.ts";
import type { FrameDrift, FrameGuard, FramePromise, FrameRollout } from "../../src/serve/status/inner.ts";
import { each, type Fields, fieldsOf, listOf, numberOf, textOf } from "./fields.ts";

/** States of the loop in one process. */
export interface LoggedStates {
  /** Name of the log that wrote them. */
  readonly writer: string;
  readonly states: LoopStates;
}

const mostEntries = 20;
const mostPoints = 60;

/** Reads states field by field. Undefined for a line without. Texts are shortened when they are shown. */
export function loggedStates(line: Fields): LoggedStates | undefined {
  const loop = fieldsOf(line["loop"]);
  const writer = textOf(line["writer"]);
  if (loop === undefined || writer === undefined) return undefined;
  const { promises, rollouts } = loop;
  const drift = fieldsOf(loop["drift"]);
  return {
    writer: writer.slice(0, 40),
    states: {
      ...(Array.isArray(promises) && { promises: some(promises, promiseOf) }),
      ...(Array.isArray(rollouts) && { rollouts: some(rollouts, rolloutOf) }),
      ...(drift !== undefined && { drift: driftOf(drift) }),
    },
  };
}

function some<T>(value: unknown, read: (fields: Fields) => T | undefined): T[] {
  return each(listOf(value).slice(0, mostEntries), read);
}

function text(value: unknown): string {
  return shortText(textOf(value)) ?? "";
}

function number(value: unknown): number {
  return numberOf(value) ?? 0;
}

/** Fields that are numbers; the others are absent. */
function numbers<const Name extends string>(
  fields: Fields,
  ...names: readonly Name[]
): { readonly [One in Name]?: number } {
  const known = names.flatMap((name) => {
    const value = numberOf(fields[name]);
    return value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(known) as { readonly [One in Name]?: number };
}

function promiseOf(fields: Fields): FramePromise | undefined {
  const name = text(fields["name"]);
  if (name === "") return undefined;
  return {
    name,
    state: text(fields["state"]),
    maxLoss: number(fields["maxLoss"]),
    ...numbers(fields, "meanLoss", "upperBound", "confidence", "records"),
  };
}

function rolloutOf(fields: Fields): FrameRollout | undefined {
  const id = text(fields["id"]);
  if (id === "") return undefined;
  const units = fieldsOf(fields["units"]) ?? {};
  return {
    id,
    state: text(fields["state"]),
    unit: text(fields["unit"]),
    stage: number(fields["stage"]),
    stages: listOf(fields["stages"])
      .slice(0, mostEntries)
      .map((one) => numberOf(one) ?? null),
    share: number(fields["share"]),
    controlShare: number(fields["controlShare"]),
    confidence: number(fields["confidence"]),
    since: text(fields["since"]),
    verdict: text(fields["verdict"]),
    reason: text(fields["reason"]),
    units: { control: number(units["control"]), candidate: number(units["candidate"]) },
    guards: some(fields["guards"], guardOf),
  };
}

function guardOf(fields: Fields): FrameGuard {
  return {
    name: text(fields["name"]),
    kind: text(fields["kind"]),
    unit: text(fields["unit"]),
    margin: number(fields["margin"]),
    marginOf: text(fields["marginOf"]),
    ...numbers(fields, "control", "low", "high"),
    pairs: number(fields["pairs"]),
    difference: number(fields["difference"]),
    harm: number(fields["harm"]),
    safe: number(fields["safe"]),
    alarmAt: number(fields["alarmAt"]),
    safeAt: number(fields["safeAt"]),
    points: listOf(fields["points"])
      .slice(-mostPoints)
      .flatMap((point) =>
        Array.isArray(point) ? [[0, 1, 2, 3, 4, 5].map((at) => numberOf(point[at]) ?? null)] : [],
      ),
  };
}

function driftOf(fields: Fields): FrameDrift {
  return {
    windows: number(fields["windows"]),
    requests: number(fields["requests"]),
    windowRequests: number(fields["windowRequests"]),
    findings: some(fields["findings"], (one) => ({
      of: text(one["of"]),
      verdict: text(one["verdict"]),
      statistic: text(one["statistic"]),
      value: number(one["value"]),
      bound: number(one["bound"]),
      reason: text(one["reason"]),
    })),
    alarms: some(fields["alarms"], (one) => ({ of: text(one["of"]), reason: text(one["reason"]) })),
  };
}
