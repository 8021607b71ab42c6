import { ProviderError } from "../../../contracts/index.ts";
import { bodyReader } from "../../../plugin/http/body-reader.ts";
import { bodyFrames } from "./body-frames.ts";
import type { EventFrame } from "./event-frames.ts";
import { incomplete } from "./incomplete.ts";

/** A body, as `bodyReader` reads it. */
export interface UnwrappedBody extends AsyncIterable<Uint8Array> {
  /** Closes the connection, also while a piece is awaited. */
  destroy(): void;
}

/**
 * Unwraps what a container streams from the messages of SageMaker. Throws `ProviderError` for a message that reports a
 * failure, and for what is not such a stream.
 */
export function sagemakerBody(source: unknown, model: string): UnwrappedBody {
  const reader = bodyReader(source);
  return {
    destroy: () => reader.cancel(),
    async *[Symbol.asyncIterator]() {
      for await (const frame of bodyFrames(reader, model)) {
        const payload = payloadOf(frame, model);
        if (payload.length > 0) yield payload;
      }
    },
  };
}

/** Payload of an event that holds a part of the answer. Others, which do not exist yet, are left out. */
function payloadOf({ headers, payload }: EventFrame, model: string): Uint8Array {
  const type = headers.get(":message-type");
  if (type === "event") return headers.get(":event-type") === "PayloadPart" ? payload : nothing;
  const text = new TextDecoder().decode(payload.subarray(0, mostTextBytes));
  if (type === "exception") throw streamFailure(headers.get(":exception-type"), codeIn(text), text, model);
  if (type === "error")
    throw streamFailure(headers.get(":error-code"), undefined, headers.get(":error-message") ?? text, model);
  return nothing;
}

function streamFailure(
  name: string | undefined,
  code: string | undefined,
  detail: string,
  model: string,
): ProviderError {
  if (code === "ModelInvocationTimeExceeded")
    return new ProviderError({
      kind: "timeout",
      model,
      detail,
      summary: "the container took longer than SageMaker waits for a whole answer",
    });
  if (name === "ModelStreamError" || code === "StreamBroken")
    return incomplete(model, "the connection between SageMaker and the container broke off", detail);
  return new ProviderError({ kind: "server", model, detail, summary: "SageMaker failed within the stream" });
}

function codeIn(text: string): string | undefined {
  try {
    const { ErrorCode } = JSON.parse(text) as { readonly ErrorCode?: unknown };
    return typeof ErrorCode === "string" ? ErrorCode : undefined;
  } catch {
    return undefined;
  }
}

const nothing: Uint8Array = new Uint8Array();
/** Largest part of a failure's text that is read. */
const mostTextBytes = 65_536;
