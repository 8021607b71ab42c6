import { InvalidOptionError, type Json, type PolicyInputRuntime } from "../../../src/contracts/index.ts";
import { createLiftedUnits, type LiftedUnits, mostLifts } from "./lifted-units.ts";
import { alarmAt } from "./share-alarm.ts";
import { unitKey, type WatchedBy } from "./unit-key.ts";
import { createUnit, type WatchedUnit } from "./watched-unit.ts";
import { createWatchedUnits, mostUnitsOf, type WatchedUnits } from "./watched-units.ts";

/** State of a unit as JSON. `until` is in milliseconds since the epoch. */
interface StoredUnit {
  readonly name?: string;
  readonly tenant?: string;
  readonly requests: number;
  readonly share: number;
  readonly recent: number;
  readonly evidence: readonly number[];
  readonly alarm?: {
    readonly until: number;
    readonly alarms: number;
    readonly share: number;
    readonly usual: number;
  };
}

/** Longest time of a lift: the clock that stored it may have been ahead. */
const longestLiftMs = 2_678_400_000;

type Clocks = Pick<PolicyInputRuntime, "now" | "monotonic">;

/** All that a guard knows. */
export interface WatchState {
  readonly units: WatchedUnits;
  /** All new tenants as one unit. */
  readonly together: WatchedUnit;
  readonly lifted: LiftedUnits;
}

export function exportUnits({ units, together, lifted }: WatchState, { now, monotonic }: Clocks): Json {
  const toWall = now() - monotonic();
  const stored = Array.from(units.entries(), ([, unit]) => storedOf(unit, toWall));
  return {
    formatVersion: 1,
    units: stored,
    together: storedOf(together, toWall),
    lifted: lifted.entries(),
  } as unknown as Json;
}

function storedOf(
  { name, tenant, requests, share, recent, evidence, alarm, alarms }: WatchedUnit,
  toWall: number,
): StoredUnit {
  return {
    ...(name !== undefined && { name }),
    ...(tenant !== undefined && { tenant }),
    requests,
    share,
    recent,
    evidence: [...evidence],
    ...(alarm !== undefined && {
      alarm: {
        until: alarm.until + toWall,
        alarms,
        share: alarm.verdict.share ?? 1,
        usual: alarm.verdict.usual ?? 1,
      },
    }),
  };
}

interface RestoreOptions {
  readonly id: string;
  readonly by: WatchedBy;
  readonly cap: boolean;
  readonly maxUnits: number;
  /** Longest time that an alarm may last from now: the clock that stored it may have been ahead. */
  readonly longestMs: number;
  /** True for a unit that is never capped now, whatever was before. */
  readonly isExempt: (name: string | undefined) => boolean;
}

/** Reads an exported state. Throws `InvalidOptionError` for one that is not this guard's. */
export function restoreUnits(
  state: Json,
  { id, by, cap, maxUnits, longestMs, isExempt }: RestoreOptions,
  clocks: Clocks,
): WatchState {
  const { now, monotonic } = clocks;
  const units = createWatchedUnits(maxUnits);
  const lifted = createLiftedUnits(clocks);
  const given = state as {
    readonly formatVersion?: unknown;
    readonly units?: unknown;
    readonly together?: unknown;
    readonly lifted?: unknown;
  } | null;
  const stored: unknown = given?.units;
  const { together = createUnit(undefined, undefined), lifted: lifts = [] } = given ?? {};
  if (
    given?.formatVersion !== 1 ||
    !Array.isArray(stored) ||
    stored.length > mostUnitsOf(maxUnits) ||
    !stored.every(isStored) ||
    !isStored(together) ||
    !Array.isArray(lifts) ||
    lifts.length > mostLifts ||
    !lifts.every(isLift)
  )
    throw new InvalidOptionError(
      `state.inputs.${id}`,
      typeof stored,
      `the exported state of this guard, with at most ${mostUnitsOf(maxUnits)} units`,
    );
  const wall = now();
  const at = monotonic();
  const restored = (one: StoredUnit, isTogether?: true): WatchedUnit => {
    const unit = createUnit(one.name, one.tenant);
    unit.requests = one.requests;
    unit.share = one.share;
    unit.recent = one.recent;
    one.evidence.forEach((value, index) => {
      unit.evidence[index] = value;
    });
    if (one.alarm !== undefined && one.alarm.until > wall && !isExempt(one.name)) {
      const { share, usual } = one.alarm;
      const until = at + Math.min(one.alarm.until - wall, longestMs);
      const verdict = { capped: cap, share, usual, ...(isTogether && { together: isTogether }) };
      unit.alarm = { until, toldUntil: until, verdict: Object.freeze(verdict) };
      unit.alarms = one.alarm.alarms;
    }
    return unit;
  };
  for (const one of stored as readonly StoredUnit[])
    units.restore(unitKey(by, one.name, one.tenant), restored(one));
  for (const [key, until] of lifts) if (until > wall) lifted.add(key, Math.min(until, wall + longestLiftMs));
  return { units, together: restored(together as StoredUnit, true), lifted };
}

function isLift(given: unknown): given is readonly [string, number] {
  const [key, until] = Array.isArray(given) ? given : [];
  return typeof key === "string" && typeof until === "number" && Number.isFinite(until);
}

function isStored(one: unknown): boolean {
  if (typeof one !== "object" || one === null) return false;
  const { name, tenant, requests, share, recent, evidence, alarm } = one as Readonly<Record<string, unknown>>;
  return (
    isText(name) &&
    isText(tenant) &&
    Number.isSafeInteger(requests) &&
    (requests as number) >= 0 &&
    isShare(share) &&
    isShare(recent) &&
    Array.isArray(evidence) &&
    evidence.length === 3 &&
    evidence.every((value) => typeof value === "number" && value >= 0 && value <= 3 * alarmAt) &&
    (alarm === undefined || isAlarm(alarm))
  );
}

function isAlarm(alarm: unknown): boolean {
  if (typeof alarm !== "object" || alarm === null) return false;
  const { until, alarms, share, usual } = alarm as Readonly<Record<string, unknown>>;
  return (
    typeof until === "number" &&
    Number.isFinite(until) &&
    Number.isInteger(alarms) &&
    (alarms as number) >= 1 &&
    (alarms as number) <= 5 &&
    isShare(share) &&
    isShare(usual)
  );
}

function isText(value: unknown): boolean {
  return value === undefined || typeof value === "string";
}

function isShare(value: unknown): boolean {
  return typeof value === "number" && value >= 0 && value <= 1;
}
