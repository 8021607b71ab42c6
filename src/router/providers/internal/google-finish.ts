import { type CompletionChoice, ProviderError } from "../../../contracts/index.ts";
import type { ErrorContext } from "./google-errors.ts";
import type { PartReader } from "./google-parts.ts";

type FinishReason = CompletionChoice["finish_reason"];

/** A map, because the reason comes from the server and could be "constructor". */
const finishReasons: ReadonlyMap<unknown, FinishReason> = new Map([
  ["STOP", "stop"],
  ["MAX_TOKENS", "length"],
  ["SAFETY", "content_filter"],
  ["RECITATION", "content_filter"],
  ["LANGUAGE", "content_filter"],
  ["BLOCKLIST", "content_filter"],
  ["PROHIBITED_CONTENT", "content_filter"],
  ["SPII", "content_filter"],
  ["IMAGE_SAFETY", "content_filter"],
  ["IMAGE_PROHIBITED_CONTENT", "content_filter"],
  ["IMAGE_RECITATION", "content_filter"],
  // Of a firewall that Vertex AI can put before a model.
  ["MODEL_ARMOR", "content_filter"],
]);

/** Reasons that mean that there is no usable answer: a retry may succeed. */
const failures: ReadonlySet<unknown> = new Set([
  "FINISH_REASON_UNSPECIFIED",
  "OTHER",
  "MALFORMED_FUNCTION_CALL",
  "MALFORMED_RESPONSE",
  "UNEXPECTED_TOOL_CALL",
  "TOO_MANY_TOOL_CALLS",
  "MISSING_THOUGHT_SIGNATURE",
  "NO_IMAGE",
  "IMAGE_OTHER",
]);

interface Ending {
  readonly calls: boolean;
  readonly reader: PartReader;
  readonly context: Pick<ErrorContext, "name">;
}

/**
 * Translates the finish reason; Google's own word is next to it where it says more. A reason that is not known ends an
 * answer like `STOP`, if there is one. Throws `ProviderError` of kind `incomplete` for an answer that cannot be used: a call
 * that is malformed, a stream that was cut.
 */
export function finishOf(
  reason: string | null | undefined,
  { calls, reader, context }: Ending,
): Pick<CompletionChoice, "finish_reason" | "native_finish_reason"> {
  const known = finishReasons.get(reason);
  const isText = typeof reason === "string" && reason !== "";
  const isAnswer = known !== undefined || (isText && !failures.has(reason) && !reader.isEmpty());
  if (!isAnswer || !reader.isWhole()) {
    const summary = !isAnswer
      ? reason
        ? `the answer ended with ${asCode(reason)}`
        : "the answer has no finish reason"
      : "the arguments of a call came in pieces that cannot be joined";
    throw new ProviderError({ kind: "incomplete", model: context.name, summary });
  }
  const finish_reason = (known ?? "stop") === "stop" && calls ? "tool_calls" : (known ?? "stop");
  const native = (reason as string).slice(0, longestReason);
  return { finish_reason, ...(native !== "STOP" && { native_finish_reason: native }) };
}

const longestReason = 100;

/** Returns a provider's constant so that a message may show it; other text is not shown. */
export function asCode(value: unknown): string {
  return typeof value === "string" && /^[A-Z_]{1,40}$/.test(value) ? value : "an unknown reason";
}
