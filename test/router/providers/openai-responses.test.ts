import type { ServerResponse } from "node:http";
import { describe, expect, onTestFinished, test } from "vitest";
import type { ChatRequest, Model, ProviderOptions } from "../../../src/contracts/index.ts";
import { azure } from "../../../src/router/providers/azure.ts";
import { openai } from "../../../src/router/providers/openai.ts";
import { openaiCompatible } from "../../../src/router/providers/openai-compatible.ts";
import { providerConformance } from "../../../src/testing/index.ts";
import { openaiStatuses } from "../../support/openai-server.ts";
import { serveResponses } from "../../support/responses-server.ts";
import { serveRaw } from "../../support/serve-raw.ts";
import { serveWith } from "../../support/serve-with.ts";
import { waysToSend } from "../../support/ways-to-send.ts";

const ways = Object.entries(waysToSend).filter(([, { client }]) => client === undefined);

/** The suite that chat completions pass, for each provider that has this interface, too. */
function conforms(made: (settings: ProviderOptions, url: string) => Model): void {
  const cases = providerConformance({
    statuses: openaiStatuses,
    without: { "stop-sequences": "the interface has none" },
    serve: async (scenario, settings) => {
      const server = await serveResponses(scenario);
      return { ...server, model: made(settings, server.url) };
    },
  });
  for (const { name, skip, run } of cases) test.skipIf(skip)(name, run);
}

describe.each(ways)("openai with api: responses conforms %s", (_, way) => {
  conforms((settings, baseUrl) => openai("gpt-test", { ...settings, ...way, api: "responses", baseUrl }));
});

describe("a model that needs Responses conforms", () => {
  conforms((settings, baseUrl) => openai("gpt-6.2-sol", { ...settings, baseUrl }));
});

describe("openaiCompatible with api: responses conforms", () => {
  conforms((settings, baseUrl) => openaiCompatible("m", { ...settings, api: "responses", baseUrl }));
});

describe("azure with api: responses conforms", () => {
  conforms((settings, url) => {
    const baseUrl = url.replace(/\/v1$/, "");
    return azure("gpt-test", { ...settings, api: "responses", apiVersion: "2024-10-21", baseUrl });
  });
});

test("azure and compatible servers are called by Responses where the option says so", async () => {
  const server = await serveRaw({ status: 200, text: JSON.stringify(response) });
  onTestFinished(server.close);
  const own = { apiKey: "k", api: "responses" } as const;
  const models = [
    azure("gpt-5.5", { ...own, endpoint: `${server.url}/`, deployment: "d 1" }),
    openaiCompatible("grok-4.6", { ...own, baseUrl: `${server.url}/v1`, provider: "xai" }),
  ];
  for (const model of models) {
    expect(model.speaks).toEqual(["responses"]);
    const { choices } = await model.generate(request, { signal });
    expect(choices[0]?.message.written_by).toBe(`${model.provider}:${model.model}`);
  }
  expect(server.requests.map(({ url, text }) => [url, JSON.parse(text).model])).toEqual([
    ["/openai/v1/responses", "d 1"],
    ["/v1/responses", "grok-4.6"],
  ]);
  expect(server.requests[0]?.headers["api-key"]).toBe("k");
  expect(() => azure("m", { api: "responses", client: "sdk" })).toThrow("azure.client");
  expect(() => openaiCompatible("m", { api: "responses", client: "sdk", baseUrl: server.url })).toThrow(
    "openaiCompatible.client",
  );
});

const { signal } = new AbortController();
const reasoning = { type: "reasoning", id: "rs_1", summary: [], encrypted_content: "gAAA" };
const call = {
  type: "function_call",
  id: "fc_1",
  call_id: "c1",
  name: "look",
  arguments: "{}",
  status: "completed",
};
const response = {
  id: "resp_1",
  object: "response",
  created_at: 1,
  status: "completed",
  model: "gpt-test-1",
  output: [reasoning, call],
  usage: { input_tokens: 5, output_tokens: 3, total_tokens: 8 },
};
const streamed = [
  { type: "response.created", response: { ...response, status: "in_progress", output: [] } },
  { type: "response.output_item.added", output_index: 0, item: { ...reasoning, encrypted_content: "" } },
  { type: "response.output_item.done", output_index: 0, item: reasoning },
  { type: "response.output_item.added", output_index: 1, item: { ...call, arguments: "" } },
  { type: "response.output_item.done", output_index: 1, item: call },
  { type: "response.completed", response },
]
  .map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
  .join("");

async function served(...texts: readonly string[]) {
  const server = await serveRaw(
    texts.map((text) => ({
      status: 200,
      text,
      type: text.startsWith("{") ? "application/json" : "text/event-stream",
    })),
  );
  onTestFinished(server.close);
  const model = openai("gpt-test", { apiKey: "k", baseUrl: `${server.url}/v1`, api: "responses" });
  return { ...server, model, sent: (at: number) => JSON.parse(server.requests[at]?.text ?? "") };
}

const tools = [{ type: "function" as const, function: { name: "look", parameters: { type: "object" } } }];
const request: ChatRequest = { messages: [{ role: "user", content: "Look." }], tools, max_tokens: 50 };

test("encrypted reasoning goes back with the message, and to no other model", async () => {
  const { model, sent, requests } = await served(JSON.stringify(response));
  const { choices } = await model.generate(request, { signal });
  const message = choices[0]?.message as never;
  expect(choices[0]).toMatchObject({
    finish_reason: "tool_calls",
    message: {
      thinking_blocks: [{ type: "redacted_thinking", data: "gAAA" }],
      written_by: "openai:gpt-test",
    },
  });
  const result = { role: "tool" as const, tool_call_id: "c1", content: "seen" };
  await model.generate({ ...request, messages: [...request.messages, message, result] }, { signal });
  const foreign = Object.assign({}, message, { written_by: "openai:gpt-other" });
  await model.generate({ ...request, messages: [...request.messages, foreign, result] }, { signal });
  expect(requests[0]?.url).toBe("/v1/responses");
  expect(sent(0)).toEqual({
    store: false,
    model: "gpt-test",
    input: [{ role: "user", content: "Look." }],
    include: ["reasoning.encrypted_content"],
    max_output_tokens: 50,
    tools: [{ type: "function", name: "look", parameters: { type: "object" }, strict: false }],
  });
  expect(sent(1).input).toEqual([
    { role: "user", content: "Look." },
    { type: "reasoning", summary: [], encrypted_content: "gAAA" },
    { type: "function_call", call_id: "c1", name: "look", arguments: "{}" },
    { type: "function_call_output", call_id: "c1", output: "seen" },
  ]);
  expect(sent(2).input.map(({ type }: { type?: string }) => type)).toEqual([
    undefined,
    "function_call",
    "function_call_output",
  ]);
});

test("a stream carries the same", async () => {
  const { model } = await served(streamed);
  const deltas: unknown[] = [];
  for await (const { choices } of model.stream(request, { signal })) deltas.push(choices[0]?.delta);
  expect(deltas.slice(0, 5)).toMatchObject([
    { role: "assistant" },
    { thinking_blocks: [{ data: "gAAA" }], written_by: "openai:gpt-test" },
    { tool_calls: [{ index: 0, id: "c1", function: { name: "look" } }] },
    { tool_calls: [{ index: 0, function: { arguments: "{}" } }] },
    {},
  ]);
});

test.each([
  ["broken off", (response: ServerResponse) => void response.destroy()],
  ["left open", () => {}],
  ["garbled", (response: ServerResponse) => void response.write("data: {not JSON}\n\n")],
])("an answer whose end has come is whole, also if its connection is then %s", async (_, then) => {
  const server = await serveWith((answer) => {
    answer.writeHead(200, { "content-type": "text/event-stream" });
    answer.write(streamed, () => setTimeout(() => then(answer), 20));
  });
  onTestFinished(server.close);
  const model = openai("gpt-test", { apiKey: "k", baseUrl: `${server.url}/v1`, api: "responses" });
  const finishes: unknown[] = [];
  for await (const { choices } of model.stream(request, { signal })) finishes.push(choices[0]?.finish_reason);
  expect(finishes).toContain("tool_calls");
});

test.each([
  [{ type: "error", code: "server_is_overloaded", message: "busy" }, "overloaded"],
  [
    {
      type: "response.failed",
      response: { status: "failed", error: { code: "rate_limit_exceeded", message: "slow" } },
    },
    "rate-limit",
  ],
  [{ type: "response.failed", response: { status: "failed", error: null } }, "server"],
])("a stream that fails midway is a typed error: %j", async (event, kind) => {
  const { model } = await served(
    `data: ${JSON.stringify({ type: "response.output_text.delta", output_index: 0, delta: "Hal" })}\n\ndata: ${JSON.stringify(event)}\n\n`,
  );
  const texts: unknown[] = [];
  const reading = (async () => {
    for await (const { choices } of model.stream(request, { signal })) texts.push(choices[0]?.delta.content);
  })();
  await expect(reading).rejects.toMatchObject({ code: "provider", kind });
  expect(texts).toEqual(["Hal"]);
});

test("what the interface does not have is reported, or refused", async () => {
  const { model } = await served(JSON.stringify(response));
  const dropped: string[] = [];
  const asked = { ...request, seed: 7, stop: ["x"], frequency_penalty: 0 };
  await model.generate(asked, { signal, onDropped: (name) => dropped.push(name) });
  expect(dropped).toEqual(["seed", "stop"]);
  expect(() => openai("gpt-test", { api: "responses", client: "sdk" })).toThrow("openai.client");
});
