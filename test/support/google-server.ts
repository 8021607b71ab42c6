import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { ScenarioAnswer, ScenarioFailure, ScenarioWire } from "../../src/testing/index.ts";

/** Google's `generateContent` and `streamGenerateContent?alt=sse`, as documented. */
export const googleWire: ScenarioWire = {
  isStream: (request) => request.path.includes(":streamGenerateContent?alt=sse"),
  answer: (answer) => ({
    body: {
      candidates: [
        {
          content: { role: "model", parts: allParts(answer) },
          finishReason: finishReasonOf(answer),
          index: 0,
        },
      ],
      ...meta(answer),
      usageMetadata: usageOf(answer),
    },
  }),
  stream: (answer) => ({
    contentType: "text/event-stream",
    content: allParts(answer).map((part) =>
      event({ candidates: [{ content: { role: "model", parts: [part] }, index: 0 }], ...meta(answer) }),
    ),
    // The last chunk has an empty text next to the finish reason.
    ending: [
      event({
        candidates: [
          {
            content: { role: "model", parts: [{ text: "" }] },
            finishReason: finishReasonOf(answer),
            index: 0,
          },
        ],
        ...meta(answer),
        usageMetadata: usageOf(answer),
      }),
    ],
  }),
  failure: (failure) => ({ status: failure.status, body: { error: statusOf(failure) } }),
  streamError: (failure) => event({ error: statusOf(failure) }),
};

export const event = (chunk: unknown): string => `data: ${JSON.stringify(chunk)}\r\n\r\n`;

const meta = ({ model }: ScenarioAnswer) => ({ modelVersion: model, responseId: "resp-7f1" });

function allParts({ textPieces, toolCalls }: ScenarioAnswer): object[] {
  const calls = toolCalls.map(({ id, name, argumentPieces }) => ({
    functionCall: { id, name, args: JSON.parse(argumentPieces.join("")) },
  }));
  return [...textPieces.map((text) => ({ text })), ...calls];
}

const finishReasons = { stop: "STOP", length: "MAX_TOKENS", tool_calls: "STOP", content_filter: "SAFETY" };

const finishReasonOf = ({ finishReason }: ScenarioAnswer): string => finishReasons[finishReason];

function usageOf({ usage }: ScenarioAnswer): object {
  const { inputTokens, outputTokens, cachedInputTokens, reasoningTokens } = usage;
  return {
    promptTokenCount: inputTokens,
    candidatesTokenCount: outputTokens - (reasoningTokens ?? 0),
    totalTokenCount: inputTokens + outputTokens,
    ...(cachedInputTokens !== undefined && { cachedContentTokenCount: cachedInputTokens }),
    ...(reasoningTokens !== undefined && { thoughtsTokenCount: reasoningTokens }),
  };
}

const codes: Readonly<Partial<Record<ScenarioFailure["kind"], string>>> = {
  authentication: "INVALID_ARGUMENT",
  "context-overflow": "INVALID_ARGUMENT",
  "invalid-request": "INVALID_ARGUMENT",
  permission: "PERMISSION_DENIED",
  "not-found": "NOT_FOUND",
  conflict: "ABORTED",
  "rate-limit": "RESOURCE_EXHAUSTED",
  server: "INTERNAL",
  overloaded: "UNAVAILABLE",
  timeout: "DEADLINE_EXCEEDED",
};

const words: Readonly<Partial<Record<ScenarioFailure["kind"], string>>> = {
  authentication: "API key not valid. Please pass a valid API key.",
  "context-overflow": "The input token count (9) exceeds the maximum number of tokens allowed (8).",
};

function statusOf({ kind, status, message, retryAfterMs }: ScenarioFailure): object {
  return {
    code: status,
    message: `${words[kind] ?? ""} ${message}`,
    status: codes[kind],
    ...(retryAfterMs !== undefined && {
      details: [
        { "@type": "type.googleapis.com/google.rpc.QuotaFailure", violations: [] },
        { "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: `${retryAfterMs / 1000}s` },
      ],
    }),
  };
}

export interface PlainServer {
  /** `http://127.0.0.1:port`. */
  readonly url: string;
  close(): Promise<void>;
}

/** Starts a server whose answers the test writes itself. */
export async function servePlain(
  handle: (response: ServerResponse, request: IncomingMessage) => void,
): Promise<PlainServer> {
  const server = createServer((request, response) => {
    request.resume().once("end", () => handle(response, request));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
