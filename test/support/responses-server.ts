import {
  type RecordedRequest,
  type Scenario,
  type ScenarioAnswer,
  type ScenarioServer,
  type ScenarioWire,
  serveScenario,
} from "../../src/testing/index.ts";
import { openaiWire } from "./openai-server.ts";

type Json = Readonly<Record<string, unknown>>;

/** Starts an endpoint that speaks OpenAI's Responses. `url` ends with `/v1`. */
export async function serveResponses(scenario: Scenario): Promise<ScenarioServer> {
  const server = await serveScenario(scenario, responsesWire);
  return { ...server, url: `${server.url}/v1` };
}

/** The Responses API's format of scenarios. Failures are those of chat completions. */
export const responsesWire: ScenarioWire = {
  isStream: ({ body }: RecordedRequest) => (body as Json | undefined)?.["stream"] === true,

  answer: (answer) => ({
    headers: { "x-request-id": "req_answer" },
    body: responseOf(answer, itemsOf(answer)),
  }),

  stream: (answer) => {
    const begun = { ...responseOf(answer, []), status: "in_progress", usage: null };
    return {
      contentType: "text/event-stream; charset=utf-8",
      content: [
        sse({ type: "response.created", response: begun }),
        sse({ type: "response.in_progress", response: begun }),
        ...itemsOf(answer).flatMap((item, at) => eventsOf(answer, item, at)),
      ],
      ending: [
        sse({
          type: answer.finishReason === "length" ? "response.incomplete" : "response.completed",
          response: responseOf(answer, itemsOf(answer)),
        }),
      ],
    };
  },

  failure: (failure, ...rest) => openaiWire.failure(failure, ...rest),

  streamError: ({ message, kind }) => {
    const code = kind === "overloaded" ? "server_is_overloaded" : "server_error";
    return sse({ type: "error", code, message, param: null });
  },
};

let sequence = 0;

const sse = (event: Json): string => {
  sequence += 1;
  return `event: ${event["type"]}\ndata: ${JSON.stringify({ ...event, sequence_number: sequence })}\n\n`;
};

function itemsOf({ textPieces, toolCalls }: ScenarioAnswer): Json[] {
  const content = [{ type: "output_text", text: textPieces.join(""), annotations: [], logprobs: [] }];
  return [
    ...(textPieces.length === 0
      ? []
      : [{ type: "message", id: "msg_1", role: "assistant", status: "completed", content }]),
    ...toolCalls.map(({ id, name, argumentPieces }, at) => ({
      type: "function_call",
      id: `fc_${at}`,
      call_id: id,
      name,
      arguments: argumentPieces.join(""),
      status: "completed",
    })),
  ];
}

function eventsOf({ textPieces, toolCalls }: ScenarioAnswer, item: Json, at: number): string[] {
  const place = { output_index: at, item_id: item["id"] };
  const isText = item["type"] === "message";
  const pieces = isText
    ? textPieces
    : (toolCalls.find(({ id }) => id === item["call_id"])?.argumentPieces ?? []);
  const type = isText ? "response.output_text.delta" : "response.function_call_arguments.delta";
  const begun = { ...item, status: "in_progress", ...(isText ? { content: [] } : { arguments: "" }) };
  return [
    sse({ type: "response.output_item.added", output_index: at, item: begun }),
    ...pieces.map((delta) => sse({ type, ...place, ...(isText && { content_index: 0 }), delta })),
    sse({ type: "response.output_item.done", output_index: at, item }),
  ];
}

function responseOf({ model, finishReason, usage }: ScenarioAnswer, output: readonly Json[]): Json {
  const reasons: Readonly<Record<string, string>> = {
    length: "max_output_tokens",
    content_filter: "content_filter",
  };
  const reason = reasons[finishReason];
  return {
    id: "resp_7fd1",
    object: "response",
    created_at: 1_790_000_000,
    status: reason === undefined ? "completed" : "incomplete",
    error: null,
    incomplete_details: reason === undefined ? null : { reason },
    model,
    output,
    usage: {
      input_tokens: usage.inputTokens,
      input_tokens_details: {
        cached_tokens: usage.cachedInputTokens ?? 0,
        ...(usage.cacheWriteTokens !== undefined && { cache_write_tokens: usage.cacheWriteTokens }),
      },
      output_tokens: usage.outputTokens,
      output_tokens_details: { reasoning_tokens: usage.reasoningTokens ?? 0 },
      total_tokens: usage.inputTokens + usage.outputTokens,
    },
  };
}
