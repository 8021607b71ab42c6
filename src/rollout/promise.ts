import { InvalidOptionError, type QualityPromise } from "../contracts/index.ts";
import { checkKeys, checkNumber } from "../plugin/index.ts";
import { bettingPValue } from "../statistics/betting-p-value.ts";
import { betOnChange, type ChangeGrid, evidenceOf, noChange } from "../statistics/change-detector.ts";
import { checkPromiseState } from "./check-promise-state.ts";
import { type LossWindow, lossWindow } from "./loss-window.ts";
import type { LivePromiseState, Standing } from "./standing.ts";

export interface PromiseOptions {
  /** Largest mean loss of quality against the reference, in (0, 1). */
  readonly maxLoss: number;
  /** Number of audited records that a statement is about, at least 100. Default 2,000. */
  readonly window?: number | undefined;
  /** Confidence of `kept`, in [0.5, 1). Default 0.95. */
  readonly confidence?: number | undefined;
  /** At most one false alarm in this many windows, on average; at least 2. Default 20. */
  readonly falseAlarmWindows?: number | undefined;
}

/** An audited request. */
export interface AuditedLoss {
  /** Quality of the reference minus that of the answer, in [-1, 1]; 0 where the reference answered. */
  readonly loss: number;
  /** Probability with which the request was audited, in [0.000001, 1]. Default 1. */
  readonly probability?: number | undefined;
  /** Independent unit, for instance a hashed session: of one unit a window counts one record. Absent: its own. */
  readonly unit?: string | undefined;
}

/**
 * Watches whether routing keeps its promise on audited traffic. May be asked at any time. It can be the option `promise`
 * of a router: no soft limit of a budget then applies while it is at risk or broken. Too little evidence counts as kept.
 */
export interface LivePromise extends QualityPromise {
  add(record: AuditedLoss): Standing;
  standing(): Standing;
  /** Begins again, for instance with a new certificate: all records so far are forgotten. */
  renew(): void;
  /** Returns the state as plain JSON. */
  exportState(): LivePromiseState;
  /** Replaces the state. Throws `InvalidOptionError`, and then changes nothing, for what is not an exported one. */
  restoreState(state: LivePromiseState): void;
}

/** Smallest probability of an audit: the inverse of a smaller one outweighs all other records of any window. */
const leastProbability = 1e-6;
/** Number of bets in a window. */
const kept = 20;
/** A false `at-risk` comes at most once in two windows. */
const riskWindows = 2;

/**
 * Creates the watch over a promise: "answers lose at most `maxLoss` of quality against the reference, on average".
 * Evidence against it comes from bets that begin again twenty times in a window, so that a sudden change is found;
 * looking at every record costs no error. Evidence for it is a test by betting on the window, made at half of the first
 * one, at its end, and then again with each twentieth. Throws `InvalidOptionError`.
 */
export function createPromise(options: PromiseOptions): LivePromise {
  checkKeys("createPromise", options, ["maxLoss", "window", "confidence", "falseAlarmWindows"]);
  const { maxLoss, window: size = 2_000, confidence = 0.95, falseAlarmWindows = 20 } = options;
  checkNumber("createPromise.maxLoss", maxLoss, { min: Number.MIN_VALUE });
  if (maxLoss >= 1) throw new InvalidOptionError("createPromise.maxLoss", maxLoss, "a number below 1");
  checkNumber("createPromise.window", size, { min: 100, max: 100_000, integer: true });
  checkNumber("createPromise.confidence", confidence, { min: 0.5, max: 0.999_999 });
  checkNumber("createPromise.falseAlarmWindows", falseAlarmWindows, { min: 2, max: 10_000 });
  const grid: ChangeGrid = { every: Math.ceil(size / kept), kept };
  const alarmAt = falseAlarmWindows * kept;
  const riskAt = Math.min(riskWindows, falseAlarmWindows) * kept;
  const delta = 1 - confidence;

  let bets = noChange;
  let window: LossWindow = lossWindow(size);
  let mostWeight = 0;
  let records = 0;
  let isKept = false;
  let state: Standing["state"] = "not-enough-evidence";
  let since = 0;

  const standing = (): Standing => ({
    state,
    since,
    records,
    meanLoss: window.mean(),
    evidence: evidenceOf(bets),
    alarmAt,
  });

  const enter = (next: Standing["state"]) => {
    if (next === state) return;
    state = next;
    since = records;
  };

  return {
    add({ loss, probability = 1, unit }) {
      checkNumber("record.loss", loss, { min: -1, max: 1 });
      checkNumber("record.probability", probability, { min: leastProbability, max: 1 });
      const weight = 1 / probability;
      if (!window.add(loss, weight, unit)) return standing();
      records += 1;
      // The weight of a record is known before its loss: bets may be scaled by the largest of the window. One that has
      // left it must not make the bets of all later records small.
      mostWeight = window.mostWeight();
      const share = weight / mostWeight;
      bets = betOnChange(bets, (share * (loss - maxLoss)) / (1 + maxLoss), grid);
      const evidence = evidenceOf(bets);
      const level = levelOfLook(records, size, grid.every, delta);
      if (level !== undefined) isKept = pOfMore(window, maxLoss, level) <= level;
      if (state === "broken" || evidence >= alarmAt) enter("broken");
      else if (evidence >= riskAt) enter("at-risk");
      else enter(isKept ? "kept" : "not-enough-evidence");
      return standing();
    },
    standing,
    state: () => (state === "not-enough-evidence" ? "kept" : state),
    renew() {
      bets = noChange;
      window = lossWindow(size);
      mostWeight = 0;
      records = 0;
      isKept = false;
      state = "not-enough-evidence";
      since = 0;
    },
    exportState: () => ({
      formatVersion: 1,
      maxLoss,
      bets,
      window: window.rows(),
      standing: { state, since, records },
      mostWeight,
    }),
    restoreState(given) {
      const restored = checkPromiseState(given, maxLoss, size);
      bets = restored.bets;
      window = lossWindow(size, restored.window);
      mostWeight = restored.mostWeight;
      ({ state, since, records } = restored.standing);
      isKept = state === "kept";
    },
  };
}

/**
 * Returns the level of a look at the window after this many records; undefined if none is due. Looks at a half and at
 * the whole of the first window share its error; each later one is a statement about its own window.
 */
function levelOfLook(records: number, size: number, every: number, delta: number): number | undefined {
  if (records === Math.ceil(size / 2) || records === size) return delta / 2;
  return records > size && (records - size) % every === 0 ? delta : undefined;
}

/** P-value of the hypothesis that the mean loss of the window is at least the limit. */
function pOfMore(window: LossWindow, maxLoss: number, delta: number): number {
  const rows = window.rows();
  const most = rows.reduce((largest, [, weight]) => Math.max(largest, weight), 0);
  const excess = Float64Array.from(rows, ([loss, weight]) => (weight / most) * (loss - maxLoss));
  return bettingPValue(excess, { most: 1 - maxLoss, delta, limit: maxLoss, enough: delta });
}
