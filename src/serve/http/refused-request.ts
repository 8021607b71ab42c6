import { showsDetail } from "../../contracts/errors/index.ts";
import { isRouterError, type NoEligibleModelError, type ProviderError } from "../../contracts/index.ts";
import { messageIn } from "../../plugin/message-in.ts";

/** Words, code and field of a refusal. */
interface RefusedRequest {
  readonly message: string;
  readonly code: string;
  readonly param?: string | undefined;
}

/** The code on which clients shorten a conversation. */
export const overflowCode = "context_length_exceeded";

/** Kinds of failure by which a server says something about the request. */
const ofRequest: ReadonlySet<string> = new Set([
  "invalid-request",
  "too-large",
  "context-overflow",
  "content-filter",
]);

/** Returns what a provider says about a request that it refused, for the client that sent it: words, code and field. */
export function refusedRequest(error: unknown): RefusedRequest | undefined {
  if (isRouterError(error, "no-eligible-model")) return tooLong(error);
  const refusal = isRouterError(error, "all-models-failed") ? error.cause : error;
  if (!isRouterError(error) || !isRouterError(refusal, "provider") || !ofRequest.has(refusal.kind))
    return undefined;
  const { kind, param } = refusal;
  const message = withWords(error.message, refusal);
  if (kind === "context-overflow") return { message, code: overflowCode, param };
  const own = kind === "content-filter" ? undefined : refusal.providerCode;
  return { message, code: own ?? kind.replaceAll("-", "_"), param };
}

const said = ": the server says: ";

/** Returns a message with all that the server says; a message alone holds only words that are known to be harmless. */
function withWords(message: string, refusal: ProviderError): string {
  const { detail } = refusal;
  if (!showsDetail(refusal) || detail === undefined || detail === "") return message;
  const words = messageIn(detail).replace(/\s+/g, " ").trim();
  if (message.includes(words)) return message;
  const start = message === refusal.message ? message.indexOf(said) : -1;
  return `${start < 0 ? message : message.slice(0, start)}${said}${words}`;
}

const windowReason = /its window of (\d+) tokens is too small for about (\d+)$/;

/** A request that fits no model's window is too long, before any provider says so. */
function tooLong({ message, reasons }: NoEligibleModelError): RefusedRequest | undefined {
  const all = Object.values(reasons);
  return all.length > 0 && all.every((reason) => windowReason.test(reason))
    ? { message, code: overflowCode }
    : undefined;
}

/** Returns the words on which clients of Messages shorten a conversation. */
export function tooLongMessage(message: string): string {
  const phrase = "prompt is too long";
  const at = message.toLowerCase().indexOf(phrase);
  if (at >= 0) return `${phrase}${message.slice(at + phrase.length)}`;
  const [, window, needed] = /its window of (\d+) tokens is too small for about (\d+)/.exec(message) ?? [];
  return window === undefined ? `${phrase}: ${message}` : `${phrase}: ${needed} tokens > ${window} maximum`;
}
