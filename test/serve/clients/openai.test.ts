import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";
import { expect, test } from "vitest";
import { always } from "../../../policies/index.ts";
import { createRouter, InvalidOptionError } from "../../../src/index.ts";
import { anthropicClient } from "../../../src/serve/clients/anthropic.ts";
import { wrapOpenAI } from "../../../src/serve/clients/openai.ts";
import { fakeModel } from "../../../src/testing/index.ts";

const messages = [{ role: "user" as const, content: "Say hello." }];
const routerOf = () =>
  createRouter({ models: { small: fakeModel({ answer: "hello" }) }, policy: always("small") });

test("a client is answered by a router, and its bodies may name the tenant", async () => {
  const router = routerOf();
  const tenants: unknown[] = [];
  router.observe((event) => {
    if (event.type === "decision-made") tenants.push(event.decision.request.tenant);
  });
  const client = wrapOpenAI(new OpenAI({ apiKey: "none", maxRetries: 0 }), router);
  const body = { model: "auto", messages, tenant: "acme" };
  expect((await client.chat.completions.create(body)).choices[0]?.message.content).toBe("hello");
  expect(tenants).toEqual(["acme"]);
  const anthropic = anthropicClient(router, (options) => new Anthropic(options));
  const answer = await anthropic.messages.create({ model: "auto", max_tokens: 10, messages });
  expect(answer.content).toMatchObject([{ text: "hello" }]);
});

test("a wrapped client keeps class and key, and what is not routed goes where it went", async () => {
  const seen: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    seen.push(`${request.url} ${request.headers.authorization}`);
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ object: "list", data: [], model: "e", usage: {} }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  class Mine extends OpenAI {}
  const given = new Mine({ apiKey: "a-key", baseURL: `http://127.0.0.1:${port}/proxy/v1`, maxRetries: 0 });
  try {
    const client = wrapOpenAI(given, routerOf());
    expect(client).toBeInstanceOf(Mine);
    const answer = await client.chat.completions.create({ model: "gpt-4o", messages });
    expect(answer.choices[0]?.message.content).toBe("hello");
    await client.embeddings.create({ model: "e", input: "text", encoding_format: "float" });
    expect(seen).toEqual(["/proxy/v1/embeddings Bearer a-key"]);
  } finally {
    server.close();
    server.closeAllConnections();
  }
  expect(() => wrapOpenAI({}, routerOf())).toThrow(InvalidOptionError);
});
