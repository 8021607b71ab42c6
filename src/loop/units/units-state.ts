import type { StateTable } from "../../plugin/index.ts";
import { exportedAs } from "../exported-as.ts";
import type { ComparedArm, FinishedRequest, Guard, RatedQuality } from "../guards/guard.ts";
import { type ArmTable, isArmTable } from "./arm-table.ts";
import { mostUnitRequests } from "./unit-options.ts";

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

/** Longest lists and texts that are taken: more than any bound of the units allows is not ours. */
const mostRatings = 4 * mostUnitRequests;
const mostSilent = 100;
const longestText = 1_200;

const text = { is: "text", empty: true, max: longestText } as const;
const amount = { is: "number", min: 0 } as const;
const unit = { arm: { is: "choice", of: ["control", "candidate"] }, revision: amount, at: amount } as const;
const rating = { value: { is: "number" }, source: text } as const;

const openUnit: StateTable<OpenUnit> = {
  ...unit,
  requests: {
    is: "list",
    max: mostUnitRequests,
    of: {
      is: "table",
      of: {
        outcome: { is: "choice", of: ["answered", "failed", "degraded", "aborted"] },
        // JSON writes no number as null, such as the latency of a request that has none: guards read neither.
        costUsd: { is: "any", optional: true },
        latencyMs: { is: "any" },
        firstTokenMs: { is: "any", optional: true },
        troubled: { is: "choice", of: ["failed", "refused"], optional: true },
        escalated: { is: "choice", of: ["asked", "answered"], optional: true },
        ratings: { is: "list", max: mostRatings, of: { is: "table", of: rating }, optional: true },
      },
    },
  },
  ratings: { is: "list", max: mostRatings, of: { is: "table", of: { ...rating, decisionId: text } } },
};

const fixedUnit: StateTable<FixedUnit> = {
  ...unit,
  silent: { is: "list", of: text, max: mostSilent },
  left: { is: "boolean" },
};

/** Returns the table of the units' state, of a rollout with these guards. */
export function unitsState(guards: readonly Guard[]): StateTable<UnitsState> {
  return {
    formatVersion: { is: "choice", of: [1] },
    table: exportedAs((value) => isArmTable(value, guards)),
    open: { is: "list", of: { is: "tuple", of: [text, { is: "table", of: openUnit }] } },
    fixed: { is: "list", of: { is: "tuple", of: [text, { is: "table", of: fixedUnit }] } },
  };
}
