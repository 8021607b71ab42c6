import type { ScenarioFailure, ScenarioWire } from "../../../src/testing/index.ts";
import { openaiWire } from "../openai-server.ts";
import { awsFrame } from "./aws-frames.ts";

/** A message that holds a part of what the container streams. */
export function payloadPart(text: string | Uint8Array): Buffer {
  const headers = {
    ":event-type": "PayloadPart",
    ":content-type": "application/octet-stream",
    ":message-type": "event",
  };
  return awsFrame(headers, text);
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
