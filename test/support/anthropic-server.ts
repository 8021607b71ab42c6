import {
  type FailureKind,
  type Scenario,
  type ScenarioAnswer,
  type ScenarioFailure,
  type ScenarioServer,
  type ScenarioWire,
  serveScenario,
} from "../../src/testing/index.ts";

type Json = Readonly<Record<string, unknown>>;

const stopReasons = {
  stop: "end_turn",
  length: "max_tokens",
  tool_calls: "tool_use",
  content_filter: "refusal",
} as const satisfies Record<ScenarioAnswer["finishReason"], string>;

const errorTypes: Readonly<Record<FailureKind, string>> = {
  authentication: "authentication_error",
  permission: "permission_error",
  "not-found": "not_found_error",
  "invalid-request": "invalid_request_error",
  "too-large": "request_too_large",
  "context-overflow": "invalid_request_error",
  "content-filter": "invalid_request_error",
  "rate-limit": "rate_limit_error",
  overloaded: "overloaded_error",
  server: "api_error",
  conflict: "conflict_error",
  timeout: "timeout_error",
};

/** Messages of failures that the API distinguishes only by text. */
const errorTexts: Readonly<Partial<Record<FailureKind, string>>> = {
  "context-overflow": "prompt is too long: 208656 tokens > 200000 maximum",
  "content-filter": "Output blocked by content filtering policy",
};

/** Returns an event of a stream, including the framing. */
export const sse = (event: Json): string => `event: ${event["type"]}\ndata: ${JSON.stringify(event)}\n\n`;

/** The Messages API's format of scenarios, as JSON and as event streams. */
export const anthropicWire: ScenarioWire = {
  isStream: ({ body }) => (body as Json | undefined)?.["stream"] === true,

  answer: (answer) => ({
    headers: { "request-id": "req_answer_1" },
    body: {
      ...messageHead(answer),
      content: [
        ...(answer.textPieces.length > 0
          ? [{ type: "text", text: answer.textPieces.join(""), citations: null }]
          : []),
        ...answer.toolCalls.map(({ id, name, argumentPieces }) => ({
          type: "tool_use",
          id,
          name,
          input: JSON.parse(argumentPieces.join("")),
        })),
      ],
      stop_reason: stopReasons[answer.finishReason],
      usage: { ...inputUsage(answer), ...outputUsage(answer) },
    },
  }),

  stream: (answer) => {
    const blocks = [
      ...(answer.textPieces.length > 0 ? [textEvents(answer.textPieces)] : []),
      ...answer.toolCalls.map(toolEvents),
    ];
    return {
      contentType: "text/event-stream; charset=utf-8",
      headers: { "request-id": "req_answer_1" },
      content: [
        sse({
          type: "message_start",
          message: { ...messageHead(answer), usage: { ...inputUsage(answer), output_tokens: 1 } },
        }),
        sse({ type: "ping" }),
        ...blocks.flatMap((events, index) => events.map((event) => sse({ ...event, index }))),
      ],
      ending: [
        sse({
          type: "message_delta",
          delta: { stop_reason: stopReasons[answer.finishReason], stop_sequence: null, stop_details: null },
          usage: outputUsage(answer),
        }),
        sse({ type: "message_stop" }),
      ],
    };
  },

  failure: (failure) => ({
    status: failure.status,
    headers: {
      "request-id": failure.requestId,
      ...(failure.retryAfterMs !== undefined && { "retry-after": String(failure.retryAfterMs / 1000) }),
    },
    body: errorBody(failure),
  }),

  streamError: (failure) => `event: error\ndata: ${JSON.stringify(errorBody(failure))}\n\n`,
};

function errorBody({ kind, message, requestId }: ScenarioFailure): Json {
  const text = errorTexts[kind];
  const error = { type: errorTypes[kind], message: text === undefined ? message : `${text} (${message})` };
  return { type: "error", error, request_id: requestId };
}

function messageHead({ model }: ScenarioAnswer): Json {
  return {
    id: "msg_01",
    type: "message",
    role: "assistant",
    model,
    container: null,
    diagnostics: null,
    content: [],
    stop_reason: null,
    stop_sequence: null,
    stop_details: null,
  };
}

/**
 * Returns the API's usage, which counts tokens read from and written to the cache separately from the
 * input.
 */
function inputUsage({ usage }: ScenarioAnswer): Json {
  const { inputTokens, cachedInputTokens = 0, cacheWriteTokens = 0 } = usage;
  return {
    input_tokens: inputTokens - cachedInputTokens - cacheWriteTokens,
    cache_read_input_tokens: cachedInputTokens,
    cache_creation_input_tokens: cacheWriteTokens,
  };
}

function outputUsage({ usage }: ScenarioAnswer): Json {
  const { outputTokens, reasoningTokens } = usage;
  return {
    output_tokens: outputTokens,
    output_tokens_details: reasoningTokens === undefined ? null : { thinking_tokens: reasoningTokens },
  };
}

function textEvents(pieces: readonly string[]): Json[] {
  return [
    { type: "content_block_start", content_block: { type: "text", text: "", citations: null } },
    ...pieces.map((text) => ({ type: "content_block_delta", delta: { type: "text_delta", text } })),
    { type: "content_block_stop" },
  ];
}

function toolEvents({ id, name, argumentPieces }: ScenarioAnswer["toolCalls"][number]): Json[] {
  return [
    { type: "content_block_start", content_block: { type: "tool_use", id, name, input: {} } },
    ...argumentPieces.map((partial_json) => ({
      type: "content_block_delta",
      delta: { type: "input_json_delta", partial_json },
    })),
    { type: "content_block_stop" },
  ];
}

export const serveAnthropic = (scenario: Scenario): Promise<ScenarioServer> =>
  serveScenario(scenario, anthropicWire);

/** Starts a server that answers every streamed call with these texts, one write each. */
export const serveEvents = (texts: readonly string[]): Promise<ScenarioServer> =>
  serveScenario(
    { type: "answer", answer: emptyAnswer },
    {
      ...anthropicWire,
      stream: () => ({ contentType: "text/event-stream; charset=utf-8", content: texts, ending: [] }),
    },
  );

const emptyAnswer: ScenarioAnswer = {
  model: "claude-test",
  textPieces: [],
  toolCalls: [],
  finishReason: "stop",
  usage: { inputTokens: 0, outputTokens: 0 },
};
