import { readState, type StateTable } from "../../plugin/index.ts";
import { exportedAs } from "../exported-as.ts";
import type { UnitsByArm } from "../units/arm-table.ts";
import { type BegunParts, isBegunParts } from "../units/begun-parts.ts";
import type { RolloutStateName, RolloutVerdict } from "./rollout-status.ts";

/** State of a rollout that all processes share, as plain JSON. Replaced as a whole, by compare-and-set. */
export interface RolloutRecord {
  readonly formatVersion: 1;
  readonly id: string;
  /** Random name of the record: differs after it was lost and made again by someone who did not know it. */
  readonly generation: string;
  /** Keyed hash that tells whether two processes have the same salt; says nothing about it. */
  readonly saltHash: string;
  /** Hash of everything that evidence depends on: stages, hold-out, confidence, guards with margins, policies. */
  readonly settingsHash: string;
  /** Grows when a person begins the comparison again: evidence of an earlier epoch does not count. */
  readonly epoch: number;
  readonly state: RolloutStateName;
  /** From 0. */
  readonly stage: number;
  /** Start of the stage in milliseconds since the epoch: on the store's clock, or without one on the router's. */
  readonly since: number;
  /** Fixed units by arm when the stage began. */
  readonly before: UnitsByArm;
  /** Parts of the bets on harm that have begun. They change without a new revision. */
  readonly begun: BegunParts;
  /** Signals that a person has overruled: they pause no more. */
  readonly overruled: readonly string[];
  /** Grows with each change. */
  readonly revision: number;
  /** Names of the processes whose tables count. */
  readonly tables: readonly string[];
  /** Changes, the oldest first. */
  readonly history: readonly RolloutVerdict[];
}

/** Largest number of tables: what a store returns in one call, and room for other keys. */
export const mostTables = 240;
/** Largest number of changes that are kept. */
export const mostHistory = 50;
/** Longest value of a store in characters. */
export const longestValue = 65_536;

/** Last time that a date can state, in milliseconds since the epoch. */
const lastTime = 8.64e15;

const verdicts: readonly RolloutVerdict["verdict"][] = [
  "advance",
  "hold",
  "pause",
  "resume",
  "roll-back",
  "abort",
  "invalid",
  "done",
];

const count = { is: "number", min: 0, max: Number.MAX_SAFE_INTEGER, integer: true } as const;
const name = { is: "text", max: 128 } as const;

/** Returns the table of the record of a rollout with this many stages. */
function recordTable(stages: number): StateTable<RolloutRecord> {
  return {
    formatVersion: { is: "choice", of: [1] },
    id: { is: "text" },
    generation: name,
    saltHash: name,
    settingsHash: name,
    epoch: count,
    state: { is: "choice", of: ["running", "paused", "rolled-back", "aborted", "invalid", "done"] },
    stage: { ...count, max: stages - 1 },
    since: { ...count, max: lastTime },
    before: { is: "table", of: { control: count, candidate: count } },
    begun: exportedAs(isBegunParts),
    overruled: { is: "list", of: name, max: 64 },
    revision: count,
    tables: { is: "list", of: name, max: mostTables },
    history: { is: "list", of: exportedAs(isVerdict), max: mostHistory },
  };
}

/** Returns the record as a store keeps it: the oldest changes are left out where it would be too long. */
export function recordText(record: RolloutRecord): string {
  let { history } = record;
  let text = JSON.stringify(record);
  while (text.length > longestValue && history.length > 1) {
    history = history.slice(Math.ceil(history.length / 4));
    text = JSON.stringify({ ...record, history });
  }
  return text;
}

/**
 * Reads a record that a store or a file holds. Returns the reason why it cannot be used in its place: everything in it
 * may be wrong.
 */
export function readRecord(text: unknown, id: string, stages: number): RolloutRecord | string {
  if (typeof text !== "string" || text.length > longestValue) return "the record is not a text of ours";
  let given: Partial<RolloutRecord> | null;
  try {
    given = JSON.parse(text) as Partial<RolloutRecord> | null;
  } catch {
    return "the record is not JSON";
  }
  return checkRecord(given, id, stages);
}

/** The same for a record that was parsed. */
export function checkRecord(given: unknown, id: string, stages: number): RolloutRecord | string {
  if (typeof given !== "object" || given === null) return "the record is not an object";
  const one = given as Partial<RolloutRecord>;
  if (one.formatVersion !== 1)
    return "the record has another format: it is of another version of this package";
  if (one.id !== id) return "the record is of another rollout";
  try {
    return readState("record", recordTable(stages), given as RolloutRecord);
  } catch {
    return "the record cannot be read";
  }
}

export function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

/** True for what `status()` may show: texts are short, numbers are numbers. */
export function isVerdict(value: unknown): value is RolloutVerdict {
  const { verdict, at, stage, reason, numbers, ...rest } = (value ?? {}) as Partial<RolloutVerdict>;
  return (
    verdicts.includes(verdict as RolloutVerdict["verdict"]) &&
    isText(at) &&
    isCount(stage) &&
    isText(reason) &&
    typeof numbers === "object" &&
    numbers !== null &&
    Object.keys(numbers).length <= 32 &&
    Object.entries(numbers).every(([name, one]) => name.length <= 60 && typeof one === "number") &&
    Object.entries(rest).every(([name, one]) => name.length <= 60 && isText(one))
  );
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value.length <= 600;
}
