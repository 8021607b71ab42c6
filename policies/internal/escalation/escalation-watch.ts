import {
  type EscalationEvent,
  InvalidOptionError,
  type Json,
  type PolicyInput,
  type PolicyInputRuntime,
  type PolicyInputState,
  type RouterEvent,
} from "../../../src/contracts/index.ts";
import { type LargeModels, largeModels } from "./large-models.ts";
import { liftCommand } from "./lift-command.ts";
import { createLiftedUnits, type LiftedUnits } from "./lifted-units.ts";
import { addNew, counts, isNew, usualOfNew } from "./new-units.ts";
import { addRequest, alarmAt, gainOf } from "./share-alarm.ts";
import { unitKey, unitName, type WatchedBy } from "./unit-key.ts";
import type { UnitShares } from "./usual-share.ts";
import { wantedLarge } from "./wanted-large.ts";
import { exportUnits, restoreUnits } from "./watch-state.ts";
import {
  type Alarm,
  createUnit,
  type EscalationVerdict,
  enoughForOthers,
  learnRequest,
  usualFor,
  type WatchedUnit,
} from "./watched-unit.ts";
import { createWatchedUnits, type WatchedUnits } from "./watched-units.ts";

export interface WatchOptions {
  readonly id: string;
  readonly by: WatchedBy;
  readonly large: readonly string[] | undefined;
  /** Stated shares by unit. */
  readonly usualOf: ReadonlyMap<string, number>;
  /** Stated share of all other units. Absent: learnt. */
  readonly usual: number | undefined;
  readonly margin: number;
  readonly burst: number;
  readonly cap: boolean;
  readonly capMs: number;
  readonly maxUnits: number;
}

/** Largest number of times that a cap doubles for alarms one soon after the other. */
const mostDoublings = 4;
/** Number of requests after which what is usual is computed again. */
const refreshEvery = 500;
/** The same while no unit is known. */
const firstRefresh = 50;
/** Number of requests of all units within which one was seen lately. */
const lately = 200;

/** Creates the state of a guard, which watches what the policy wants and says who is capped. */
export function escalationWatch(options: WatchOptions): PolicyInput {
  return { id: options.id, create: (runtime) => watch(options, runtime) };
}

/** Key that no unit has. */
const togetherKey = "";
const free: EscalationVerdict = Object.freeze({ capped: false });

function watch(options: WatchOptions, runtime: PolicyInputRuntime): PolicyInputState {
  const { by, capMs, maxUnits } = options;
  const models: LargeModels = largeModels(options.large);
  const mostGain = gainOf(options.burst);
  let units: WatchedUnits = createWatchedUnits(maxUnits);
  /** All new tenants as one unit. */
  let together = createUnit(undefined, undefined);
  let lifted: LiftedUnits = createLiftedUnits(runtime);
  let others: UnitShares | undefined;
  let untilRefresh = firstRefresh;
  let requests = 0;

  const refresh = () => {
    others = units.usual();
    untilRefresh = others === undefined ? firstRefresh : refreshEvery;
  };

  const told = (type: EscalationEvent["type"], unit: WatchedUnit, usual: number, untilMs: number) => {
    const now = runtime.monotonic();
    const isCapped = options.cap && type === "escalation-abnormal";
    const named = {
      guard: options.id,
      by,
      unit: unit.name,
      tenant: unit.tenant,
      together: unit === together,
    };
    runtime.emit({
      type,
      guard: options.id,
      by: typeof by === "string" ? by : by.label,
      ...(unit.name !== undefined && { unit: unit.name }),
      ...(unit.tenant !== undefined && by !== "tenant" && { tenant: unit.tenant }),
      ...(unit === together && { together: true as const }),
      requests: unit.requests,
      share: unit.recent,
      usual,
      capped: isCapped,
      until: runtime.now() + Math.max(0, untilMs - now),
      ...(isCapped && { liftWith: liftCommand(named) }),
    });
  };

  /** Ends an alarm, without a word. */
  const quieten = (key: string, unit: WatchedUnit): Alarm | undefined => {
    const { alarm } = unit;
    // A fresh test: what was seen during the alarm has been answered by it.
    unit.evidence.fill(0);
    if (alarm === undefined) return undefined;
    unit.alarm = undefined;
    unit.alarmEndedAt = alarm.until;
    if (unit !== together) units.release(key, unit);
    return alarm;
  };

  const end = (key: string, unit: WatchedUnit) => {
    const alarm = quieten(key, unit);
    if (alarm !== undefined) told("escalation-over", unit, alarm.verdict.usual ?? 1, alarm.until);
  };

  const raise = (key: string, unit: WatchedUnit, usual: number) => {
    const now = runtime.monotonic();
    unit.evidence.fill(0);
    if (unit.alarm !== undefined) {
      // It goes on: the cap lasts from now.
      unit.alarm.until = now + durationOf(unit.alarms);
      if (unit !== together) units.alarm(key, unit);
      if (now < unit.alarm.toldUntil) return;
      // The time that was told is over, and the cap is not.
      unit.alarm.toldUntil = unit.alarm.until;
      told("escalation-abnormal", unit, usual, unit.alarm.until);
      return;
    }
    const isSoon = now - unit.alarmEndedAt < capMs * 2 ** mostDoublings;
    unit.alarms = isSoon ? Math.min(unit.alarms + 1, mostDoublings + 1) : 1;
    const verdict = Object.freeze({
      capped: options.cap,
      share: unit.recent,
      usual,
      ...(unit === together && { together: true as const }),
    });
    const until = now + durationOf(unit.alarms);
    unit.alarm = { until, toldUntil: until, verdict };
    const pushedOut = unit === together ? undefined : units.alarm(key, unit);
    told("escalation-abnormal", unit, usual, until);
    if (pushedOut !== undefined) end(...pushedOut);
  };

  const durationOf = (alarms: number) => capMs * 2 ** (alarms - 1);

  /**
   * Policies send what was not classified to the large model. It counts if others' requests are classified: prompts may be
   * made so that a classifier fails at them.
   */
  const isClassifiersDoing = (unit: WatchedUnit): boolean =>
    units.failOthers(unit, requests - lately) ?? others === undefined;

  const statedOf = (name: string | undefined): number | undefined =>
    name === undefined ? undefined : options.usualOf.get(name);

  /** Tenants by name that nothing is stated of. Sessions are all new: those of a tenant are bounded by a guard of tenants. */
  const mayBeNew = (key: string, name: string | undefined): boolean =>
    by === "tenant" && name !== undefined && statedOf(name) === undefined && !lifted.has(key);

  /** Counts a request of a new tenant against all of them. */
  const addTogether = (unit: WatchedUnit, isLarge: boolean) => {
    const stated = lifted.has(togetherKey) ? 1 : options.usual;
    const usual =
      stated === undefined
        ? usualOfNew(together, others, options.margin)
        : statedBound(stated, options.margin);
    const evidence = usual === undefined ? 0 : addNew(together.evidence, unit, isLarge, usual);
    learnRequest(together, isLarge, evidence);
    if (usual !== undefined && evidence >= alarmAt) raise(togetherKey, together, usual);
  };

  return {
    snapshot(request): Json {
      if (units.alarmed.size === 0 && together.alarm === undefined) return free as Json;
      const name = unitName(by, request);
      const key = unitKey(by, name, request.tenant);
      const unit = units.alarmed.get(key);
      if (unit?.alarm !== undefined) {
        if (runtime.monotonic() < unit.alarm.until) return unit.alarm.verdict as Json;
        end(key, unit);
      }
      const { alarm } = together;
      if (alarm === undefined || !mayBeNew(key, name) || !isNew(units.known(key))) return free as Json;
      if (runtime.monotonic() < alarm.until) return alarm.verdict as Json;
      end(togetherKey, together);
      return free as Json;
    },

    onlyReads: true,

    observe(event: RouterEvent) {
      const isLarge = wantedLarge(event, models);
      if (isLarge === undefined) return;
      const { decision } = event as Extract<RouterEvent, { readonly type: "decision-made" }>;
      const { request, classifierError } = decision;
      const name = unitName(by, request);
      const key = unitKey(by, name, request.tenant);
      const unit = units.of(key, name, request.tenant);
      requests += 1;
      unit.lastAt = requests;
      unit.isUnclassified = classifierError !== undefined;
      if (unit.isUnclassified && isClassifiersDoing(unit)) return;
      if (counts(unit) && mayBeNew(key, name)) addTogether(unit, isLarge);
      const stated = lifted.has(key) ? 1 : (statedOf(name) ?? options.usual);
      const usual =
        stated === undefined ? usualFor(unit, others, options.margin) : statedBound(stated, options.margin);
      const evidence = usual === undefined ? 0 : addRequest(unit.evidence, isLarge, usual, mostGain);
      learnRequest(unit, isLarge, evidence);
      if (unit.requests === enoughForOthers || unit.requests % 1_000 === 0) units.sample(unit);
      if (usual !== undefined && evidence >= alarmAt) raise(key, unit, usual);
      untilRefresh -= 1;
      if (untilRefresh <= 0) refresh();
      if (units.alarmed.size > 0) endFirst();
      if (together.alarm !== undefined && runtime.monotonic() >= together.alarm.until)
        end(togetherKey, together);
    },

    lift({ tenant, owner, together: isTogether, until }) {
      if (by === "tenant" && owner !== undefined)
        throw new InvalidOptionError("liftCap.owner", owner, "absent: this guard watches tenants");
      if (by !== "tenant" && isTogether)
        throw new InvalidOptionError("liftCap.together", true, "false: this guard does not watch tenants");
      const name = by === "tenant" ? tenant : owner;
      const key = isTogether ? togetherKey : unitKey(by, name, tenant);
      const endsAt = lifted.add(key, until);
      if (endsAt === undefined) return false;
      const unit = isTogether ? together : units.of(key, name, tenant);
      const alarm = quieten(key, unit);
      // What was lifted was none: the next cap is as short as a first one.
      unit.alarmEndedAt = Number.NEGATIVE_INFINITY;
      told("escalation-lifted", unit, alarm?.verdict.usual ?? 1, endsAt);
      return alarm?.verdict.capped === true;
    },

    exportState: () => exportUnits({ units, together, lifted }, runtime),

    restoreState(state) {
      const isExempt = (name: string | undefined) => {
        const stated = statedOf(name) ?? options.usual;
        return stated !== undefined && statedBound(stated, options.margin) === undefined;
      };
      const longestMs = durationOf(mostDoublings + 1);
      ({ units, together, lifted } = restoreUnits(state, { ...options, longestMs, isExempt }, runtime));
      refresh();
    },
  };

  /** Ends the oldest alarm if its time is over, also if its unit is never seen again. */
  function endFirst(): void {
    const first = units.alarmed.entries().next().value;
    if (first === undefined) return;
    const [key, unit] = first;
    if (unit.alarm !== undefined && runtime.monotonic() >= unit.alarm.until) end(key, unit);
  }
}

/** Returns the bound of a stated share; undefined where all are usual. */
function statedBound(stated: number, margin: number): number | undefined {
  const bound = stated + margin;
  return bound < 1 ? bound : undefined;
}
