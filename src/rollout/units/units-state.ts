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

function isEntry(isUnit: (unit: Partial<OpenUnit & FixedUnit>) => boolean): (entry: unknown) => boolean {
  return (entry) => Array.isArray(entry) && typeof entry[0] === "string" && isUnit(entry[1] ?? {});
}

function isUnit({ arm, revision, at }: Partial<OpenUnit & FixedUnit>): boolean {
  return (arm === "control" || arm === "candidate") && Number.isFinite(revision) && Number.isFinite(at);
}

function isOpenUnit(unit: Partial<OpenUnit & FixedUnit>): boolean {
  return isUnit(unit) && isListOfObjects(unit.requests) && isListOfObjects(unit.ratings);
}

function isFixedUnit(unit: Partial<OpenUnit & FixedUnit>): boolean {
  return (
    isUnit(unit) &&
    typeof unit.left === "boolean" &&
    Array.isArray(unit.silent) &&
    unit.silent.every((name) => typeof name === "string")
  );
}

function isListOfObjects(value: unknown): boolean {
  return Array.isArray(value) && value.every((one) => typeof one === "object" && one !== null);
}
