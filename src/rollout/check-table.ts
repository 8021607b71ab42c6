import { isBets } from "../statistics/sequential-bets.ts";
import type { ArmTable, UnitsByArm } from "./arm-table.ts";
import { isCount } from "./rollout-record.ts";

/** True for a table, also after a way through JSON. States of guards are looked at when they are read. */
export function isTable(value: unknown): value is ArmTable {
  const { formatVersion, units, closed, inBoth, late, shares, guards } = (value ?? {}) as Partial<ArmTable>;
  return (
    formatVersion === 1 &&
    isUnits(units) &&
    isUnits(closed) &&
    isCount(inBoth) &&
    isCount(late) &&
    isBets(shares?.more) &&
    isBets(shares?.fewer) &&
    typeof guards === "object" &&
    guards !== null &&
    !Array.isArray(guards)
  );
}

function isUnits(value: unknown): value is UnitsByArm {
  const { control, candidate } = (value ?? {}) as Partial<UnitsByArm>;
  return isCount(control) && isCount(candidate);
}
