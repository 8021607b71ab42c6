import { afterAll, afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { always } from "../../../policies/always.ts";
import type { ChatRequest, CompletionChunk } from "../../../src/contracts/index.ts";
import { createRouter } from "../../../src/index.ts";
import { type BedrockOptions, bedrock } from "../../../src/router/providers/bedrock.ts";
import { createHandler } from "../../../src/serve/http/index.ts";
import { providerConformance, type RecordedRequest, serveScenario } from "../../../src/testing/index.ts";
import { awsFault, serveCredentials } from "../../support/platforms/aws.ts";
import { errorFrame, eventFrame, exceptionFrame } from "../../support/platforms/aws-frames.ts";
import { bedrockStatuses, converseWire, invokeWire } from "../../support/platforms/bedrock.ts";
import { bearerOf } from "../../support/platforms/tokens.ts";
import { verifying } from "../../support/platforms/verifying.ts";
import { sendJson, serveWith } from "../../support/serve-with.ts";

const request: ChatRequest = {
  messages: [{ role: "user", content: "How deep is the harbour? größer 漢 🚢" }],
};
const { signal } = new AbortController();
const region = "eu-central-1";
const nova = "eu.amazon.nova-2-lite-v1:0";
const claude = "eu.anthropic.claude-sonnet-4-6";
const container = await serveCredentials(region, "bedrock");
const { account } = container;

beforeEach(() => {
  container.isHere();
});
afterEach(() => {
  vi.unstubAllEnvs();
});
afterAll(() => container.close());

const signatureFault = ({ method, path, headers, text = "" }: RecordedRequest) =>
  awsFault({ method, path, headers, text }, account)?.message;

const apis = {
  converse: { model: claude, wire: converseWire, paths: ["converse", "converse-stream"] },
  invoke: { model: claude, wire: invokeWire, paths: ["invoke", "invoke-with-response-stream"] },
} as const;

describe.each(
  (["converse", "invoke"] as const).flatMap((api) => [[api, "a key"] as const, [api, "signatures"] as const]),
)("bedrock conforms by %s, with %s", (api, way) => {
  const { model, wire: plain, paths } = apis[api];
  const cases = providerConformance({
    statuses: bedrockStatuses,
    without: {
      "content-filter": "a guardrail ends an answer, and refuses none",
      ...(api === "converse" && {
        "served-model": "Converse does not name it",
        "reasoning-tokens": "Converse does not count them",
        images: "Converse names no media types: see internal/converse-request.test.ts",
      }),
    },
    serve: async (scenario, { apiKey, ...settings }) => {
      const wire = verifying(plain, (call) => {
        if (!paths.some((path) => call.path === `/model/${model}/${path}`)) return `a call of ${call.path}`;
        if (way === "signatures") return signatureFault(call);
        return bearerOf(call.headers) === apiKey ? undefined : "another key";
      });
      const server = await serveScenario(scenario, wire);
      const key = way === "signatures" ? {} : { apiKey };
      return { ...server, model: bedrock(model, { ...settings, ...key, region, api, baseUrl: server.url }) };
    },
  });
  for (const { name: title, skip, run } of cases) test.skipIf(skip)(title, run);
});

/** Starts Bedrock with these bytes as its answer to a stream, and this body as that to any other call. */
async function setUp(frames: readonly Uint8Array[], body: object = {}, status = 200, type?: string) {
  const server = await serveWith((response, { url }) => {
    response.setHeader("x-amzn-requestid", "5f0e-request");
    if (type !== undefined) response.setHeader("x-amzn-errortype", type);
    if (!url.endsWith("-stream") || status !== 200) return sendJson(response, body, status);
    response.writeHead(200, { "content-type": "application/vnd.amazon.eventstream" });
    for (const frame of frames) response.write(frame);
    response.end();
  });
  onTestFinished(server.close);
  const at = (model = nova, more: Partial<BedrockOptions> = {}) =>
    bedrock(model, { region, baseUrl: server.url, apiKey: "k", ...more });
  return { server, at, model: at() };
}

async function readAll(stream: AsyncIterable<CompletionChunk>) {
  const chunks: CompletionChunk[] = [];
  const error = await (async () => {
    for await (const chunk of stream) chunks.push(chunk);
    return undefined;
  })().catch((thrown: unknown) => thrown as Error & Record<string, unknown>);
  const text = chunks.map(({ choices }) => choices[0]?.delta.content ?? "").join("");
  return { chunks, text, error };
}

const start = eventFrame("messageStart", { role: "assistant" });
const word = (text: string) => eventFrame("contentBlockDelta", { contentBlockIndex: 0, delta: { text } });
const end = [
  eventFrame("contentBlockStop", { contentBlockIndex: 0 }),
  eventFrame("messageStop", { stopReason: "end_turn" }),
  eventFrame("metadata", { usage: { inputTokens: 9, outputTokens: 3, totalTokens: 12 } }),
];

test.each([
  ["throttlingException", "rate-limit", true],
  ["modelStreamErrorException", "incomplete", true],
  ["internalServerException", "server", true],
  ["serviceUnavailableException", "overloaded", true],
  ["modelTimeoutException", "timeout", true],
  ["validationException", "invalid-request", false],
  ["constructor", "server", true],
] as const)(
  "a stream that fails by %s is an error of kind %s, and its text stays",
  async (name, kind, retryable) => {
    const words = { message: "what AWS says of it" };
    const { model } = await setUp([start, word("12 "), word("m"), exceptionFrame(name, words)]);
    const { text, error } = await readAll(model.stream(request, { signal }));
    expect(text).toBe("12 m");
    expect(error).toMatchObject({ code: "provider", kind, retryable });
    expect(error?.["detail"]).toContain("what AWS says of it");
    expect(error?.message).not.toContain("what AWS says");
  },
);

test("credentials that expire within a stream are an error that says so, and nothing is lost", async () => {
  const expired = exceptionFrame("expiredTokenException", { message: "The security token is expired" });
  const { model } = await setUp([start, word("12 m"), expired]);
  const { text, error } = await readAll(model.stream(request, { signal }));
  expect(text).toBe("12 m");
  expect(error).toMatchObject({ kind: "authentication" });
  expect(error?.message).toContain("the credentials have expired: renew them");
});

test("an error without a modelled type is one, too", async () => {
  const { model } = await setUp([start, word("12 m"), errorFrame("InternalFailure", "it failed")]);
  const { error } = await readAll(model.stream(request, { signal }));
  expect(error).toMatchObject({ kind: "server", detail: "it failed" });
});

test("an answer whose end has come is whole, whatever comes after it", async () => {
  const frames = [start, word("12 m"), ...end];
  for (const after of [
    exceptionFrame("internalServerException", { message: "late" }),
    Buffer.from([0, 0, 0, 99, 0, 0]),
    Buffer.alloc(40, 255),
  ]) {
    const { model } = await setUp([...frames, after]);
    const { text, error, chunks } = await readAll(model.stream(request, { signal }));
    expect([text, error]).toEqual(["12 m", undefined]);
    expect(chunks.at(-1)?.usage).toMatchObject({ prompt_tokens: 9, completion_tokens: 3 });
  }
  const { model } = await setUp([start, word("12 m"), ...end.slice(0, 2)]);
  const { error, chunks } = await readAll(model.stream(request, { signal }));
  expect(error).toBeUndefined();
  expect(chunks.at(-1)?.choices[0]?.finish_reason).toBe("stop");
});

test("a stream that is cut, wrong or empty at any byte is incomplete, and what came before is delivered", async () => {
  const whole = Buffer.concat([start, word("12 "), word("m")]);
  const cuts = [0, 3, 11, start.length, start.length + 5, whole.length - 1, whole.length];
  for (const cut of cuts) {
    const { model } = await setUp([whole.subarray(0, cut)]);
    const { error, text } = await readAll(model.stream(request, { signal }));
    expect(error, `cut at ${cut}`).toMatchObject({ code: "provider", kind: "incomplete" });
    expect("12 m".startsWith(text)).toBe(true);
  }
  const wrong = Buffer.from(whole);
  wrong[wrong.length - 1] = (wrong.at(-1) as number) ^ 1;
  const { model } = await setUp([wrong]);
  const { error, text } = await readAll(model.stream(request, { signal }));
  expect(text).toBe("12 ");
  expect(error?.message).toContain("a message does not have its checksum");
});

// Words of AWS, as recorded in tests of pydantic-ai (22 August 2026) and quoted in public issue threads.
test.each([
  ["ValidationException", 400, "The provided model identifier is invalid.", "not-found", "is its id right"],
  [
    "ValidationException",
    400,
    "Invocation of model ID amazon.nova-2-lite-v1:0 with on-demand throughput isn’t supported. Retry your request with the ID or ARN of an inference profile that contains this model.",
    "not-found",
    "does it need an inference profile",
  ],
  [
    "AccessDeniedException",
    403,
    "You don't have access to the model with the specified model ID.",
    "permission",
    "ask for access to the model",
  ],
  ["ThrottlingException", 429, "Too many tokens, please wait before trying again.", "rate-limit", ""],
  ["ModelNotReadyException", 429, "The model is not ready.", "overloaded", ""],
  ["ModelErrorException", 424, "The model failed.", "server", ""],
  [
    "ValidationException",
    400,
    "This model doesn't support the video content block that you provided. Update the content block and try again.",
    "invalid-request",
    "",
  ],
] as const)("%s %i is told apart: %s", async (type, status, message, kind, advice) => {
  const { model } = await setUp([], { message }, status, type);
  for (const call of [
    model.generate(request, { signal }),
    readAll(model.stream(request, { signal })).then(({ error }) => {
      throw error;
    }),
  ]) {
    const error = await call.then(
      () => expect.fail("no error"),
      (thrown: unknown) => thrown as Error & Record<string, unknown>,
    );
    expect(error).toMatchObject({ kind, status, requestId: "5f0e-request" });
    expect(error.message).toContain(advice);
    expect(error["detail"]).toBe(message);
  }
});

test.each([
  [nova, "/model/eu.amazon.nova-2-lite-v1%3A0/converse"],
  [
    `arn:aws:bedrock:${region}:123456789012:application-inference-profile/mi1dadi0g15f`,
    `/model/arn%3Aaws%3Abedrock%3A${region}%3A123456789012%3Aapplication-inference-profile%2Fmi1dadi0g15f/converse`,
  ],
])("%s stands in the address, signed as AWS signs it", async (model, path) => {
  const answer = { output: { message: { content: [{ text: "12 m" }] } }, stopReason: "end_turn" };
  const { server, at } = await setUp([], answer);
  await at(model, { apiKey: undefined }).generate(request, { signal });
  const [{ url, method, headers, text } = expect.fail("no call")] = server.requests;
  expect(url).toBe(path);
  expect(awsFault({ method, path: url, headers, text }, account)).toBeUndefined();
});

test.each([
  [{}, "openai.gpt-oss-120b-1:0", "/openai/v1/chat/completions"],
  [{}, "us.openai.gpt-5.6-luna", "/openai/v1/chat/completions"],
  [{ api: "converse" }, "openai.gpt-oss-120b-1:0", "/model/openai.gpt-oss-120b-1%3A0/converse"],
  [{}, claude, `/model/${claude}/converse`],
  [{}, "meta.llama3-3-70b-instruct-v1:0", "/model/meta.llama3-3-70b-instruct-v1%3A0/converse"],
  [{ api: "invoke" }, claude, `/model/${claude}/invoke`],
  [{ endpoint: "mantle" }, "qwen.qwen3-32b", "/openai/v1/chat/completions"],
] as const)("with %o %s is called at %s", async (options, model, path) => {
  const asked: string[] = [];
  const fetch: typeof globalThis.fetch = async (input) => {
    asked.push(new URL(String(input)).pathname);
    return new Response("{}", { status: 500 });
  };
  await bedrock(model, { region, fetch, apiKey: "k", ...options })
    .generate(request, { signal })
    .catch(() => undefined);
  expect(asked).toEqual([path]);
});

test.each([
  [{ api: "invoke" }, nova, "bedrock.api"],
  [{ api: "converse", endpoint: "mantle" }, nova, "bedrock.api"],
  [{ client: "sdk" }, nova, "bedrock.client"],
  [{}, "a//b", "bedrock.model"],
])("%o is refused for %s", (options, model, option) => {
  expect(() => bedrock(model, { region, ...options } as never)).toThrow(
    expect.objectContaining({ code: "invalid-option", option }),
  );
});

test("health is true where the model refuses a request without messages", async () => {
  const empty = { message: "The value at messages is empty." };
  const { model, server } = await setUp([], empty, 400, "ValidationException");
  expect(await model.health?.()).toBe(true);
  expect(server.requests[0]?.body).toEqual({ messages: [] });
  const unknown = await setUp([], { message: "The provided model identifier is invalid." }, 400);
  await expect(unknown.model.health?.()).rejects.toMatchObject({ kind: "not-found" });
});

test("a native request of Anthropic's Messages goes to InvokeModel as it is, without model and with its version", async () => {
  const message = {
    id: "msg_bdrk_1",
    type: "message",
    role: "assistant",
    model: "claude-sonnet-4-6",
    content: [{ type: "text", text: "12 m" }],
    stop_reason: "end_turn",
    usage: { input_tokens: 9, output_tokens: 3 },
  };
  const { server, at } = await setUp([], message);
  const model = at(claude, { api: "invoke", headers: { "Anthropic-Beta": "own-2026-01-01" } });
  const text = JSON.stringify({
    model: "claude-sonnet-4-6",
    max_tokens: 10,
    stream: false,
    service_tier: "auto",
    metadata: { user_id: "u" },
    messages: [{ role: "user", content: "x", cache_control: { type: "ephemeral" } }],
  });
  const dropped: string[] = [];
  const headers = {
    "anthropic-version": "2023-06-01",
    "anthropic-beta": "claude-code-20250219,interleaved-thinking-2025-05-14",
  };
  await model.generate(
    { messages: [{ role: "user", content: "x" }] },
    { signal, native: { protocol: "messages", text, headers }, onDropped: (one) => dropped.push(one) },
  );
  const [sent] = server.requests;
  expect(sent?.body).toEqual({
    anthropic_version: "bedrock-2023-05-31",
    anthropic_beta: ["own-2026-01-01", "interleaved-thinking-2025-05-14"],
    max_tokens: 10,
    metadata: { user_id: "u" },
    messages: [{ role: "user", content: "x", cache_control: { type: "ephemeral" } }],
  });
  expect(sent?.headers).not.toHaveProperty("anthropic-beta");
  expect(dropped).toEqual(["anthropic-beta"]);
});

test.each([
  ["/v1/chat/completions", { messages: request.messages }, "data: [DONE]"],
  ["/v1/messages", { max_tokens: 9, messages: request.messages }, '"type":"message_stop"'],
  ["/v1/responses", { input: "x", store: false }, '"type":"response.completed"'],
])("a stream whose guardrail tells what it found ends as it should at %s", async (path, body, last) => {
  const trace = { guardrail: { inputAssessment: { g1: { wordPolicy: {} } } } };
  const metadata = eventFrame("metadata", { usage: { inputTokens: 9, outputTokens: 3 }, trace });
  const { model } = await setUp([start, word("12 m"), ...end.slice(0, 2), metadata]);
  const router = createRouter({ models: { m: model }, policy: always("m") });
  const handler = createHandler(router);
  const headers = { "content-type": "application/json" };
  const text = JSON.stringify({ model: "m", stream: true, ...body });
  const answer = await handler(
    new Request(`http://localhost${path}`, { method: "POST", headers, body: text }),
  );
  const sent = await answer.text();
  expect(sent).toContain("12 m");
  expect(sent.trim().split("\n").at(-1)).toContain(last);
  expect(sent.split(last)).toHaveLength(2);
  await router.close();
});

test("a picture by its address is refused before it is sent, since Bedrock loads none", async () => {
  const { server, at } = await setUp([]);
  const picture: ChatRequest = {
    messages: [
      { role: "user", content: [{ type: "image_url", image_url: { url: "https://x.test/a.png" } }] },
    ],
  };
  for (const api of ["converse", "invoke"] as const)
    await expect(at(claude, { api }).generate(picture, { signal })).rejects.toMatchObject({
      kind: "unsupported",
    });
  expect(server.requests).toHaveLength(0);
});

test("the answer of Claude under its own name is priced as the model that was asked", async () => {
  const message = {
    id: "msg_bdrk_1",
    type: "message",
    role: "assistant",
    model: "claude-sonnet-4-5-20250929",
    content: [{ type: "text", text: "12 m" }],
    stop_reason: "end_turn",
    usage: { input_tokens: 1_000, output_tokens: 100 },
  };
  const fetch: typeof globalThis.fetch = async () => Response.json(message);
  const id = "us.anthropic.claude-sonnet-4-5-20250929-v1:0";
  const price = { usdPerMillionInputTokens: 3.3, usdPerMillionOutputTokens: 16.5 };
  const model = bedrock(id, { region: "us-east-1", apiKey: "k", api: "invoke", fetch, price });
  const router = createRouter({ models: { m: model }, policy: always("m") });
  const { costUsd, attempts } = await router.route(request);
  expect(attempts[0]).not.toHaveProperty("substituted");
  expect(costUsd).toBeCloseTo(0.0033 + 0.00165, 9);
  await router.close();
});
