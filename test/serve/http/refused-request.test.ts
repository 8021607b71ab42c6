import { describe, expect, it, onTestFinished, test } from "vitest";
import { always } from "../../../policies/index.ts";
import { createRouter } from "../../../src/index.ts";
import { openaiCompatible } from "../../../src/router/providers/openai-compatible.ts";
import { tooLongMessage } from "../../../src/serve/http/refused-request.ts";
import { serve } from "../../../src/serve/http/server/index.ts";
import { fakeModel } from "../../../src/testing/index.ts";
import { sendJson, serveWith } from "../../support/serve-with.ts";

const bodies = {
  "/v1/chat/completions": { model: "auto", messages: [{ role: "user", content: "swordfish" }] },
  "/v1/messages": { model: "auto", max_tokens: 5, messages: [{ role: "user", content: "swordfish" }] },
  "/v1/responses": { model: "auto", input: "swordfish" },
} as const;
const paths = Object.keys(bodies) as (keyof typeof bodies)[];

interface Refused {
  readonly status: number;
  readonly error: {
    readonly message: string;
    readonly code?: string;
    readonly param?: string;
    readonly type?: string;
  };
}

/** Sends a request to a server before a model whose server refuses it. */
async function refusedAt(path: keyof typeof bodies, error: object, stream = false): Promise<Refused> {
  const upstream = await serveWith((response) => sendJson(response, { error }, 400));
  onTestFinished(upstream.close);
  const model = openaiCompatible("m", { baseUrl: upstream.url, apiKey: "sk-secretsecretsecret1" });
  const router = createRouter({ models: { a: model }, policy: always("a") });
  const running = await serve(router, { port: 0 });
  onTestFinished(running.close);
  const response = await fetch(`${running.url}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ ...bodies[path], stream }),
  });
  const { error: told } = (await response.json()) as { readonly error: Refused["error"] };
  return { status: response.status, error: told };
}

describe.each(paths)("a refusal reaches the client of %s", (path) => {
  it("with the provider's words, code and field", async () => {
    // Words of OpenAI's page of error codes, in a sentence of our own.
    const words = "Invalid value: 'purple'. Supported values are: 'low', 'medium', and 'high'.";
    const { status, error } = await refusedAt(path, {
      message: words,
      code: "unsupported_value",
      param: "reasoning_effort",
      type: "invalid_request_error",
    });
    expect(status).toBe(400);
    expect(error.message).toContain(words);
    if (path !== "/v1/messages")
      expect(error).toMatchObject({ code: "unsupported_value", param: "reasoning_effort" });
  });

  it("on which it shortens the conversation", async () => {
    const words =
      "This model's maximum context length is 10 tokens. However, your messages resulted in 20 tokens.";
    const { status, error } = await refusedAt(path, { message: words, type: "BadRequestError", code: 400 });
    expect(status).toBe(400);
    if (path === "/v1/messages") expect(error.message).toMatch(/^prompt is too long: /);
    else expect(error.code).toBe("context_length_exceeded");
    expect(error.message).toContain("maximum context length is 10 tokens");
  });

  it("without keys, and without words of the request", async () => {
    const { error } = await refusedAt(path, {
      message: "cannot read swordfish with sk-secretsecretsecret1",
      code: "sk-secretsecretsecret1",
      param: "a field <with> spaces",
    });
    expect(JSON.stringify(error)).not.toMatch(/secretsecret|swordfish|<with>/);
  });
});

test("a request that is larger than all windows has that code before anybody is asked", async () => {
  const router = createRouter({ models: { a: fakeModel({ contextWindow: 10 }) }, policy: always("a") });
  const running = await serve(router, { port: 0 });
  onTestFinished(running.close);
  const long = "word ".repeat(100);
  const send = async (path: keyof typeof bodies) => {
    const own = path === "/v1/responses" ? { input: long } : { messages: [{ role: "user", content: long }] };
    const response = await fetch(`${running.url}${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ ...bodies[path], ...own }),
    });
    return (await response.json()) as { readonly error: Refused["error"] };
  };
  expect((await send("/v1/chat/completions")).error.code).toBe("context_length_exceeded");
  expect((await send("/v1/responses")).error.code).toBe("context_length_exceeded");
  expect((await send("/v1/messages")).error.message).toMatch(/^prompt is too long: \d+ tokens > 10 maximum$/);
});

test("a message of Anthropic's begins with the words that its clients look for", () => {
  expect(tooLongMessage("x failed: Prompt is too long: 5 tokens > 4 maximum")).toBe(
    "prompt is too long: 5 tokens > 4 maximum",
  );
  expect(tooLongMessage("the window is full")).toBe("prompt is too long: the window is full");
});
