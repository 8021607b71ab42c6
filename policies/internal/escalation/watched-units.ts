import { isNew } from "./new-units.ts";
import { fewestUnits, type UnitShares, usualShares } from "./usual-share.ts";
import { createUnit, enoughForOthers, type WatchedUnit } from "./watched-unit.ts";

/** Units of a guard, at most `max`, and as many with an alarm, which new units do not push out. */
export interface WatchedUnits {
  /** Units with an alarm, the oldest first. */
  readonly alarmed: ReadonlyMap<string, WatchedUnit>;
  /** Returns a unit without an alarm; undefined if it is not known. */
  known(key: string): WatchedUnit | undefined;
  /** Returns the unit, which is made where it is not known. */
  of(key: string, name: string | undefined, tenant: string | undefined): WatchedUnit;
  /** Moves a unit among those with an alarm. Returns the one that had to make room. */
  alarm(key: string, unit: WatchedUnit): readonly [string, WatchedUnit] | undefined;
  /** Moves a unit back. */
  release(key: string, unit: WatchedUnit): void;
  /** Takes a unit with enough requests among those that say what is usual. */
  sample(unit: WatchedUnit): void;
  /**
   * Says if the classifier fails for others, too: for at least half of the sampled units that were seen since a request
   * of the guard. Undefined if none was.
   */
  failOthers(unit: WatchedUnit, since: number): boolean | undefined;
  /** Returns what is usual among the sampled units, of which those with an alarm do not count. */
  usual(): UnitShares | undefined;
  entries(): Iterable<readonly [string, WatchedUnit]>;
  /** Enters a restored unit. */
  restore(key: string, unit: WatchedUnit): void;
}

/** Evidence of a unit with some requests, of which few were for large models. */
const littleEvidence = 4;
/** Number of units that say what is usual. */
const mostSampled = 200;
/** Number of units that are looked at when one has to be forgotten. */
const looks = 8;
/** Units without an alarm that are kept in any case: among fewer there is none without evidence to forget. */
const fewestKept = 64;

/** Returns the most units that a guard keeps, with and without an alarm. */
export function mostUnitsOf(max: number): number {
  return Math.max(max, fewestKept) + max;
}

export function createWatchedUnits(max: number): WatchedUnits {
  const mostUnits = Math.max(max, fewestKept);
  const units = new Map<string, WatchedUnit>();
  const alarmed = new Map<string, WatchedUnit>();
  const sampled: WatchedUnit[] = [];

  /**
   * Forgets a unit that was not seen for long. One that was seen, that is no longer new, or against which there is evidence
   * gets another turn, so that no caller gets rid of evidence, or of the units of others, by sending for many new names:
   * of those looked at, the one worth least goes.
   */
  const makeRoom = () => {
    let least: readonly [string, WatchedUnit] | undefined;
    for (let look = 0; look < looks; look += 1) {
      const oldest = units.entries().next().value as [string, WatchedUnit];
      const [key, unit] = oldest;
      units.delete(key);
      if (!unit.isSeen && worthOf(unit) < littleEvidence) return;
      if (least === undefined || worthOf(unit) < worthOf(least[1])) least = oldest;
      unit.isSeen = false;
      units.set(key, unit);
    }
    if (least !== undefined) units.delete(least[0]);
  };
  const enter = (key: string, unit: WatchedUnit) => {
    if (units.size >= mostUnits && !units.has(key)) makeRoom();
    units.set(key, unit);
  };

  return {
    alarmed,
    known: (key) => units.get(key),
    of(key, name, tenant) {
      const known = (alarmed.size > 0 ? alarmed.get(key) : undefined) ?? units.get(key);
      if (known !== undefined) {
        known.isSeen = true;
        return known;
      }
      const made = createUnit(name, tenant);
      enter(key, made);
      return made;
    },
    alarm(key, unit) {
      units.delete(key);
      alarmed.delete(key);
      const first = alarmed.size >= max ? alarmed.entries().next().value : undefined;
      alarmed.set(key, unit);
      return first;
    },
    release(key, unit) {
      alarmed.delete(key);
      enter(key, unit);
    },
    sample(unit) {
      if (unit.isSampled) return;
      unit.isSampled = true;
      sampled.push(unit);
      if (sampled.length <= mostSampled) return;
      const [left] = sampled.splice(oldestOfMost(sampled), 1);
      if (left !== undefined) left.isSampled = false;
    },
    failOthers(unit, since) {
      let seen = 0;
      let failing = 0;
      for (const other of sampled) {
        if (other === unit || other.lastAt <= since) continue;
        seen += 1;
        if (other.isUnclassified) failing += 1;
      }
      return seen === 0 ? undefined : 2 * failing >= seen;
    },
    usual() {
      const known = alike(sampled.filter(({ alarm }) => alarm === undefined));
      const before = usualShares(known.map(({ share }) => share));
      const now = usualShares(known.map(({ recent }) => recent));
      if (before === undefined || now === undefined) return undefined;
      const rise = Math.max(0, now.median - before.median);
      return { median: before.median + rise, most: before.most + rise, mostMean: before.mostMean + rise };
    },
    *entries() {
      yield* units;
      yield* alarmed;
    },
    restore(key, unit) {
      if (unit.alarm === undefined) enter(key, unit);
      else if (alarmed.size < max) alarmed.set(key, unit);
      if (unit.requests >= enoughForOthers) this.sample(unit);
    },
  };
}

/** Returns the place of the oldest unit of the tenant with the most units: no tenant pushes out those of others. */
function oldestOfMost(units: readonly WatchedUnit[]): number {
  const counts = countsOf(units);
  const most = Math.max(...counts.values());
  return units.findIndex(({ tenant }) => counts.get(tenant) === most);
}

/**
 * Leaves out units of tenants that have more than is usual: sessions cost nothing, so that one tenant could make any share
 * usual for all.
 */
function alike(units: readonly WatchedUnit[]): readonly WatchedUnit[] {
  const counts = countsOf(units);
  if (counts.size < fewestUnits) return units;
  const most = [...counts.values()].sort((a, b) => a - b)[counts.size >> 1] as number;
  return units.filter(({ tenant }) => {
    const left = counts.get(tenant) as number;
    counts.set(tenant, left - 1);
    return left <= most;
  });
}

function countsOf(units: readonly WatchedUnit[]): Map<string | undefined, number> {
  const counts = new Map<string | undefined, number>();
  for (const { tenant } of units) counts.set(tenant, (counts.get(tenant) ?? 0) + 1);
  return counts;
}

/** A unit is worth its evidence; one that is no longer new as much as one with some. */
function worthOf(unit: WatchedUnit): number {
  const [a, b, c] = unit.evidence;
  return Math.max((a + b + c) / 3, isNew(unit) ? 0 : littleEvidence);
}
