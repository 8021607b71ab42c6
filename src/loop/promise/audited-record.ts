/**
 * Origin of a decision: the policy, or something that says nothing about it: a pin, what an agent asks for itself
 * (`step`, see `housekeeping`), a cap that replaced the policy's plan, a broken promise that did (`promise`, see `keepPromise`), the soft limit of a budget, a fallback after a failure,
 * or the hold-out, whose units always get the large model (`held-out`).
 */
export type DecidedBecause =
  | "policy"
  | "pin"
  | "step"
  | "cap"
  | "promise"
  | "budget"
  | "fallback"
  | "held-out";

/** A request whose answer was compared with that of the reference model. JSON, without prompt text. */
export interface AuditedRecord {
  /** Id of the decision, which makes a record that comes twice known. Absent: it is not looked for. */
  readonly decisionId?: string | undefined;
  /** Milliseconds since the epoch at which the request was decided. Absent: not known. */
  readonly at?: number | undefined;
  /** Probability with which the request was audited, in [0.000001, 1]. Default 1. */
  readonly probability?: number | undefined;
  /** Quality of the reference minus that of the answer, in [-1, 1]; 0 where the reference answered. */
  readonly loss: number;
  /** Independent unit, for instance a hashed session: of one unit a window counts one record. Absent: its own. */
  readonly unit?: string | undefined;
  /** Tenant, hashed. Absent: not known. */
  readonly tenant?: string | undefined;
  readonly category?: string | undefined;
  /** Default `policy`. */
  readonly because?: DecidedBecause | undefined;
}
