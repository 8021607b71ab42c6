import {
  type Attempt,
  type Health,
  type HealthState,
  InvalidOptionError,
  type ObservedFirstToken,
  type ObservedHealth,
  type ObservedOutcome,
  type ProviderErrorKind,
} from "../contracts/index.ts";
import { checkKeys, checkNumber, checkText } from "../plugin/index.ts";
import { createLatest } from "./latest.ts";

export type { HealthState };

/** Recent behaviour by model name. Reading allocates nothing, as long as nothing has changed. */
export interface HealthTracker {
  /** Learns from a call that has ended. `now` is in milliseconds since the epoch. */
  observe(attempt: Pick<Attempt, "name" | "firstTokenMs" | "error">, now: number): void;
  /** Absent: nothing is known of the model, or nothing recent. */
  of(name: string, now: number): Health | undefined;
  exportState(): HealthState;
  /** Replaces what was observed. Throws `InvalidOptionError` when the state is not one of ours. */
  restoreState(state: HealthState, now: number): void;
}

export interface HealthOptions {
  /** How long a success or failure counts, in milliseconds. Default 60,000. */
  readonly windowMs?: number | undefined;
  /** Calls below which a model counts as healthy, in [1, 100]. Default 5. */
  readonly minCalls?: number | undefined;
  /** Share of failed calls, in (0, 1], from which a model is unhealthy. Default 0.5. */
  readonly failureRatio?: number | undefined;
  /** How long a time to first token counts, in milliseconds. Default 600,000. */
  readonly firstTokenWindowMs?: number | undefined;
  /** Models that are remembered; the least recently observed is forgotten. Default 1,000. */
  readonly maxNames?: number | undefined;
}

/** Most recent observations of each kind that are kept of a model. */
const memory = 100;
/** Below this many the nearest-rank 95th percentile is the maximum: one slow answer would settle it. */
const minFirstTokens = 20;

/** Failures that speak about the endpoint. Those that the caller brought about say nothing of it. */
const endpointFailures: ReadonlySet<unknown> = new Set<ProviderErrorKind>([
  "server",
  "overloaded",
  "timeout",
  "connection",
  "incomplete",
]);

/** The latest outcomes as a ring, oldest at `first`: adding one allocates nothing. */
interface Outcomes {
  readonly at: Float64Array;
  readonly failed: Uint8Array;
  first: number;
  count: number;
}

interface Observed {
  readonly name: string;
  readonly outcomes: Outcomes;
  failures: number;
  readonly firstTokens: ObservedFirstToken[];
  /** The `ms` of `firstTokens`, ascending. */
  readonly sorted: number[];
  health: Health | undefined;
  /** When the oldest observation leaves its window, so that `health` has to be made anew. */
  validUntil: number;
}

/**
 * A model is unhealthy while at least `failureRatio` of its calls within `windowMs`, and at least
 * `minCalls` of them, have failed; it recovers by successes, or when failures grow old.
 */
export function createHealth(options: HealthOptions = {}): HealthTracker {
  checkKeys("createHealth", options, [
    "windowMs",
    "minCalls",
    "failureRatio",
    "firstTokenWindowMs",
    "maxNames",
  ]);
  const { windowMs = 60_000, minCalls = 5, failureRatio = 0.5 } = options;
  const { firstTokenWindowMs = 600_000, maxNames = 1_000 } = options;
  checkNumber("createHealth.windowMs", windowMs, { min: 1 });
  checkNumber("createHealth.minCalls", minCalls, { min: 1, max: memory, integer: true });
  checkNumber("createHealth.failureRatio", failureRatio, { min: Number.MIN_VALUE, max: 1 });
  checkNumber("createHealth.firstTokenWindowMs", firstTokenWindowMs, { min: 1 });
  checkNumber("createHealth.maxNames", maxNames, { min: 1, integer: true });
  let byName = createLatest<Observed>(maxNames);

  const refresh = (model: Observed, now: number) => {
    const { outcomes, firstTokens, sorted } = model;
    while (outcomes.count > 0 && oldestAt(outcomes) + windowMs <= now) dropOutcome(model);
    while (firstTokens[0] !== undefined && firstTokens[0].at + firstTokenWindowMs <= now)
      dropFirstToken(model);
    const total = outcomes.count;
    const healthy = total < minCalls || model.failures < failureRatio * total;
    const p95FirstTokenMs =
      sorted.length < minFirstTokens ? undefined : sorted[Math.ceil(0.95 * sorted.length) - 1];
    model.validUntil = Math.min(
      oldestAt(outcomes) + windowMs,
      (firstTokens[0]?.at ?? Number.POSITIVE_INFINITY) + firstTokenWindowMs,
    );
    const { health } = model;
    if (total === 0 && p95FirstTokenMs === undefined) model.health = undefined;
    else if (health?.healthy !== healthy || health.p95FirstTokenMs !== p95FirstTokenMs)
      model.health = { healthy, p95FirstTokenMs };
  };

  return {
    observe({ name, firstTokenMs, error }, now) {
      const failed = error !== undefined;
      const counts = !failed || endpointFailures.has(error.kind);
      if (!counts && firstTokenMs === undefined) return;
      const model = byName.get(name) ?? unobserved(name);
      if (counts) addOutcome(model, now, failed);
      if (firstTokenMs !== undefined) addFirstToken(model, { at: now, ms: firstTokenMs });
      // One more success of many: nothing changes before the oldest outcome leaves its window.
      const isSteady = firstTokenMs === undefined && model.failures === 0 && model.health?.healthy === true;
      if (!isSteady || now >= model.validUntil) refresh(model, now);
      byName.set(name, model);
    },

    of(name, now) {
      const model = byName.get(name);
      if (model === undefined) return undefined;
      if (now >= model.validUntil) refresh(model, now);
      return model.health;
    },

    exportState() {
      const models = [...byName.values()].map(({ name, outcomes, firstTokens }) => ({
        name,
        outcomes: listOf(outcomes),
        firstTokens: [...firstTokens],
      }));
      return { formatVersion: 1, models };
    },

    restoreState(state, now) {
      const restored = createLatest<Observed>(maxNames);
      for (const { name, outcomes, firstTokens } of checkHealthState(state)) {
        const model = unobserved(name);
        // Nothing from the future, which would never grow old: the clock that wrote it was ahead.
        for (const { at, failed } of outcomes) addOutcome(model, Math.min(at, now), failed);
        for (const { at, ms } of firstTokens) addFirstToken(model, { at: Math.min(at, now), ms });
        // Made at the first reading, which brings the time.
        model.validUntil = Number.NEGATIVE_INFINITY;
        restored.set(name, model);
      }
      byName = restored;
    },
  };
}

function unobserved(name: string): Observed {
  const outcomes = { at: new Float64Array(memory), failed: new Uint8Array(memory), first: 0, count: 0 };
  return { name, outcomes, failures: 0, firstTokens: [], sorted: [], health: undefined, validUntil: 0 };
}

function addOutcome(model: Observed, at: number, failed: boolean): void {
  const { outcomes } = model;
  // In order of time, also when the clock was set back: the oldest is first.
  const notBefore =
    outcomes.count === 0 ? at : (outcomes.at[placeOf(outcomes, outcomes.count - 1)] as number);
  if (outcomes.count === memory) dropOutcome(model);
  const place = placeOf(outcomes, outcomes.count);
  outcomes.at[place] = Math.max(at, notBefore);
  outcomes.failed[place] = failed ? 1 : 0;
  outcomes.count += 1;
  if (failed) model.failures += 1;
}

function dropOutcome(model: Observed): void {
  const { outcomes } = model;
  model.failures -= outcomes.failed[outcomes.first] as number;
  outcomes.first = placeOf(outcomes, 1);
  outcomes.count -= 1;
}

function placeOf({ first }: Outcomes, index: number): number {
  return (first + index) % memory;
}

function oldestAt({ at, first, count }: Outcomes): number {
  return count === 0 ? Number.POSITIVE_INFINITY : (at[first] as number);
}

function listOf(outcomes: Outcomes): ObservedOutcome[] {
  return Array.from({ length: outcomes.count }, (_, index) => {
    const place = placeOf(outcomes, index);
    return { at: outcomes.at[place] as number, failed: outcomes.failed[place] === 1 };
  });
}

function addFirstToken(model: Observed, { at, ms }: ObservedFirstToken): void {
  model.firstTokens.push({ at: Math.max(at, model.firstTokens.at(-1)?.at ?? at), ms });
  model.sorted.splice(rankOf(model.sorted, ms), 0, ms);
  if (model.firstTokens.length > memory) dropFirstToken(model);
}

function dropFirstToken(model: Observed): void {
  const dropped = model.firstTokens.shift();
  if (dropped !== undefined) model.sorted.splice(rankOf(model.sorted, dropped.ms), 1);
}

/** Index of the first value that is not below `value`. */
function rankOf(sorted: readonly number[], value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Throws `InvalidOptionError` where the value is none that was exported. */
export function checkHealthState(state: HealthState): readonly ObservedHealth[] {
  const { formatVersion, models } = (state ?? {}) as Partial<HealthState>;
  if (formatVersion !== 1 || !Array.isArray(models))
    throw new InvalidOptionError("health.state", state, "a state that exportState() returned");
  return models.map((model: Partial<ObservedHealth> | null, index) => {
    const path = `health.state.models[${index}]`;
    const outcomes = checkList<ObservedOutcome>(`${path}.outcomes`, model?.outcomes);
    const firstTokens = checkList<ObservedFirstToken>(`${path}.firstTokens`, model?.firstTokens);
    return {
      name: checkText(`${path}.name`, model?.name),
      outcomes: outcomes.map((outcome, at) => ({
        at: checkNumber(`${path}.outcomes[${at}].at`, outcome?.at),
        failed: checkFlag(`${path}.outcomes[${at}].failed`, outcome?.failed),
      })),
      firstTokens: firstTokens.map((token, at) => ({
        at: checkNumber(`${path}.firstTokens[${at}].at`, token?.at),
        ms: checkNumber(`${path}.firstTokens[${at}].ms`, token?.ms, { min: 0 }),
      })),
    };
  });
}

function checkList<T>(path: string, value: unknown): readonly (Partial<T> | null)[] {
  if (!Array.isArray(value)) throw new InvalidOptionError(path, value, "an array");
  return value;
}

function checkFlag(path: string, value: unknown): boolean {
  if (typeof value !== "boolean") throw new InvalidOptionError(path, value, "true or false");
  return value;
}
