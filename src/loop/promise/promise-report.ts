import type { DecidedBecause } from "./audited-record.ts";
import { rest } from "./promise-categories.ts";
import type { PromiseEvidence } from "./promise-evidence.ts";
import { betsInWindow, type PromiseRules } from "./promise-options.ts";
import type { CategoryStanding, Standing } from "./standing.ts";
import { rowsSinceStart, upperBoundOf } from "./window-tests.ts";

/** Requests that are not evidence about the policy. */
export interface ApartRecords {
  readonly because: DecidedBecause;
  readonly records: number;
  /** Mean loss, weighted. */
  readonly meanLoss: number;
}

/** All that people want to know of a promise, as plain JSON. */
export interface PromiseReport extends Standing {
  readonly name: string;
  readonly maxLoss: number;
  /** Size of the window in records, and number of those in it. */
  readonly window: number;
  readonly inWindow: number;
  readonly confidence: number;
  /** Statements by category, those with most records in the window first. */
  readonly categories: readonly CategoryStanding[];
  /**
   * Requests that a pin, a cap, a broken promise, a budget, a fallback or the hold-out decided: not part of the promise.
   */
  readonly apart: readonly ApartRecords[];
  /** Records that did not count because their decision, or their unit, had been added before. */
  readonly repeated: { readonly decisions: number; readonly units: number };
  /** Share of the tenant with most weight in the window, in (0, 1]. Absent: no tenant is known. */
  readonly largestTenantShare?: number | undefined;
  /** Times of the oldest and the newest record of the window, ISO 8601. Absent: not known. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  /** The statement in words, and its error. */
  readonly statement: readonly string[];
}

/** Returns the standing of all traffic, without its bound. */
export function standingOf(evidence: PromiseEvidence, rules: PromiseRules): Standing {
  const { state, since, evidence: value } = evidence.stream(undefined);
  return {
    state,
    since,
    records: evidence.records,
    meanLoss: evidence.window.mean(),
    evidence: value,
    alarmAt: rules.overall.alarmAt,
  };
}

/** Returns the bound on the mean loss of the records since the first bets of the window were begun. */
export function boundOf({ window, records }: PromiseEvidence, rules: PromiseRules): number | undefined {
  return upperBoundOf(rowsSinceStart(window.rows(), records, rules), rules);
}

export function promiseReport(evidence: PromiseEvidence, rules: PromiseRules): PromiseReport {
  const { window, records, apart, repeated } = evidence;
  const standing = { ...standingOf(evidence, rules), upperBound: boundOf(evidence, rules) };
  const times = window.rows().flatMap(({ at }) => (at === 0 ? [] : [at]));
  const confidence = 1 - rules.delta;
  return {
    ...standing,
    name: rules.name,
    maxLoss: rules.maxLoss,
    window: rules.size,
    inWindow: window.count(),
    confidence,
    categories: categoriesOf(evidence, rules),
    apart: Object.entries(apart.sums()).map(([because, { records: count, loss, weight }]) => ({
      because: because as DecidedBecause,
      records: count,
      meanLoss: loss / weight,
    })),
    repeated,
    largestTenantShare: window.largestTenant()?.share,
    from: timeOf(times.reduce((first, at) => Math.min(first, at), Number.POSITIVE_INFINITY)),
    to: timeOf(times.reduce((last, at) => Math.max(last, at), Number.NEGATIVE_INFINITY)),
    statement: sentences(standing, records, window.count(), rules),
  };
}

function categoriesOf(evidence: PromiseEvidence, rules: PromiseRules): readonly CategoryStanding[] {
  const all = rowsSinceStart(evidence.window.rows(), evidence.records, rules);
  return evidence.categories
    .entries()
    .map(([name, { state, since, detector, evidence: value }]) => {
      const rows = evidence.window.rows().filter(({ category }) => category === name);
      const weights = rows.reduce((sum, { weight }) => sum + weight, 0);
      const losses = rows.reduce((sum, { loss, weight }) => sum + loss * weight, 0);
      return {
        category: name === rest ? undefined : name,
        state,
        since,
        records: detector.count(),
        inWindow: rows.length,
        meanLoss: weights > 0 ? losses / weights : undefined,
        upperBound: upperBoundOf(
          all.filter(({ category }) => category === name),
          rules,
        ),
        evidence: value,
        alarmAt: rules.ofCategory.alarmAt,
      };
    })
    .sort((a, b) => b.inWindow - a.inWindow);
}

function timeOf(at: number): string | undefined {
  return Number.isFinite(at) ? new Date(at).toISOString() : undefined;
}

const percent = (share: number) => `${Number((100 * share).toPrecision(3))} %`;

function sentences(
  { state, meanLoss, upperBound, evidence, alarmAt }: Standing,
  records: number,
  inWindow: number,
  { maxLoss, delta, falseAlarmWindows, categories, size, everyMs }: PromiseRules,
): readonly string[] {
  const confidence = percent(1 - delta);
  const grid = everyMs === undefined ? `${size} records` : `${betsInWindow} intervals of ${everyMs} ms`;
  const limit = `${percent(maxLoss)} of quality against the reference`;
  const verdict = {
    kept: `The promise is kept: answers lose at most ${limit}, with a confidence of ${confidence}.`,
    "at-risk": `The promise is at risk: evidence of ${evidence.toPrecision(3)} speaks against a loss of at most ${limit}; ${alarmAt} would end it.`,
    broken: `The promise is broken: answers lost more than ${limit}.`,
    "not-enough-evidence": `Records do not say yet whether answers lose at most ${limit}.`,
  }[state];
  const measured =
    meanLoss === undefined || upperBound === undefined
      ? "No record counts so far."
      : `The last ${inWindow} of ${records} records lost ${percent(meanLoss)} on average; at most ${percent(upperBound)} with a confidence of ${confidence}, whenever it is looked at, if nothing changed meanwhile.`;
  const split =
    categories === 0
      ? "All of this error is that of the statement about all traffic."
      : `Half of this error is that of the statement about all traffic, half that of up to ${categories} categories and the rest of them together.`;
  return [
    verdict,
    measured,
    `At most one false "broken" in ${falseAlarmWindows} windows of ${grid}, in all and on average, however often it is looked at; in the first window with a probability of at most ${percent(1 / falseAlarmWindows)}.`,
    split,
    `"Kept" holds for each statement on its own.`,
  ];
}
