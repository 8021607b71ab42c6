import { expect, onTestFinished, test } from "vitest";
import { always } from "../../../policies/index.ts";
import { createRouter } from "../../../src/index.ts";
import { openai } from "../../../src/router/providers/openai.ts";
import { createHandler } from "../../../src/serve/index.ts";
import { sendText } from "../../support/native-lanes.ts";
import { serveWith } from "../../support/serve-with.ts";

const answer = {
  id: "c",
  object: "chat.completion",
  created: 1,
  model: "gpt-5.6",
  choices: [{ index: 0, message: { role: "assistant", content: "hi" }, finish_reason: "stop" }],
  usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
};

test("a tool that runs at the provider goes to no chat completions where a server has no Responses", async () => {
  const upstream = await serveWith((response, { url }) =>
    url.endsWith("/responses")
      ? sendText(response, 404, '{"error":{"message":"Not Found"}}')
      : sendText(response, 200, JSON.stringify(answer)),
  );
  onTestFinished(upstream.close);
  const router = createRouter({
    models: { only: openai("gpt-5.6", { apiKey: "k", baseUrl: `${upstream.url}/v1` }) },
    policy: always("only"),
    execution: { retries: 0 },
  });
  onTestFinished(() => router.close());
  const handler = createHandler(router);
  const ask = async (body: object) => {
    const headers = { "content-type": "application/json" };
    const reply = await handler("http://router/v1/responses", {
      method: "POST",
      headers,
      body: JSON.stringify(body),
    });
    await reply.text();
    return { status: reply.status, paths: upstream.requests.splice(0).map(({ url }) => url) };
  };
  const remote = {
    input: "hi",
    tools: [{ type: "mcp", server_label: "own", server_url: "https://tools.example" }],
  };
  expect(await ask(remote)).toEqual({ status: 404, paths: ["/v1/responses"] });
  expect(await ask({ input: "hi" })).toEqual({
    status: 200,
    paths: ["/v1/responses", "/v1/chat/completions"],
  });
  for (const stream of [false, true]) {
    const { status, paths } = await ask({ ...remote, stream });
    expect(status).toBeGreaterThanOrEqual(400);
    expect(paths).toEqual([]);
  }
});
