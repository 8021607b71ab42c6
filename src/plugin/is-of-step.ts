import type { Decision } from "../contracts/decision.ts";
import type { Step } from "../contracts/step.ts";

/** The part of a decision that says so. A line of a log may lack it. */
interface Stepped extends Pick<Decision, "insteadOf"> {
  readonly request?: { readonly step?: Step | undefined } | undefined;
}

/** True if another plan than the policy's was taken because of what an agent asked: housekeeping, or a summary. */
export function isOfStep({ insteadOf, request }: Stepped): boolean {
  const kind = request?.step?.kind;
  return insteadOf !== undefined && (kind === "housekeeping" || kind === "summary");
}
