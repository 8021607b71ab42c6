import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { z } from "zod";
import { always } from "../../../../policies/index.ts";
import { createRouter } from "../../../../src/index.ts";
import { anthropic } from "../../../../src/router/providers/anthropic.ts";
import { openaiCompatible } from "../../../../src/router/providers/openai-compatible.ts";

const City = z.object({ name: z.string(), people: z.number().int().optional() });
const messages = [{ role: "user" as const, content: "Ulm?" }];

let server: Server | undefined;
afterEach(
  () => new Promise((resolve) => (server === undefined ? resolve(undefined) : server.close(resolve))),
);

/** Serves answers in turn and keeps the bodies that came. */
async function serving(answers: readonly object[]) {
  const bodies: Record<string, unknown>[] = [];
  server = createServer(async (request: IncomingMessage, response: ServerResponse) => {
    let text = "";
    for await (const part of request) text += part;
    bodies.push(JSON.parse(text));
    const answer = JSON.stringify(answers[Math.min(bodies.length, answers.length) - 1]);
    response.writeHead(200, { "content-type": "application/json", connection: "close" }).end(answer);
  });
  await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
  return { bodies, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

const completion = (content: string) => ({
  id: "c",
  object: "chat.completion",
  created: 1,
  model: "m",
  choices: [{ index: 0, finish_reason: "stop", message: { role: "assistant", content } }],
  usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 },
});

test("an OpenAI server gets the schema, and the repair with answer and issues; both are paid for", async () => {
  const { bodies, url } = await serving([completion('{"name":1}'), completion('{"name":"Ulm"}')]);
  const price = { usdPerMillionInputTokens: 1e5, usdPerMillionOutputTokens: 0 };
  const small = openaiCompatible("m", { baseUrl: `${url}/v1`, price });
  const router = createRouter({ models: { small }, policy: always("small") });
  const { output, costUsd } = await router.route({
    messages,
    output: { schema: City, name: "city", repair: true },
  });
  expect(output).toEqual({ name: "Ulm" });
  expect(costUsd).toBeCloseTo(2);
  expect(bodies[0]).toMatchObject({
    // A property that may be absent: OpenAI would refuse the schema as a strict one.
    response_format: { type: "json_schema", json_schema: { name: "city", strict: false } },
  });
  expect(bodies[0]).not.toHaveProperty("output");
  expect(bodies[1]?.["messages"]).toMatchObject([
    {},
    { role: "assistant", content: '{"name":1}' },
    { role: "user", content: expect.stringContaining("/name") },
  ]);
});

test("Anthropic's API gets the schema as its output format", async () => {
  const { bodies, url } = await serving([
    {
      id: "msg_1",
      type: "message",
      role: "assistant",
      model: "claude-x",
      content: [{ type: "text", text: '{"name":"Ulm","people":1}' }],
      stop_reason: "end_turn",
      stop_sequence: null,
      usage: { input_tokens: 10, output_tokens: 5 },
    },
  ]);
  const small = anthropic("claude-x", { apiKey: "k", baseUrl: url, capabilities: { jsonSchema: true } });
  const router = createRouter({ models: { small }, policy: always("small") });
  expect((await router.route({ messages, output: City })).output).toEqual({ name: "Ulm", people: 1 });
  expect(bodies[0]).toMatchObject({
    output_config: {
      format: { type: "json_schema", schema: { type: "object", additionalProperties: false } },
    },
  });
});
