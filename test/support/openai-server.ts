import {
  type FailureKind,
  type RecordedRequest,
  type Scenario,
  type ScenarioAnswer,
  type ScenarioFailure,
  type ScenarioServer,
  type ScenarioWire,
  serveScenario,
} from "../../src/testing/index.ts";

/** Starts an endpoint that speaks OpenAI chat completions. `url` ends with `/v1`. */
export async function serveOpenAi(scenario: Scenario): Promise<ScenarioServer> {
  const server = await serveScenario(scenario, openaiWire);
  return { ...server, url: `${server.url}/v1` };
}

/** OpenAI's statuses that differ from the usual ones. */
export const openaiStatuses: Partial<Record<FailureKind, number>> = { overloaded: 503 };

const head = { id: "chatcmpl-7fd1", created: 1_790_000_000 };

export const openaiWire: ScenarioWire = {
  isStream: (request) => bodyOf(request)["stream"] === true,

  answer: (answer) => ({
    headers: { "x-request-id": "req_answer" },
    body: {
      ...head,
      object: "chat.completion",
      model: answer.model,
      choices: [
        {
          index: 0,
          finish_reason: answer.finishReason,
          logprobs: null,
          message: {
            role: "assistant",
            refusal: null,
            content: answer.textPieces.length === 0 ? null : answer.textPieces.join(""),
            ...(answer.toolCalls.length > 0 && {
              tool_calls: answer.toolCalls.map(({ id, name, argumentPieces }) => ({
                id,
                type: "function",
                function: { name, arguments: argumentPieces.join("") },
              })),
            }),
          },
        },
      ],
      usage: usageOf(answer),
    },
  }),

  stream: (answer, request) => {
    const chunk = (delta: object, finishReason: string | null = null): string =>
      event({
        ...head,
        object: "chat.completion.chunk",
        model: answer.model,
        choices: [{ index: 0, delta, logprobs: null, finish_reason: finishReason }],
      });
    const options = bodyOf(request)["stream_options"] as { include_usage?: boolean } | undefined;
    const usage = {
      ...head,
      object: "chat.completion.chunk",
      model: answer.model,
      choices: [],
      usage: usageOf(answer),
    };
    return {
      contentType: "text/event-stream; charset=utf-8",
      content: [
        chunk({ role: "assistant", content: answer.textPieces.length === 0 ? null : "" }),
        ...answer.textPieces.map((content) => chunk({ content })),
        ...answer.toolCalls.flatMap(({ id, name, argumentPieces }, index) => [
          chunk({ tool_calls: [{ index, id, type: "function", function: { name, arguments: "" } }] }),
          ...argumentPieces.map((piece) =>
            chunk({ tool_calls: [{ index, function: { arguments: piece } }] }),
          ),
        ]),
      ],
      ending: [
        chunk({}, answer.finishReason),
        ...(options?.include_usage === true ? [event(usage)] : []),
        "data: [DONE]\n\n",
      ],
    };
  },

  failure: (failure) => ({
    status: failure.status,
    headers: {
      "x-request-id": failure.requestId,
      ...(failure.retryAfterMs !== undefined && { "retry-after": String(failure.retryAfterMs / 1000) }),
    },
    body: { error: errorOf(failure) },
  }),

  streamError: (failure) => event({ error: errorOf(failure) }),
};

const event = (data: unknown): string => `data: ${JSON.stringify(data)}\n\n`;

const bodyOf = (request: RecordedRequest): Record<string, unknown> =>
  (request.body ?? {}) as Record<string, unknown>;

function usageOf({ usage }: ScenarioAnswer): object {
  const { inputTokens, outputTokens, cachedInputTokens, cacheWriteTokens, reasoningTokens } = usage;
  return {
    prompt_tokens: inputTokens,
    completion_tokens: outputTokens,
    total_tokens: inputTokens + outputTokens,
    prompt_tokens_details: {
      cached_tokens: cachedInputTokens ?? 0,
      ...(cacheWriteTokens !== undefined && { cache_write_tokens: cacheWriteTokens }),
    },
    completion_tokens_details: { reasoning_tokens: reasoningTokens ?? 0 },
  };
}

const codes: Partial<Record<FailureKind, { type: string; code: string | null }>> = {
  authentication: { type: "invalid_request_error", code: "invalid_api_key" },
  "context-overflow": { type: "invalid_request_error", code: "context_length_exceeded" },
  "content-filter": { type: "invalid_request_error", code: "content_filter" },
  "rate-limit": { type: "tokens", code: "rate_limit_exceeded" },
  overloaded: { type: "server_error", code: "server_is_overloaded" },
  server: { type: "server_error", code: null },
};

function errorOf({ kind, message }: ScenarioFailure): object {
  return { message, param: null, ...(codes[kind] ?? { type: "invalid_request_error", code: null }) };
}
