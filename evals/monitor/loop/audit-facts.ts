import { isObject } from "../../data/outcomes/is-object.ts";
import type { OutcomeRecord } from "../../data/outcomes/outcome-record.ts";

/** Facts of an audit in its record, as far as they can be read. */
export interface AuditFacts {
  /** Probability with which it was drawn, in (0, 1]. */
  readonly probability: number;
  /** Cause of the choice: `policy`, `pin`, `cap`, `budget`, `fallback`, `held-out`, `promise`. */
  readonly because: string;
  /** Name of the reference model. */
  readonly reference: string | undefined;
  /** Quality of the reference minus that of the caller's answer, in [-1, 1]. */
  readonly loss: number | undefined;
  readonly costUsd: number | undefined;
  readonly scorer: string | undefined;
}

const known: readonly string[] = [
  "policy",
  "pin",
  "step",
  "cap",
  "budget",
  "fallback",
  "held-out",
  "promise",
];

/** Reads `metadata.audit` of a record; undefined if it was not written by an audit. */
export function auditFacts({ metadata }: OutcomeRecord): AuditFacts | undefined {
  const audit = metadata?.["audit"];
  if (!isObject(audit)) return undefined;
  const because = audit["because"];
  return {
    probability: numberIn(audit["probability"], 1e-6, 1) ?? 1,
    because: typeof because === "string" && known.includes(because) ? because : "policy",
    reference: textOf(audit["reference"]),
    loss: numberIn(audit["loss"], -1, 1),
    costUsd: numberIn(audit["costUsd"], 0, Number.MAX_VALUE),
    scorer: textOf(audit["scorer"]),
  };
}

/** True if the text of a record was left out for a hash. */
export function isHashed(record: OutcomeRecord): boolean {
  return typeof (record as { readonly promptHash?: unknown }).promptHash === "string" && record.prompt === "";
}

function numberIn(value: unknown, min: number, max: number): number | undefined {
  return typeof value === "number" && value >= min && value <= max ? value : undefined;
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value.slice(0, 200) : undefined;
}
