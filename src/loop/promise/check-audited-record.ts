import { InvalidOptionError } from "../../contracts/index.ts";
import { readOption, type StateTable } from "../../plugin/index.ts";
import { readValue } from "../../plugin/options/read-options.ts";
import type { AuditedRecord, DecidedBecause } from "./audited-record.ts";
import type { PromiseRules } from "./promise-options.ts";

/** Origins of decisions that are not evidence about the policy, in the order of a report. */
export const apartOrigins: readonly Exclude<DecidedBecause, "policy">[] = [
  "pin",
  "step",
  "cap",
  "promise",
  "budget",
  "fallback",
  "held-out",
];

/** A record with its defaults. */
export interface CheckedRecord extends AuditedRecord {
  readonly probability: number;
  readonly because: DecidedBecause;
}

const time = { is: "number", min: 0, max: 8.64e15 } as const;
const name = { is: "text", empty: true, expected: "a string, or absent", optional: true } as const;

const auditedRecord: StateTable<AuditedRecord> = {
  decisionId: name,
  at: { ...time, optional: true },
  probability: { is: "share", default: 1 },
  loss: { is: "number", min: -1, max: 1 },
  unit: name,
  tenant: name,
  category: name,
  because: { is: "choice", of: ["policy", ...apartOrigins], default: "policy" },
};

/** Checks and returns a record. Throws `InvalidOptionError`. */
export function checkAuditedRecord(
  record: AuditedRecord,
  rules: Pick<PromiseRules, "leastProbability" | "everyMs">,
): CheckedRecord {
  if (typeof record !== "object" || record === null)
    throw new InvalidOptionError("record", record, "an audited record");
  const read = readValue({ is: "table", of: auditedRecord }, "record", record, false) as CheckedRecord;
  readOption({ is: "share", min: rules.leastProbability }, "record.probability", read.probability);
  if (rules.everyMs !== undefined) readOption(time, "record.at", read.at);
  return read;
}
