import { EventStreamCodec } from "@smithy/eventstream-codec";

// The encoder of AWS.
const codec = new EventStreamCodec(
  (bytes) => new TextDecoder().decode(bytes as Uint8Array),
  (text) => new TextEncoder().encode(text),
);

/** A message of an event stream, with headers that are strings. */
export function awsFrame(headers: Readonly<Record<string, string>>, body: string | Uint8Array): Buffer {
  const typed = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, { type: "string" as const, value }]),
  );
  return Buffer.from(
    codec.encode({ headers: typed, body: typeof body === "string" ? Buffer.from(body) : body }),
  );
}

/** A message that holds an event, with the padding by which Bedrock hides its length. */
export function eventFrame(type: string, body: object): Buffer {
  const headers = { ":event-type": type, ":content-type": "application/json", ":message-type": "event" };
  return awsFrame(headers, JSON.stringify({ ...body, p: "abcdefghijklm" }));
}

/** A message that reports a failure. */
export function exceptionFrame(type: string, body: object): Buffer {
  return awsFrame({ ":exception-type": type, ":message-type": "exception" }, JSON.stringify(body));
}

/** A message that reports a failure without a type that is modelled. */
export function errorFrame(code: string, message: string): Buffer {
  return awsFrame({ ":error-code": code, ":error-message": message, ":message-type": "error" }, "");
}
