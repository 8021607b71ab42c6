import type { ChatRequest, CheckVerdict, Completion } from "../../contracts/index.ts";
import type { Call, Refusal } from "../../contracts/ports/index.ts";
import type { AttemptRecord } from "./attempt-record.ts";
import type { CallContext, RequestScope } from "./context.ts";

/**
 * Returns the request that a call sends: with the output limit that a bound gave it, under the name that was used. A
 * prediction is left out, since it excludes a limit and its tokens would be billed beyond it.
 */
export function chatWithin(
  { chat: whole }: CallContext,
  { outputLimit }: Call,
  record: AttemptRecord,
): ChatRequest {
  if (outputLimit === undefined) return whole;
  const chat = whole.prediction ? withoutPrediction(whole, record) : whole;
  const { max_completion_tokens: asked, max_tokens: askedByOldName } = chat;
  if ((asked ?? askedByOldName) === outputLimit) return chat;
  const byOldName = asked === undefined || asked === null ? askedByOldName : undefined;
  return byOldName === undefined || byOldName === null
    ? { ...chat, max_completion_tokens: outputLimit, max_tokens: undefined }
    : { ...chat, max_tokens: outputLimit };
}

function withoutPrediction({ prediction: _, ...chat }: ChatRequest, record: AttemptRecord): ChatRequest {
  record.dropped("prediction");
  return chat;
}

/** Returns the refusal of a call whose limit is not above one at which an answer of the request has ended. */
export function endsEarlier(
  { cutAt }: Pick<RequestScope, "cutAt">,
  { outputLimit, limited }: Call,
): Refusal | undefined {
  if (cutAt === 0 || outputLimit === undefined || outputLimit > cutAt) return undefined;
  const by = limited === undefined || limited.by === "expected" ? "maxCostUsd" : limited.by;
  return { by, reason: `could answer with ${outputLimit} tokens, and an answer was cut at ${cutAt}` };
}

/** Verdict on an answer that ended at a limit that was not asked for. */
const cut: CheckVerdict = { name: "outputLimit", accepted: false };

/**
 * Notes an answer that ended at a limit of the router's, and returns true: it is degraded, since it goes on.
 * Calls that follow get a higher limit, or are not made.
 */
export function noteIfCut(
  { scope }: CallContext,
  { limited }: Call,
  record: AttemptRecord,
  { choices }: Completion,
): boolean {
  if (limited === undefined || choices[0]?.finish_reason !== "length") return false;
  scope.cutAt = Math.max(scope.cutAt, limited.to);
  record.checked(cut);
  return true;
}
