import type { Protocol } from "./plain-reader.ts";

/** An answer of a provider: a JSON body, or the text of an event stream (that of AWS as if it were one of text). */
export type AnswerSample = { readonly body: unknown } | { readonly sse: string };

const sse = (events: readonly unknown[], end = ""): AnswerSample => ({
  sse: events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join("") + end,
});
const named = (
  events: readonly { readonly type: string; readonly [field: string]: unknown }[],
): AnswerSample => ({
  sse: events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join(""),
});
const framed = (
  events: readonly { readonly type: string; readonly [field: string]: unknown }[],
): AnswerSample => ({
  sse: events.map(({ type, ...data }) => `event: ${type}\ndata: ${JSON.stringify(data)}\n\n`).join(""),
});

const chatUsage = {
  prompt_tokens: 21,
  completion_tokens: 9,
  total_tokens: 30,
  prompt_tokens_details: { cached_tokens: 8, audio_tokens: 0 },
  completion_tokens_details: { reasoning_tokens: 4 },
};
const chunk = (delta: object, finish_reason: string | null = null) => ({
  id: "chatcmpl-1",
  object: "chat.completion.chunk",
  created: 1_780_000_000,
  model: "gpt-5.4-mini",
  choices: [{ index: 0, delta, finish_reason }],
});

/**
 * Forms as the interfaces had them on 2026-12-01, with texts of our own: reference pages of OpenAI (chat completions,
 * Responses), Anthropic (Messages) and Google (generateContent), and Mistral's content in parts.
 */
export const answerSamples: Readonly<Record<Exclude<Protocol, "invoke">, readonly AnswerSample[]>> = {
  chat: [
    {
      body: {
        id: "chatcmpl-1",
        object: "chat.completion",
        created: 1_780_000_000,
        model: "gpt-5.4-mini",
        choices: [
          {
            index: 0,
            message: {
              role: "assistant",
              content: "Two apples weigh more.",
              refusal: null,
              reasoning_content: "They are heavier.",
              annotations: [],
              tool_calls: [
                { id: "call_1", type: "function", function: { name: "weigh", arguments: '{"n":2}' } },
              ],
            },
            finish_reason: "tool_calls",
          },
        ],
        usage: chatUsage,
      },
    },
    {
      body: {
        id: "m1",
        object: "chat.completion",
        created: 1_780_000_000,
        model: "magistral-medium",
        choices: [
          {
            index: 0,
            message: {
              role: "assistant",
              content: [
                { type: "thinking", thinking: [{ type: "text", text: "Look first." }] },
                { type: "text", text: "Look both ways." },
              ],
              tool_calls: null,
            },
            finish_reason: "stop",
          },
        ],
        usage: { prompt_tokens: 10, completion_tokens: 12, total_tokens: 22, num_cached_tokens: 0 },
      },
    },
    sse(
      [
        chunk({ role: "assistant", content: "" }),
        chunk({ reasoning_content: "Hm." }),
        chunk({ content: "Two " }),
        chunk({ content: "apples." }),
        chunk({
          tool_calls: [
            { index: 0, id: "call_1", type: "function", function: { name: "weigh", arguments: "" } },
          ],
        }),
        chunk({ tool_calls: [{ index: 0, function: { arguments: '{"n":2}' } }] }),
        chunk({}, "tool_calls"),
        { ...chunk({}), choices: [], usage: chatUsage },
      ],
      "data: [DONE]\n\n",
    ),
  ],
  messages: [
    {
      body: {
        id: "msg_1",
        type: "message",
        role: "assistant",
        model: "claude-opus-5",
        content: [
          { type: "thinking", thinking: "They are heavier.", signature: "c2ln" },
          { type: "text", text: "Two apples ", citations: null },
          { type: "server_tool_use", id: "srvtoolu_1", name: "web_search", input: { query: "apples" } },
          { type: "web_search_tool_result", tool_use_id: "srvtoolu_1", content: [] },
          { type: "text", text: "weigh more." },
          { type: "tool_use", id: "toolu_1", name: "weigh", input: { n: 2 } },
        ],
        stop_reason: "tool_use",
        stop_sequence: null,
        usage: {
          input_tokens: 21,
          cache_creation_input_tokens: 3,
          cache_read_input_tokens: 8,
          output_tokens: 9,
          server_tool_use: { web_search_requests: 1 },
        },
      },
    },
    named([
      {
        type: "message_start",
        message: {
          id: "msg_1",
          type: "message",
          role: "assistant",
          model: "claude-opus-5",
          content: [],
          stop_reason: null,
          usage: { input_tokens: 21, output_tokens: 1 },
        },
      },
      { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
      { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "Two " } },
      { type: "ping" },
      { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "apples." } },
      { type: "content_block_stop", index: 0 },
      {
        type: "content_block_start",
        index: 1,
        content_block: { type: "tool_use", id: "toolu_1", name: "weigh", input: {} },
      },
      { type: "content_block_delta", index: 1, delta: { type: "input_json_delta", partial_json: '{"n":2}' } },
      { type: "content_block_stop", index: 1 },
      {
        type: "message_delta",
        delta: { stop_reason: "tool_use", stop_sequence: null },
        usage: { output_tokens: 9 },
      },
      { type: "message_stop" },
    ]),
  ],
  responses: [
    {
      body: {
        id: "resp_1",
        object: "response",
        created_at: 1_780_000_000,
        status: "completed",
        model: "gpt-5.6",
        output: [
          {
            type: "reasoning",
            id: "rs_1",
            summary: [{ type: "summary_text", text: "Heavier." }],
            encrypted_content: "ZW5j",
          },
          {
            type: "web_search_call",
            id: "ws_1",
            status: "completed",
            action: { type: "search", query: "apples" },
          },
          {
            type: "message",
            id: "msg_1",
            role: "assistant",
            status: "completed",
            phase: "final_answer",
            content: [
              {
                type: "output_text",
                text: "Two apples weigh more.",
                annotations: [
                  {
                    type: "url_citation",
                    url: "https://example.com/",
                    title: "A",
                    start_index: 0,
                    end_index: 3,
                  },
                ],
              },
            ],
          },
          {
            type: "function_call",
            id: "fc_1",
            call_id: "call_1",
            name: "weigh",
            arguments: '{"n":2}',
            status: "completed",
          },
        ],
        usage: {
          input_tokens: 21,
          input_tokens_details: { cached_tokens: 8 },
          output_tokens: 9,
          output_tokens_details: { reasoning_tokens: 4 },
          total_tokens: 30,
        },
      },
    },
    named([
      {
        type: "response.created",
        response: {
          id: "resp_1",
          object: "response",
          created_at: 1_780_000_000,
          model: "gpt-5.6",
          status: "in_progress",
          output: [],
        },
      },
      {
        type: "response.output_item.added",
        output_index: 0,
        item: { type: "message", id: "msg_1", role: "assistant", content: [] },
      },
      {
        type: "response.output_text.delta",
        item_id: "msg_1",
        output_index: 0,
        content_index: 0,
        delta: "Two ",
      },
      {
        type: "response.output_text.delta",
        item_id: "msg_1",
        output_index: 0,
        content_index: 0,
        delta: "apples.",
      },
      {
        type: "response.output_item.done",
        output_index: 0,
        item: {
          type: "message",
          id: "msg_1",
          role: "assistant",
          content: [{ type: "output_text", text: "Two apples.", annotations: [] }],
        },
      },
      {
        type: "response.completed",
        response: {
          id: "resp_1",
          object: "response",
          created_at: 1_780_000_000,
          model: "gpt-5.6",
          status: "completed",
          output: [
            {
              type: "message",
              id: "msg_1",
              role: "assistant",
              content: [{ type: "output_text", text: "Two apples.", annotations: [] }],
            },
          ],
          usage: { input_tokens: 21, output_tokens: 9, total_tokens: 30 },
        },
      },
    ]),
  ],
  generate: [
    {
      body: {
        candidates: [
          {
            content: {
              role: "model",
              parts: [
                { text: "Heavier.", thought: true },
                { text: "Two apples ", thoughtSignature: "c2ln" },
                { text: "weigh more." },
                { functionCall: { id: "f1", name: "weigh", args: { n: 2 } } },
              ],
            },
            finishReason: "STOP",
            index: 0,
            groundingMetadata: {
              webSearchQueries: ["apples"],
              groundingChunks: [{ web: { uri: "https://example.com/", title: "A" } }],
            },
          },
        ],
        usageMetadata: {
          promptTokenCount: 21,
          candidatesTokenCount: 5,
          thoughtsTokenCount: 4,
          toolUsePromptTokenCount: 6,
          totalTokenCount: 36,
        },
        modelVersion: "gemini-3.5-flash",
        responseId: "r1",
      },
    },
    sse([
      {
        candidates: [{ content: { role: "model", parts: [{ text: "Two " }] }, index: 0 }],
        modelVersion: "gemini-3.5-flash",
      },
      { candidates: [{ content: { role: "model", parts: [{ text: "apples." }] }, index: 0 }] },
      {
        candidates: [
          {
            content: { role: "model", parts: [{ text: "", thoughtSignature: "c2ln" }] },
            finishReason: "STOP",
            index: 0,
          },
        ],
        usageMetadata: { promptTokenCount: 21, candidatesTokenCount: 5, totalTokenCount: 26 },
      },
    ]),
  ],
  converse: [
    {
      body: {
        output: {
          message: {
            role: "assistant",
            content: [
              { reasoningContent: { reasoningText: { text: "Heavier.", signature: "c2ln" } } },
              { text: "Two apples " },
              { text: "weigh more." },
              { toolUse: { toolUseId: "tooluse_1", name: "weigh", input: { n: 2 } } },
            ],
          },
        },
        stopReason: "tool_use",
        usage: { inputTokens: 21, outputTokens: 9, totalTokens: 30, cacheReadInputTokens: 8 },
        metrics: { latencyMs: 551 },
      },
    },
    framed([
      { type: "messageStart", role: "assistant" },
      { type: "contentBlockDelta", contentBlockIndex: 0, delta: { reasoningContent: { text: "Hm." } } },
      { type: "contentBlockDelta", contentBlockIndex: 0, delta: { reasoningContent: { signature: "c2ln" } } },
      { type: "contentBlockStop", contentBlockIndex: 0 },
      { type: "contentBlockDelta", contentBlockIndex: 1, delta: { text: "Two " } },
      { type: "contentBlockDelta", contentBlockIndex: 1, delta: { text: "apples." } },
      { type: "contentBlockStop", contentBlockIndex: 1 },
      {
        type: "contentBlockStart",
        contentBlockIndex: 2,
        start: { toolUse: { toolUseId: "tooluse_1", name: "weigh" } },
      },
      { type: "contentBlockDelta", contentBlockIndex: 2, delta: { toolUse: { input: '{"n":2}' } } },
      { type: "contentBlockStop", contentBlockIndex: 2 },
      { type: "messageStop", stopReason: "tool_use" },
      {
        type: "metadata",
        usage: { inputTokens: 21, outputTokens: 9, totalTokens: 30 },
        metrics: { latencyMs: 9 },
      },
    ]),
  ],
};
