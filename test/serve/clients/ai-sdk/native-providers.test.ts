import { describe, expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { always } from "../../../../policies/index.ts";
import { createRouter, type Model } from "../../../../src/index.ts";
import { anthropic } from "../../../../src/router/providers/anthropic.ts";
import { openai } from "../../../../src/router/providers/openai.ts";
import { serve } from "../../../../src/serve/http/server/index.ts";
import { clients, majors } from "../../../support/ai-sdk-majors.ts";
import { serveRaw } from "../../../support/serve-raw.ts";

interface ServerEvent {
  readonly type: string;
  readonly [field: string]: unknown;
}
const eventsOf = (events: readonly ServerEvent[]) => ({
  status: 200,
  type: "text/event-stream",
  text: events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join(""),
});

const message = { id: "msg_1", type: "message", role: "assistant", model: "claude-x", stop_sequence: null };
const messageOf = (blocks: readonly (readonly [object, ...object[]])[], stop: string) =>
  eventsOf([
    {
      type: "message_start",
      message: { ...message, content: [], stop_reason: null, usage: { input_tokens: 9, output_tokens: 1 } },
    },
    ...blocks.flatMap(([content_block, ...deltas], index) => [
      { type: "content_block_start", index, content_block },
      ...deltas.map((delta) => ({ type: "content_block_delta", index, delta })),
      { type: "content_block_stop", index },
    ]),
    { type: "message_delta", delta: { stop_reason: stop }, usage: { output_tokens: 7 } },
    { type: "message_stop" },
  ]);

const head = { id: "resp_1", object: "response", created_at: 1, model: "gpt-5-x", error: null, tools: [] };
const usage = { input_tokens: 9, output_tokens: 7, total_tokens: 16 };
const responseOf = (output: readonly object[]) =>
  eventsOf([
    {
      type: "response.created",
      sequence_number: 0,
      response: { ...head, status: "in_progress", output: [] },
    },
    ...output.flatMap((item, output_index) => [
      { type: "response.output_item.added", output_index, item },
      ...("content" in item
        ? [
            {
              type: "response.output_text.delta",
              item_id: "msg_1",
              output_index,
              content_index: 0,
              delta: "warm",
            },
          ]
        : []),
      { type: "response.output_item.done", output_index, item },
    ]),
    { type: "response.completed", response: { ...head, status: "completed", output, usage } } as {
      type: string;
    },
  ]);

interface Wire {
  readonly client: string;
  readonly model: (baseUrl: string) => Model;
  readonly answers: readonly ReturnType<typeof eventsOf>[];
  /** Part of the first answer's thinking that the model's server must get back in the second request. */
  readonly returned: object;
}

const wires: readonly Wire[] = [
  {
    client: "@ai-sdk/anthropic",
    model: (baseUrl) => anthropic("claude-sonnet-5-5", { baseUrl, apiKey: "own" }),
    answers: [
      messageOf(
        [
          [
            { type: "thinking", thinking: "", signature: "" },
            { type: "thinking_delta", thinking: "Hm." },
            { type: "signature_delta", signature: "sig" },
          ],
          [
            { type: "tool_use", id: "t1", name: "weather", input: {} },
            { type: "input_json_delta", partial_json: '{"city":"Ulm"}' },
          ],
        ],
        "tool_use",
      ),
      messageOf(
        [
          [
            { type: "text", text: "" },
            { type: "text_delta", text: "warm" },
          ],
        ],
        "end_turn",
      ),
    ],
    returned: {
      messages: [
        { role: "user" },
        {
          role: "assistant",
          content: [
            { type: "thinking", thinking: "Hm.", signature: "sig" },
            { type: "tool_use", id: "t1" },
          ],
        },
        { role: "user", content: [{ type: "tool_result", tool_use_id: "t1" }] },
      ],
    },
  },
  {
    client: "@ai-sdk/openai, responses",
    model: (baseUrl) => openai("gpt-5", { baseUrl: `${baseUrl}/v1`, apiKey: "own", api: "responses" }),
    answers: [
      responseOf([
        { type: "reasoning", id: "rs_1", summary: [], encrypted_content: "gAAA" },
        {
          type: "function_call",
          id: "fc_1",
          call_id: "c1",
          name: "weather",
          arguments: '{"city":"Ulm"}',
          status: "completed",
        },
      ]),
      responseOf([
        {
          type: "message",
          id: "msg_1",
          role: "assistant",
          status: "completed",
          content: [{ type: "output_text", text: "warm", annotations: [], logprobs: [] }],
        },
      ]),
    ],
    returned: {
      input: [
        { role: "user" },
        { type: "reasoning", encrypted_content: "gAAA" },
        { type: "function_call", call_id: "c1" },
        { type: "function_call_output", call_id: "c1" },
      ],
    },
  },
];

for (const { name, leastNode, load, providers } of majors) {
  const isSkipped = Number(process.versions.node.split(".")[0]) < leastNode;
  describe.skipIf(isSkipped)(isSkipped ? `${name} (skipped: it needs Node ${leastNode})` : name, () => {
    for (const { client, model, answers, returned } of wires)
      test(`${client}: thinking of a model that speaks the protocol comes back as it wrote it`, async () => {
        const { streamText, stepCountIs, tool } = await load();
        const upstream = await serveRaw(answers);
        onTestFinished(upstream.close);
        const router = createRouter({ models: { large: model(upstream.url) }, policy: always("large") });
        const server = await serve(router, { port: 0 });
        onTestFinished(server.close);
        const create = clients[client];
        if (create === undefined) expect.unreachable();
        const streamed = streamText({
          model: create(await providers(), { url: server.url, key: "any" }, "auto"),
          prompt: "How is the weather in Ulm?",
          maxOutputTokens: 1_000,
          providerOptions: { openai: { store: false } },
          tools: {
            weather: tool({ inputSchema: z.object({ city: z.string() }), execute: async () => "warm" }),
          },
          stopWhen: stepCountIs(3),
          onError: () => {},
        });
        expect(await streamed.text).toBe("warm");
        const [first] = await streamed.steps;
        expect(first?.usage).toMatchObject({ inputTokens: 9, outputTokens: 7 });
        expect(upstream.requests).toHaveLength(2);
        expect(upstream.requests[1]?.body).toMatchObject(returned);
      });
  });
}
