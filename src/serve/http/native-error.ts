import { isRouterError, type NativeProtocol } from "../../contracts/index.ts";
import { type NativeFailure, nativeFailure } from "../../plugin/native-failure.ts";
import { failureOf } from "./failure.ts";
import { type Reply, textReply } from "./reply.ts";

/** Carries a server's own error to the client that speaks its protocol. */
export class NativeError extends Error {
  readonly reply: Reply;

  constructor(reply: Reply) {
    super("the model's server failed");
    this.reply = reply;
  }
}

/**
 * Returns the server's error of the last attempt, if that server spoke the protocol. Not one about the key: it is ours, which a
 * sender cannot mend and would take for its own, and the text may hold a part of it.
 */
export function lastFailure(error: unknown, protocol: NativeProtocol): NativeFailure | undefined {
  const last = isRouterError(error, "all-models-failed") ? error.cause : error;
  if (!isRouterError(last, "provider") || last.kind === "authentication" || last.kind === "permission")
    return undefined;
  return nativeFailure(last, protocol);
}

/** Waits for an answer. Rejects with `NativeError` where it fails with a server's error that the client may see as it came. */
export async function orNative<T>(answer: Promise<T>, protocol: NativeProtocol): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    const failure = lastFailure(error, protocol);
    // An event of `/responses` that reports a failure has not the form of an error's body.
    if (failure === undefined || (failure.status === undefined && protocol === "responses")) throw error;
    const { status, headers } = failureOf(error);
    // A server may send any number; an answer may not have it.
    const { status: own = status } = failure;
    throw new NativeError(textReply(failure.text, headers, own >= 400 && own < 600 ? own : status));
  }
}
