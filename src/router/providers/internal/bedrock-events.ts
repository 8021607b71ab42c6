import type { ProviderError } from "../../../contracts/index.ts";
import { fromBase64 } from "../../../plugin/base64.ts";
import { fieldsOf } from "../../../plugin/fields-of.ts";
import { bodyReader } from "../../../plugin/http/body-reader.ts";
import { bodyFrames } from "./body-frames.ts";
import { readFailure } from "./direct-call.ts";
import type { EventFrame } from "./event-frames.ts";
import { eventOf, type ServerEvent } from "./server-events.ts";

/** A message of a stream that reports a failure. */
export interface StreamException {
  /** Name with a capital: `ThrottlingException`. */
  readonly name: string;
  /** Words of AWS, as JSON or as text. */
  readonly text: string;
}

/**
 * Reads the events of Bedrock's streams. An event has its name in a header and its fields as JSON, or it is a `chunk`, which
 * holds an event of the model in base64. Throws what `failureOf` returns for a message that reports a failure, and
 * `ProviderError` (`incomplete`) for what cannot be read.
 */
export async function* bedrockEvents(
  source: unknown,
  model: string,
  failureOf: (exception: StreamException) => ProviderError,
): AsyncGenerator<ServerEvent, void> {
  if (source === undefined || source === null) return;
  try {
    for await (const frame of bodyFrames(bodyReader(source), model)) {
      const exception = exceptionOf(frame);
      if (exception !== undefined) throw failureOf(exception);
      const event = readEvent(frame);
      if (event !== undefined) yield event;
    }
  } catch (error) {
    throw readFailure(error, model);
  }
}

const decoder = new TextDecoder();
/** Largest part of a failure's text that is read. */
const mostTextBytes = 65_536;

function exceptionOf({ headers, payload }: EventFrame): StreamException | undefined {
  const type = headers.get(":message-type");
  if (type !== "exception" && type !== "error") return undefined;
  const name = headers.get(type === "exception" ? ":exception-type" : ":error-code") ?? "";
  const said = type === "error" ? headers.get(":error-message") : undefined;
  return {
    name: name.charAt(0).toUpperCase() + name.slice(1),
    text:
      said === undefined
        ? decoder.decode(payload.subarray(0, mostTextBytes))
        : JSON.stringify({ message: said }),
  };
}

function readEvent({ headers, payload }: EventFrame): ServerEvent | undefined {
  const type = headers.get(":event-type") ?? "";
  const data = decoder.decode(payload);
  const fields = fieldsOf(JSON.parse(data));
  if (type !== "chunk") return { type, data, fields };
  const { bytes } = fields;
  return typeof bytes === "string" ? eventOf(decoder.decode(fromBase64(bytes))) : undefined;
}
