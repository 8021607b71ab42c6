import { EventStreamCodec } from "@smithy/eventstream-codec";
import type { ScenarioFailure, ScenarioWire } from "../../../src/testing/index.ts";
import { openaiWire } from "../openai-server.ts";

// The encoder of AWS.
const codec = new EventStreamCodec(
  (bytes) => new TextDecoder().decode(bytes as Uint8Array),
  (text) => new TextEncoder().encode(text),
);

const string = (value: string) => ({ type: "string" as const, value });

/** A message that holds a part of what the container streams. */
export function payloadPart(text: string | Uint8Array): Buffer {
  const headers = {
    ":event-type": string("PayloadPart"),
    ":content-type": string("application/octet-stream"),
    ":message-type": string("event"),
  };
  return Buffer.from(codec.encode({ headers, body: typeof text === "string" ? Buffer.from(text) : text }));
}

/** A message that reports a failure. */
export function exceptionFrame(type: string, body: object): Buffer {
  const headers = { ":exception-type": string(type), ":message-type": string("exception") };
  return Buffer.from(codec.encode({ headers, body: Buffer.from(JSON.stringify(body)) }));
}

/** A message that reports a failure without a type that is modelled. */
export function errorFrame(code: string, message: string): Buffer {
  const headers = {
    ":error-code": string(code),
    ":error-message": string(message),
    ":message-type": string("error"),
  };
  return Buffer.from(codec.encode({ headers, body: new Uint8Array() }));
}

/**
 * SageMaker in front of a container that speaks chat completions: its streams in messages, two events of the container in three
 * parts, and its errors in those of AWS.
 */
export const sagemakerWire: ScenarioWire = {
  ...openaiWire,
  isStream: ({ path }) => path.endsWith("/invocations-response-stream"),
  stream: (answer, request) => {
    const { content, ending } = openaiWire.stream(answer, request);
    return {
      contentType: "application/vnd.amazon.eventstream",
      content: content.map((event) => inParts(event)),
      ending: ending.map((event) => inParts(event)),
    };
  },
  failure: (failure) => {
    const { body, status } = openaiWire.failure(failure);
    return {
      status: 424,
      headers: { "x-amzn-errortype": "ModelError", "x-amzn-requestid": failure.requestId },
      body: {
        Message: `Received client error (${status}) from primary with message "${failure.message}".`,
        OriginalStatusCode: status,
        OriginalMessage: JSON.stringify(body),
        LogStreamArn: "arn:aws:logs:eu-central-1:1:log-group:/aws/sagemaker/Endpoints/e",
      },
    };
  },
  streamError: (failure: ScenarioFailure) => inParts(openaiWire.streamError(failure)),
};

/** Splits an event into messages at any byte, even inside a character. */
function inParts(event: string | Uint8Array): Buffer {
  const bytes = Buffer.from(event as string);
  const third = Math.floor(bytes.length / 3);
  const parts = [bytes.subarray(0, third), bytes.subarray(third, 2 * third), bytes.subarray(2 * third)];
  return Buffer.concat(parts.map(payloadPart));
}
