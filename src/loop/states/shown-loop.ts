import { shownText as text } from "../../plugin/short-text.ts";
import type { FrameDrift, FramePromise, FrameRollout } from "./loop-frame.ts";
import type { ShownDrift, ShownPromise, ShownRolloutStatus } from "./loop-sources.ts";

/** Most entries of a list that a source returns, and points of a sequence. */
const mostEntries = 20;
const mostPoints = 60;

export function promiseOf(promise: ShownPromise): FramePromise {
  const { state, maxLoss, meanLoss, upperBound, confidence, records } = promise.report();
  return {
    name: text(promise.name),
    state: text(state),
    maxLoss,
    meanLoss: short(meanLoss),
    upperBound: short(upperBound),
    confidence,
    records,
  };
}

export function rolloutOf(status: ShownRolloutStatus): FrameRollout {
  const { id, state, unit, stage, stages, share, controlShare, confidence, since, verdict, units, guards } =
    status;
  return {
    id: text(id),
    state: text(state),
    unit: text(unit),
    stage,
    stages: stages.slice(0, mostEntries).map((one) => one.share ?? null),
    share,
    controlShare,
    confidence,
    since: text(since),
    verdict: text(verdict.verdict),
    reason: text(verdict.reason),
    units: { control: units.control, candidate: units.candidate },
    guards: guards.slice(0, mostEntries).map((guard) => ({
      name: text(guard.name),
      kind: text(guard.kind),
      unit: text(guard.unit),
      margin: guard.margin,
      marginOf: text(guard.marginOf),
      control: short(guard.control),
      pairs: guard.pairs,
      difference: guard.difference,
      low: short(guard.low),
      high: short(guard.high),
      harm: guard.harm,
      safe: guard.safe,
      alarmAt: guard.alarmAt,
      safeAt: guard.safeAt,
      points: guard.points
        .slice(-mostPoints)
        .map(({ pairs, difference, low, high, harm, safe }) =>
          [pairs, difference, low, high, harm, safe].map((value) => short(value) ?? null),
        ),
    })),
  };
}

export function driftOf(drift: ShownDrift): FrameDrift {
  const { windows, requests, windowRequests, findings, alarms } = drift.status();
  return {
    windows,
    requests,
    windowRequests,
    findings: findings.slice(0, mostEntries).map((finding) => ({
      of: text(finding.of),
      verdict: text(finding.verdict),
      statistic: text(finding.statistic),
      value: finding.value,
      bound: finding.bound,
      reason: text(finding.reason),
    })),
    alarms: alarms.slice(0, mostEntries).map(({ of, reason }) => ({ of: text(of), reason: text(reason) })),
  };
}

function short(value: number | undefined): number | undefined {
  return value === undefined ? undefined : Number(value.toPrecision(5));
}
