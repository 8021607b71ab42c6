import { dropPromises } from "../../plugin/index.ts";
import type { ComparedArm, FinishedRequest, Guard } from "../guards/guard.ts";
import {
  beginShares,
  isShareBets,
  mergeShareBets,
  noShareBets,
  type ShareBets,
} from "../statistics/share-bets.ts";
import { type BegunParts, partOf } from "./begun-parts.ts";

/** Number of units by arm. */
export type UnitsByArm = Readonly<Record<ComparedArm, number>>;

/** Numbers of requests of an arm. */
export interface RequestCounts {
  readonly all: number;
  /** Those that ended with an error for the caller. */
  readonly failed: number;
  /** Those that failed, were degraded, or in which the arm's own models had trouble, whatever saved them. */
  readonly troubled: number;
  /** Those whose caller left before the end. */
  readonly aborted: number;
}

/** Knowledge that one process, or a fleet, has of the arms of a rollout, over all stages so far. Plain JSON. */
export interface ArmTable {
  readonly formatVersion: 1;
  /** Units that were seen. */
  readonly units: UnitsByArm;
  /** Units that are fixed, each one observation. */
  readonly closed: UnitsByArm;
  /** Requests of units that are compared. */
  readonly requests: Readonly<Record<ComparedArm, RequestCounts>>;
  /** Units that were seen in both arms while no stage changed. */
  readonly inBoth: number;
  /** Verdicts on answers whose unit was known no more. */
  readonly late: number;
  /** Bets that the arms do not have the shares of units that they should have. */
  readonly shares: ShareBets;
  /** State of each guard by its name. */
  readonly guards: Readonly<Record<string, unknown>>;
}

const none: UnitsByArm = Object.freeze({ control: 0, candidate: 0 });

const noRequests: RequestCounts = Object.freeze({ all: 0, failed: 0, troubled: 0, aborted: 0 });

/** Table before the first unit. */
export function emptyTable(guards: readonly Guard[]): ArmTable {
  return {
    formatVersion: 1,
    units: none,
    closed: none,
    requests: { control: noRequests, candidate: noRequests },
    inBoth: 0,
    late: 0,
    shares: noShareBets,
    guards: statesOf(guards, (guard) => guard.initial),
  };
}

/**
 * Puts the tables of several processes together. `spread` is the largest number of processes in which one unit can have
 * requests: 1 if sessions are sticky, else the number of processes.
 */
export function mergeTables(tables: readonly ArmTable[], guards: readonly Guard[], spread = 1): ArmTable {
  const sum = (of: (table: ArmTable) => number) => tables.reduce((total, table) => total + of(table), 0);
  const byArm = (of: (table: ArmTable) => UnitsByArm): UnitsByArm => ({
    control: sum((table) => of(table).control),
    candidate: sum((table) => of(table).candidate),
  });
  return {
    formatVersion: 1,
    units: byArm(({ units }) => units),
    closed: byArm(({ closed }) => closed),
    requests: {
      control: sumOfCounts(tables.map(({ requests }) => requests.control)),
      candidate: sumOfCounts(tables.map(({ requests }) => requests.candidate)),
    },
    inBoth: sum(({ inBoth }) => inBoth),
    late: sum(({ late }) => late),
    shares: mergeShareBets(
      tables.map(({ shares }) => shares),
      spread,
    ),
    guards: statesOf(guards, (guard) =>
      guard.merge(
        tables.map((table) => stateOf(table, guard)),
        spread,
      ),
    ),
  };
}

function sumOfCounts(all: readonly RequestCounts[]): RequestCounts {
  const sum = (of: keyof RequestCounts) => all.reduce((total, one) => total + one[of], 0);
  return { all: sum("all"), failed: sum("failed"), troubled: sum("troubled"), aborted: sum("aborted") };
}

/** Counts one more request of a unit. */
export function countRequest(table: ArmTable, arm: ComparedArm, request: FinishedRequest): ArmTable {
  const { outcome, troubled } = request;
  const { all, failed, troubled: withTrouble, aborted } = table.requests[arm];
  const isTroubled = outcome === "failed" || outcome === "degraded" || troubled !== undefined;
  const counts = {
    all: all + 1,
    failed: failed + (outcome === "failed" ? 1 : 0),
    troubled: withTrouble + (isTroubled ? 1 : 0),
    aborted: aborted + (outcome === "aborted" ? 1 : 0),
  };
  return { ...table, requests: { ...table.requests, [arm]: counts } };
}

/** Counts one more unit that is fixed. */
export function countUnit(table: ArmTable, arm: ComparedArm): ArmTable {
  return { ...table, closed: { ...table.closed, [arm]: table.closed[arm] + 1 } };
}

/**
 * Adds the value of a unit for one guard. Undefined: the unit says nothing to it. A guard of a user may throw or return
 * anything: then it says nothing either.
 */
export function addValue(
  table: ArmTable,
  guard: Guard,
  arm: ComparedArm,
  requests: readonly FinishedRequest[],
): ArmTable | undefined {
  try {
    const value: unknown = guard.value(requests);
    if (typeof value !== "number" || !Number.isFinite(value)) {
      dropPromises(value);
      return undefined;
    }
    const before = Object.hasOwn(table.guards, guard.name) ? table.guards[guard.name] : guard.initial;
    const state = guard.add(before, arm, value);
    if (!guard.isState(state)) return undefined;
    return { ...table, guards: { ...table.guards, [guard.name]: state } };
  } catch {
    return undefined;
  }
}

/** Begins the parts of the bets that have not begun in this table. */
export function beginParts(table: ArmTable, parts: BegunParts, guards: readonly Guard[]): ArmTable {
  const states = statesOf(guards, (guard) => {
    const state = stateOf(table, guard);
    const { at } = partOf(parts, guard);
    if (at === 0 || guard.begin === undefined) return state;
    const next = guard.begin(state, at);
    return guard.isState(next) ? next : state;
  });
  return { ...table, shares: beginShares(table.shares, parts.shares.at), guards: states };
}

/** True for a table of these guards, also after a way through JSON. */
export function isArmTable(value: unknown, guards: readonly Guard[]): value is ArmTable {
  const {
    formatVersion,
    units,
    closed,
    requests,
    inBoth,
    late,
    shares,
    guards: states,
  } = (value ?? {}) as Partial<ArmTable>;
  return (
    formatVersion === 1 &&
    [units?.control, units?.candidate, closed?.control, closed?.candidate, inBoth, late].every(isCount) &&
    [requests?.control, requests?.candidate].every(isCounts) &&
    isShareBets(shares) &&
    typeof states === "object" &&
    states !== null &&
    guards.every((guard) => Object.hasOwn(states, guard.name) && guard.isState(states[guard.name]))
  );
}

function isCounts(value: unknown): boolean {
  const { all, failed, troubled, aborted } = (value ?? {}) as Partial<RequestCounts>;
  return [all, failed, troubled, aborted].every(isCount);
}

function isCount(value: unknown): boolean {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

/** State of a guard in a table: the initial one if the table has none that the guard can read. */
export function stateOf(table: ArmTable, guard: Guard): unknown {
  const state = Object.hasOwn(table.guards, guard.name) ? table.guards[guard.name] : undefined;
  return guard.isState(state) ? state : guard.initial;
}

function statesOf(guards: readonly Guard[], of: (guard: Guard) => unknown): ArmTable["guards"] {
  return Object.fromEntries(guards.map((guard) => [guard.name, of(guard)]));
}
