import { InvalidOptionError } from "../../contracts/index.ts";
import { checkNumber } from "../../plugin/index.ts";
import type { AuditedRecord, DecidedBecause } from "./audited-record.ts";
import type { PromiseRules } from "./promise-options.ts";

/** Origins of decisions that are not evidence about the policy, in the order of a report. */
export const apartOrigins: readonly Exclude<DecidedBecause, "policy">[] = [
  "pin",
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

/** Checks and returns a record. Throws `InvalidOptionError`. */
export function checkAuditedRecord(
  record: AuditedRecord,
  rules: Pick<PromiseRules, "leastProbability" | "everyMs">,
): CheckedRecord {
  if (typeof record !== "object" || record === null)
    throw new InvalidOptionError("record", record, "an audited record");
  const { decisionId, at, probability = 1, loss, unit, tenant, category, because = "policy" } = record;
  checkNumber("record.loss", loss, { min: -1, max: 1 });
  checkNumber("record.probability", probability, { min: rules.leastProbability, max: 1 });
  if (at !== undefined || rules.everyMs !== undefined) checkNumber("record.at", at, { min: 0, max: 8.64e15 });
  checkName("decisionId", decisionId);
  checkName("unit", unit);
  checkName("tenant", tenant);
  checkName("category", category);
  if (because !== "policy" && !apartOrigins.includes(because))
    throw new InvalidOptionError("record.because", because, `policy, ${apartOrigins.join(", ")}`);
  return { decisionId, at, probability, loss, unit, tenant, category, because };
}

function checkName(field: string, value: unknown): void {
  if (value !== undefined && typeof value !== "string")
    throw new InvalidOptionError(`record.${field}`, value, "a string, or absent");
}
