import { InvalidOptionError } from "../../contracts/index.ts";
import type { ComparedArm, FinishedRequest, Guard, RatedQuality } from "../guards/guard.ts";
import { type ArmTable, isArmTable } from "./arm-table.ts";

/** A unit that may get more requests. */
export interface OpenUnit {
  readonly arm: ComparedArm;
  /** Last revision in which it was in this arm. */
  readonly revision: number;
  /** Time of its last request by the monotonic clock; in an exported state, time since then. */
  readonly at: number;
  readonly requests: readonly FinishedRequest[];
  readonly ratings: readonly (RatedQuality & { readonly decisionId: string })[];
}

/** A unit that is an observation, or was in both arms. */
export interface FixedUnit {
  readonly arm: ComparedArm;
  readonly revision: number;
  /** Time at which it was fixed; in an exported state, time since then. */
  readonly at: number;
  /** Names of the guards to which it said nothing. */
  readonly silent: readonly string[];
  /** True if it was seen in the other arm later: it no longer counts. */
  readonly left: boolean;
}

/** State of the units of a rollout in one process, as plain JSON, without names and text. */
export interface UnitsState {
  readonly formatVersion: 1;
  readonly table: ArmTable;
  readonly open: readonly (readonly [unitHash: string, unit: OpenUnit])[];
  readonly fixed: readonly (readonly [unitHash: string, unit: FixedUnit])[];
}

/** Checks and returns an exported state. Throws `InvalidOptionError`. */
export function checkUnitsState(given: UnitsState, guards: readonly Guard[]): UnitsState {
  const { formatVersion, table, open, fixed } = (given ?? {}) as Partial<UnitsState>;
  if (formatVersion !== 1) throw new InvalidOptionError("state.formatVersion", formatVersion, "1");
  if (!isArmTable(table, guards))
    throw new InvalidOptionError("state.table", table, "a table of the same guards, as exported");
  if (!Array.isArray(open) || !open.every(isEntry(isOpenUnit)))
    throw new InvalidOptionError("state.open", open, "open units, as exported");
  if (!Array.isArray(fixed) || !fixed.every(isEntry(isFixedUnit)))
    throw new InvalidOptionError("state.fixed", fixed, "fixed units, as exported");
  return { formatVersion, table, open, fixed };
}

/** Longest lists and texts that are taken: more than any bound of the units allows is not ours. */
const mostRequests = 1_000;
const mostRatings = 4 * mostRequests;
const mostSilent = 100;
const longestText = 1_200;

type AnyUnit = Partial<OpenUnit & FixedUnit>;

function isEntry(isUnit: (unit: AnyUnit) => boolean): (entry: unknown) => boolean {
  return (entry) => Array.isArray(entry) && isText(entry[0]) && isUnit((entry[1] ?? {}) as AnyUnit);
}

function isUnit({ arm, revision, at }: AnyUnit): boolean {
  return (arm === "control" || arm === "candidate") && isAmount(revision) && isAmount(at);
}

function isOpenUnit(unit: AnyUnit): boolean {
  return (
    isUnit(unit) &&
    isList(unit.requests, mostRequests, isRequest) &&
    isList(unit.ratings, mostRatings, (one) => isRating(one) && isText((one as OpenRating).decisionId))
  );
}

type OpenRating = OpenUnit["ratings"][number];

function isFixedUnit(unit: AnyUnit): boolean {
  return isUnit(unit) && typeof unit.left === "boolean" && isList(unit.silent, mostSilent, isText);
}

/** JSON writes no number as null, such as the latency of a request that has none: guards read neither. */
function isRequest(value: unknown): boolean {
  const { outcome, escalated, ratings = [] } = (value ?? {}) as Partial<FinishedRequest>;
  return isText(outcome) && typeof escalated === "boolean" && isList(ratings, mostRatings, isRating);
}

function isRating(value: unknown): boolean {
  const { value: quality, source } = (value ?? {}) as Partial<RatedQuality>;
  return typeof quality === "number" && isText(source);
}

function isList(value: unknown, most: number, fits: (one: unknown) => boolean): boolean {
  return Array.isArray(value) && value.length <= most && value.every(fits);
}

function isText(value: unknown): boolean {
  return typeof value === "string" && value.length <= longestText;
}

function isAmount(value: unknown): boolean {
  return typeof value === "number" && Number.isFinite(value) && value >= 0;
}
