import type {
  FailureKind,
  ScenarioAnswer,
  ScenarioFailure,
  ScenarioWire,
  WireReply,
} from "../../../src/testing/index.ts";
import { anthropicWire } from "../anthropic-server.ts";
import { eventFrame, exceptionFrame } from "./aws-frames.ts";

// Shapes: `bedrock-runtime` 2023-09-30 in @aws-sdk/client-bedrock-runtime 3.1164.0, and recorded answers in the tests of
// pydantic-ai (22 August 2026). That the frames are right is tested with AWS's client in `bedrock-sdk.test.ts`.

/** Statuses of Bedrock that differ from the usual ones. */
export const bedrockStatuses: Partial<Record<FailureKind, number>> = {
  authentication: 403,
  overloaded: 503,
  timeout: 408,
};

const names: Readonly<Partial<Record<FailureKind, string>>> = {
  authentication: "UnrecognizedClientException",
  permission: "AccessDeniedException",
  "not-found": "ResourceNotFoundException",
  "rate-limit": "ThrottlingException",
  overloaded: "ServiceUnavailableException",
  server: "InternalServerException",
  timeout: "ModelTimeoutException",
  conflict: "ConflictException",
};

function messageOf({ kind, message }: ScenarioFailure): string {
  if (kind === "context-overflow") return `This model's maximum context length is 8192 tokens. ${message}`;
  return message;
}

/** Refusals of Bedrock, whatever the interface. */
export const bedrockFailures: Pick<ScenarioWire, "failure" | "streamError"> = {
  failure: (failure): WireReply => ({
    status: failure.status,
    headers: {
      "x-amzn-errortype": `${names[failure.kind] ?? "ValidationException"}:http://internal.amazon.com/coral/`,
      "x-amzn-requestid": failure.requestId,
      ...(failure.retryAfterMs !== undefined && { "retry-after": String(failure.retryAfterMs / 1_000) }),
    },
    body: { message: messageOf(failure) },
  }),
  streamError: (failure) => {
    const name = names[failure.kind] ?? "ValidationException";
    return exceptionFrame(name.charAt(0).toLowerCase() + name.slice(1), { message: messageOf(failure) });
  },
};

const stopReasons = {
  stop: "end_turn",
  length: "max_tokens",
  tool_calls: "tool_use",
  content_filter: "content_filtered",
} as const satisfies Record<ScenarioAnswer["finishReason"], string>;

function usageOf({ usage }: ScenarioAnswer): object {
  const { inputTokens, outputTokens, cachedInputTokens = 0, cacheWriteTokens = 0 } = usage;
  return {
    inputTokens: inputTokens - cachedInputTokens - cacheWriteTokens,
    outputTokens,
    totalTokens: inputTokens + outputTokens,
    cacheReadInputTokens: cachedInputTokens,
    cacheReadInputTokenCount: cachedInputTokens,
    cacheWriteInputTokens: cacheWriteTokens,
    cacheWriteInputTokenCount: cacheWriteTokens,
    serverToolUsage: {},
  };
}

/** Converse and ConverseStream. */
export const converseWire: ScenarioWire = {
  ...bedrockFailures,
  isStream: ({ path }) => path.endsWith("/converse-stream"),
  answer: (answer) => ({
    headers: { "x-amzn-requestid": "request-answer" },
    body: {
      metrics: { latencyMs: 571 },
      output: {
        message: {
          role: "assistant",
          content: [
            ...(answer.textPieces.length > 0 ? [{ text: answer.textPieces.join("") }] : []),
            ...answer.toolCalls.map(({ id, name, argumentPieces }) => ({
              toolUse: { toolUseId: id, name, input: JSON.parse(argumentPieces.join("")), type: "tool_use" },
            })),
          ],
        },
      },
      stopReason: stopReasons[answer.finishReason],
      usage: usageOf(answer),
    },
  }),
  stream: (answer) => {
    const at = answer.textPieces.length > 0 ? 1 : 0;
    return {
      contentType: "application/vnd.amazon.eventstream",
      headers: { "x-amzn-requestid": "request-answer" },
      content: [
        eventFrame("messageStart", { role: "assistant" }),
        // Blocks of text have no start.
        ...answer.textPieces.map((text) =>
          eventFrame("contentBlockDelta", { contentBlockIndex: 0, delta: { text } }),
        ),
        ...(at === 1 ? [eventFrame("contentBlockStop", { contentBlockIndex: 0 })] : []),
        ...answer.toolCalls.flatMap(({ id, name, argumentPieces }, index) => {
          const contentBlockIndex = at + index;
          return [
            eventFrame("contentBlockStart", {
              contentBlockIndex,
              start: { toolUse: { toolUseId: id, name } },
            }),
            ...argumentPieces.map((input) =>
              eventFrame("contentBlockDelta", { contentBlockIndex, delta: { toolUse: { input } } }),
            ),
            eventFrame("contentBlockStop", { contentBlockIndex }),
          ];
        }),
      ],
      ending: [
        eventFrame("messageStop", { stopReason: stopReasons[answer.finishReason] }),
        eventFrame("metadata", { metrics: { latencyMs: 820 }, usage: usageOf(answer) }),
      ],
    };
  },
};

/** InvokeModel and InvokeModelWithResponseStream with a Claude model: Anthropic's answers, its events in chunks. */
export const invokeWire: ScenarioWire = {
  ...anthropicWire,
  ...bedrockFailures,
  isStream: ({ path }) => path.endsWith("/invoke-with-response-stream"),
  stream: (answer, request) => {
    const { content, ending } = anthropicWire.stream(answer, request);
    return {
      contentType: "application/vnd.amazon.eventstream",
      content: content.map(chunkOf),
      ending: ending.map(chunkOf),
    };
  },
};

function chunkOf(event: string | Uint8Array): Buffer {
  const data = /^data: (.*)$/m.exec(event.toString())?.[1] ?? "{}";
  return eventFrame("chunk", { bytes: Buffer.from(data).toString("base64") });
}
