import type { ChatRequest, Completion, Decision, RecordedFacts, RouterEvent } from "../../contracts/index.ts";
import { dropPromises } from "../../plugin/index.ts";
import type { AuditedRecord } from "../promise/audited-record.ts";
import type { ResolvedAuditOptions } from "./audit-options.ts";
import type { AuditSkip } from "./audit-status.ts";
import { decidedBecause } from "./decided-because.ts";
import { hasHostedTools, isFirstTurn } from "./tool-turns.ts";

export type Completed = Extract<RouterEvent, { type: "request-completed" }>;

/** A drawn request that is to be compared. */
export interface AuditJob {
  readonly event: Completed;
  readonly request: ChatRequest;
  readonly answer: Completion;
  /** Probability with which it was drawn. */
  readonly probability: number;
  /** True if the reference is asked; false if `small` is, for training. */
  readonly isReference: boolean;
}

/** Returns the reason why a request is not compared, as far as the request itself says. */
export function refusalOf(
  event: Completed,
  { allow, tools }: Pick<ResolvedAuditOptions, "allow" | "tools">,
): AuditSkip | undefined {
  const { request } = event.decision;
  const hasTools = request.tools > 0 || request.toolLoopPending;
  if (hasTools) {
    const sent = event.readRequest();
    if (tools === "skip" || hasHostedTools(sent) || !isFirstTurn(sent)) return "tools";
  }
  return allow === undefined || isAllowed(allow, request) ? undefined : "no-consent";
}

function isAllowed(allow: (facts: RecordedFacts) => boolean, facts: RecordedFacts): boolean {
  try {
    const answer: unknown = allow(facts);
    if (answer === true) return true;
    dropPromises(answer);
  } catch {
    // An answer that was not given is not a consent.
  }
  return false;
}

/** Returns what a promise is told of an audited request. */
export function auditedRecord(
  { event, probability }: Pick<AuditJob, "event" | "probability">,
  loss: number,
  hash: (text: string) => string,
): AuditedRecord {
  const { decision, attempts } = event;
  return {
    decisionId: decision.id,
    at: Date.parse(decision.at),
    probability,
    loss,
    ...ownersOf(decision, hash),
    because: decidedBecause(decision, attempts),
  };
}

/** Returns category, and hashed session and tenant, of a decision. */
export function ownersOf(
  { request, classification }: Decision,
  hash: (text: string) => string,
): Pick<AuditedRecord, "unit" | "tenant" | "category"> {
  const { session, tenant, category } = request;
  return {
    unit: session && hash(`session ${tenant ?? ""} ${session}`),
    tenant: tenant && hash(`tenant ${tenant}`),
    category: category ?? classification?.category,
  };
}
