import type { Attempt, Health, HealthState, ObservedHealth } from "../../contracts/index.ts";
import { failureClassOf } from "../../plugin/failure-class.ts";
import { type OptionTable, readOptions, readState, type StateTable } from "../../plugin/index.ts";
import { createLatest } from "../../plugin/latest.ts";
import {
  addFirstToken,
  createFirstTokenTimes,
  dropOldFirstTokens,
  type FirstTokenTimes,
  oldestFirstTokenAt,
  p95FirstToken,
} from "./first-token-times.ts";
import {
  addOutcome,
  createOutcomeRing,
  dropOldOutcomes,
  listOutcomes,
  type OutcomeRing,
  oldestOutcomeAt,
} from "./outcome-ring.ts";

export type { HealthState };

/** Tracks the recent behaviour of each model name. Reading allocates nothing unless something changed. */
export interface HealthTracker {
  /** Learns from a call that has ended. `now` is a time on the monotonic clock in milliseconds. */
  observe(attempt: Pick<Attempt, "name" | "firstTokenMs" | "error">, now: number): void;
  /** Returns a model's health; undefined if nothing recent is known of it. */
  of(name: string, now: number): Health | undefined;
  /** Exports what was observed. `toWallMs` is what the time of day is ahead of the monotonic clock. */
  exportState(toWallMs?: number): HealthState;
  /** Replaces what was observed. Throws `InvalidOptionError` if a health tracker did not export the state. */
  restoreState(state: HealthState, now: number, wallNow?: number): void;
}

export interface HealthOptions {
  /** Time for which a success or failure counts, in milliseconds. Default 60,000. */
  readonly windowMs?: number | undefined;
  /** Number of calls below which a model counts as healthy, in [1, 100]. Default 5. */
  readonly minCalls?: number | undefined;
  /** Share of failed calls, in (0, 1], from which a model is unhealthy. Default 0.5. */
  readonly failureRatio?: number | undefined;
  /** Time for which a time to first token counts, in milliseconds. Default 600,000. */
  readonly firstTokenWindowMs?: number | undefined;
  /** Number of models that are remembered; the least recently observed one is forgotten. Default 1,000. */
  readonly maxNames?: number | undefined;
}

/** Number of observations of each kind that are kept of a model. */
const memory = 100;

export const healthOptions: OptionTable<HealthOptions> = {
  windowMs: { is: "number", min: 1, default: 60_000 },
  minCalls: { is: "number", min: 1, max: memory, integer: true, default: 5 },
  failureRatio: { is: "share", above: 0, default: 0.5 },
  firstTokenWindowMs: { is: "number", min: 1, default: 600_000 },
  maxNames: { is: "number", min: 1, integer: true, default: 1_000 },
};

const healthState: StateTable<HealthState> = {
  formatVersion: { is: "choice", of: [1] },
  models: {
    is: "list",
    of: {
      is: "table",
      of: {
        outcomes: {
          is: "list",
          of: { is: "table", of: { at: { is: "number" }, failed: { is: "boolean" } } },
        },
        firstTokens: {
          is: "list",
          of: { is: "table", of: { at: { is: "number" }, ms: { is: "number", min: 0 } } },
        },
        name: { is: "text" },
      },
    },
  },
};

/** Throws `InvalidOptionError` if the value was not exported by a health tracker. */
export function checkHealthState(state: HealthState): readonly ObservedHealth[] {
  return readState("health.state", healthState, state).models;
}

interface Observed {
  readonly name: string;
  readonly outcomes: OutcomeRing;
  readonly firstTokens: FirstTokenTimes;
  health: Health | undefined;
  /** Time at which the oldest observation leaves its window, so that `health` is out of date. */
  validUntil: number;
}

/**
 * Creates a health tracker. A model is unhealthy while it has at least `minCalls` calls within `windowMs`
 * and at least `failureRatio` of them failed. It recovers by successes or when failures grow old.
 */
export function createHealth(options: HealthOptions = {}): HealthTracker {
  const read = readOptions("createHealth", healthOptions, options);
  const { windowMs, minCalls, failureRatio, firstTokenWindowMs, maxNames } = read;
  let byName = createLatest<Observed>(maxNames);

  const refresh = (model: Observed, now: number) => {
    const { outcomes, firstTokens } = model;
    dropOldOutcomes(outcomes, windowMs, now);
    dropOldFirstTokens(firstTokens, firstTokenWindowMs, now);
    const total = outcomes.count;
    const healthy = total < minCalls || outcomes.failures < failureRatio * total;
    const p95FirstTokenMs = p95FirstToken(firstTokens);
    model.validUntil = Math.min(
      oldestOutcomeAt(outcomes) + windowMs,
      oldestFirstTokenAt(firstTokens) + firstTokenWindowMs,
    );
    const { health } = model;
    if (total === 0 && p95FirstTokenMs === undefined) model.health = undefined;
    else if (health?.healthy !== healthy || health.p95FirstTokenMs !== p95FirstTokenMs)
      model.health = { healthy, p95FirstTokenMs };
  };

  return {
    observe({ name, firstTokenMs, error }, now) {
      const failed = error !== undefined;
      // A failure that the caller caused says nothing about the endpoint.
      const counts = !failed || failureClassOf(error.kind) !== undefined;
      if (!counts && firstTokenMs === undefined) return;
      const model = byName.get(name) ?? unobserved(name);
      if (counts) addOutcome(model.outcomes, now, failed);
      if (firstTokenMs !== undefined) addFirstToken(model.firstTokens, now, firstTokenMs);
      // After one more success nothing changes before the oldest outcome leaves its window.
      const isSteady =
        firstTokenMs === undefined && model.outcomes.failures === 0 && model.health?.healthy === true;
      if (!isSteady || now >= model.validUntil) refresh(model, now);
      byName.set(name, model);
    },

    of(name, now) {
      const model = byName.get(name);
      if (model === undefined) return undefined;
      if (now >= model.validUntil) refresh(model, now);
      return model.health;
    },

    exportState(toWallMs = 0) {
      const toWall = <Observation extends { readonly at: number }>(one: Observation) => ({
        ...one,
        at: one.at + toWallMs,
      });
      const models = [...byName.values()].map(({ name, outcomes, firstTokens }) => ({
        name,
        outcomes: listOutcomes(outcomes).map(toWall),
        firstTokens: firstTokens.observed.map(toWall),
      }));
      return { formatVersion: 1, models };
    },

    restoreState(state, now, wallNow = now) {
      // The clock that wrote the state may have been ahead: what lies in the future would never grow old.
      const fromWall = (at: number) => now - Math.max(0, wallNow - at);
      const restored = createLatest<Observed>(maxNames);
      for (const { name, outcomes, firstTokens } of checkHealthState(state)) {
        const model = unobserved(name);
        for (const { at, failed } of outcomes) addOutcome(model.outcomes, fromWall(at), failed);
        for (const { at, ms } of firstTokens) addFirstToken(model.firstTokens, fromWall(at), ms);
        // `health` is computed at the first reading.
        model.validUntil = Number.NEGATIVE_INFINITY;
        restored.set(name, model);
      }
      byName = restored;
    },
  };
}

function unobserved(name: string): Observed {
  const outcomes = createOutcomeRing(memory);
  const validUntil = Number.NEGATIVE_INFINITY;
  return { name, outcomes, firstTokens: createFirstTokenTimes(memory), health: undefined, validUntil };
}
