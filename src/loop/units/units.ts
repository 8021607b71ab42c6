import { readOptions, readState } from "../../plugin/index.ts";
import type { ComparedArm, FinishedRequest, Guard, RatedQuality } from "../guards/guard.ts";
import { oldestKeyOf } from "../oldest-key.ts";
import { addTrial } from "../statistics/share-bets.ts";
import { type ArmTable, addValue, beginParts, countRequest, countUnit, emptyTable } from "./arm-table.ts";
import type { BegunParts } from "./begun-parts.ts";
import { type UnitOptions, unitOptions } from "./unit-options.ts";
import { type FixedUnit, type OpenUnit, type UnitsState, unitsState } from "./units-state.ts";

/** A finished request of a unit in an arm. */
export interface UnitRequest {
  readonly unitHash: string;
  readonly arm: ComparedArm;
  /** Revision of the rollout that the request was decided by: a unit may change its arm only with it. */
  readonly revision: number;
  /** Share of the candidate among units that are compared, at that revision. 0 or 1: it says nothing. */
  readonly share: number;
  readonly request: FinishedRequest;
}

/** A verdict on the answer to a request of a unit. */
export interface UnitRating extends RatedQuality {
  readonly unitHash: string;
  readonly decisionId: string;
}

/** Collects the requests of units. A unit is one observation, since its turns are not independent. */
export interface Units {
  add(request: UnitRequest): void;
  /** Begins the parts of the bets that have not begun here yet. */
  begin(parts: BegunParts): void;
  /** `late`: the verdict came after the unit was fixed with others, or its unit is known no more. */
  rate(rating: UnitRating): "joined" | "late";
  /** Fixes the units that are idle and returns the table. */
  table(): ArmTable;
  /** Number of units that are not fixed yet. */
  open(): number;
  /** Returns the state as plain JSON. Times are kept as ages: while nothing runs, no unit gets older. */
  exportState(): UnitsState;
  /** Replaces the state. Throws `InvalidOptionError`, and then changes nothing, for what is not an exported one. */
  restoreState(state: UnitsState): void;
}

/**
 * Creates the collection of units. Needs no timer: units are fixed when it is asked or told something. Memory is bounded
 * by the options, whatever the traffic. Throws `InvalidOptionError`.
 */
export function createUnits(
  guards: readonly Guard[],
  monotonic: () => number,
  options: UnitOptions = {},
): Units {
  const bounds = readOptions("units", unitOptions, options);
  const ofFirst = guards.filter(({ of }) => of === "first-request");
  const ofUnit = guards.filter(({ of }) => of !== "first-request");
  // Both in the order of their last request, the oldest first.
  let open = new Map<string, OpenUnit>();
  let fixed = new Map<string, FixedUnit>();
  let oldestOpen = oldestKeyOf(open);
  let oldestFixed = oldestKeyOf(fixed);
  /** Time before which no unit is idle: the oldest only gets younger. */
  let idleFrom = Number.NEGATIVE_INFINITY;
  let table = emptyTable(guards);
  let begun: BegunParts | undefined;
  /** Requests of open units. */
  let kept = 0;

  const remember = (unitHash: string, unit: FixedUnit) => {
    fixed.delete(unitHash);
    fixed.set(unitHash, unit);
    if (fixed.size > bounds.maxRemembered) fixed.delete(oldestFixed() as string);
  };

  const fix = (unitHash: string, unit: OpenUnit, now: number) => {
    forget(unitHash);
    table = countUnit(table, unit.arm);
    const silent = observe(unit.arm, withRatings(unit), ofUnit);
    remember(unitHash, { arm: unit.arm, revision: unit.revision, at: now, silent, left: false });
  };

  const forget = (unitHash: string) => {
    kept -= open.get(unitHash)?.requests.length ?? 0;
    open.delete(unitHash);
  };

  /** Adds the unit's value to each guard and returns the names of those to which it says nothing. */
  const observe = (arm: ComparedArm, requests: readonly FinishedRequest[], asked: readonly Guard[]) =>
    asked.flatMap((guard) => {
      const next = addValue(table, guard, arm, requests);
      if (next === undefined) return [guard.name];
      table = next;
      return [];
    });

  const fixIdle = (now: number) => {
    if (now < idleFrom) return;
    for (const [unitHash, unit] of open) {
      idleFrom = unit.at + bounds.idleMs;
      if (now < idleFrom) return;
      fix(unitHash, unit, now);
    }
    idleFrom = now + bounds.idleMs;
  };

  /** The unit is in another arm than before: it takes no more part. Only with a new revision it may be. */
  const leave = (unitHash: string, before: OpenUnit | FixedUnit, revision: number, now: number) => {
    const moved = before.revision !== revision;
    if ("requests" in before && moved) fix(unitHash, before, now);
    forget(unitHash);
    if (!moved) table = { ...table, inBoth: table.inBoth + 1 };
    remember(unitHash, { arm: before.arm, revision, at: now, silent: [], left: true });
  };

  return {
    begin(parts) {
      if (parts === begun) return;
      begun = parts;
      // A unit that has gone idle before belongs to what was before.
      fixIdle(monotonic());
      table = beginParts(table, parts, guards);
    },
    add({ unitHash, arm, revision, share, request }) {
      const now = monotonic();
      fixIdle(now);
      const unit = open.get(unitHash);
      const known = unit ?? fixed.get(unitHash);
      if (known !== undefined && known.arm !== arm && !("left" in known && known.left)) {
        leave(unitHash, known, revision, now);
        return;
      }
      if (known !== undefined && "left" in known) {
        remember(unitHash, { ...known, revision: Math.max(known.revision, revision) });
        return;
      }
      if (unit === undefined) {
        const units = { ...table.units, [arm]: table.units[arm] + 1 };
        const says = share > 0 && share < 1;
        const shares = says ? addTrial(table.shares, arm === "candidate", share) : table.shares;
        table = { ...table, units, shares };
        // At once: a session may go on for hours, and by then all have the fault that its first request shows.
        observe(arm, [request], ofFirst);
      }
      table = countRequest(table, arm, request);
      const next: OpenUnit = {
        arm,
        revision: Math.max(unit?.revision ?? revision, revision),
        at: now,
        requests: [...(unit?.requests ?? []), request],
        ratings: unit?.ratings ?? [],
      };
      open.delete(unitHash);
      open.set(unitHash, next);
      kept += 1;
      if (next.requests.length >= bounds.maxRequests) fix(unitHash, next, now);
      while (open.size > bounds.maxOpen || kept > bounds.maxKept) {
        const oldest = oldestOpen() as string;
        fix(oldest, open.get(oldest) as OpenUnit, now);
      }
    },
    rate({ unitHash, decisionId, value, source }) {
      const now = monotonic();
      fixIdle(now);
      const rating = { decisionId, value, source };
      const unit = open.get(unitHash);
      if (unit !== undefined) {
        const others = unit.ratings.filter(
          (other) => other.decisionId !== decisionId || other.source !== source,
        );
        // Not more verdicts than requests of each of a few origins: the oldest give way.
        const ratings = [...others, rating].slice(-4 * bounds.maxRequests);
        open.set(unitHash, { ...unit, ratings });
        return "joined";
      }
      const known = fixed.get(unitHash);
      if (known !== undefined && !known.left && now - known.at <= bounds.lateMs) {
        const asked = guards.filter(({ name }) => known.silent.includes(name));
        const silent = observe(known.arm, [ratedAlone(rating)], asked);
        if (silent.length < asked.length) {
          fixed.set(unitHash, { ...known, silent });
          return "joined";
        }
      }
      table = { ...table, late: table.late + 1 };
      return "late";
    },
    table() {
      fixIdle(monotonic());
      return table;
    },
    open: () => open.size,
    exportState() {
      const now = monotonic();
      return {
        formatVersion: 1,
        table,
        open: [...open].map(([unitHash, unit]) => [unitHash, { ...unit, at: now - unit.at }]),
        fixed: [...fixed].map(([unitHash, unit]) => [unitHash, { ...unit, at: now - unit.at }]),
      };
    },
    restoreState(state) {
      const checked = readState("state", unitsState(guards), state);
      const now = monotonic();
      table = checked.table;
      begun = undefined;
      open = new Map(
        checked.open.slice(-bounds.maxOpen).map(([hash, unit]) => [hash, { ...unit, at: now - unit.at }]),
      );
      fixed = new Map(
        checked.fixed
          .slice(-bounds.maxRemembered)
          .map(([hash, unit]) => [hash, { ...unit, at: now - unit.at }]),
      );
      oldestOpen = oldestKeyOf(open);
      oldestFixed = oldestKeyOf(fixed);
      kept = [...open.values()].reduce((sum, { requests }) => sum + requests.length, 0);
      idleFrom = Number.NEGATIVE_INFINITY;
    },
  };
}

/** Requests of a unit; its verdicts are those of the first, since guards look at the unit as a whole. */
function withRatings({ requests: [first, ...others], ratings }: OpenUnit): readonly FinishedRequest[] {
  return first === undefined
    ? []
    : [{ ...first, ratings: [...(first.ratings ?? []), ...ratings] }, ...others];
}

/** Stands for a request of which nothing but the verdict is left. */
function ratedAlone(rating: RatedQuality): FinishedRequest {
  return { outcome: "answered", latencyMs: Number.NaN, ratings: [rating] };
}
