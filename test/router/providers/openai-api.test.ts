import { expect, onTestFinished, test, vi } from "vitest";
import type { ChatRequest, CompletionChunk, Model } from "../../../src/contracts/index.ts";
import { hasResponses, needsResponses } from "../../../src/plugin/openai-api.ts";
import { type OpenAiOptions, openai } from "../../../src/router/providers/openai.ts";
import { sendEvents, sendJson, serveWith } from "../../support/serve-with.ts";

/** Refusal that a user quoted at github.com/pipecat-ai/pipecat/issues/4043 (2026-03-16). */
const older =
  "Function tools with reasoning_effort are not supported for gpt-5.4 in /v1/chat/completions. Please use /v1/responses instead.";
/** Refusal that a user quoted at github.com/GoogleChromeLabs/webmcp-tools/issues/417 (2026-09-03). */
const newer =
  "Function tools with reasoning_effort are not supported for gpt-5.6-terra in /v1/chat/completions. To use function tools, use /v1/responses or set reasoning_effort to 'none'.";
/** Refusal with status 404 that a user quoted at github.com/sigoden/aichat/pull/1318 (2025-06-16). */
const only = "This model is only supported in v1/responses and not in v1/chat/completions.";

const message = {
  type: "message",
  role: "assistant",
  content: [{ type: "output_text", text: "by Responses" }],
};
const response = { id: "resp_1", status: "completed", model: "m", output: [message] };
const completion = { id: "1", choices: [{ message: { content: "by chat" }, finish_reason: "stop" }] };
const chunk = { id: "1", choices: [{ delta: { content: "by chat" }, finish_reason: "stop" }] };

interface Refusal {
  readonly status: number;
  readonly message: string;
}

/** A server whose chat completions, or Responses, refuse. */
async function served(
  refusals: { chat?: Refusal | undefined; responses?: Refusal | undefined },
  options: OpenAiOptions = {},
  name = "gpt-later",
) {
  const server = await serveWith((answer, { url, body }) => {
    const isResponses = url === "/v1/responses";
    const refusal = isResponses ? refusals.responses : refusals.chat;
    const { stream } = body as { readonly stream?: boolean };
    if (refusal !== undefined) {
      answer.writeHead(refusal.status, { "content-type": "application/json" });
      const error = { message: refusal.message, type: "invalid_request_error", param: "reasoning_effort" };
      answer.end(JSON.stringify({ error }));
    } else if (stream) sendEvents(answer, [isResponses ? { type: "response.completed", response } : chunk]);
    else sendJson(answer, isResponses ? response : completion);
  });
  onTestFinished(server.close);
  const model = openai(name, { apiKey: "k", baseUrl: `${server.url}/v1`, ...options });
  return { model, paths: () => server.requests.map(({ url }) => url) };
}

const tools = [{ type: "function" as const, function: { name: "look", parameters: { type: "object" } } }];
const request: ChatRequest = {
  messages: [{ role: "user", content: "Look." }],
  tools,
  reasoning_effort: "low",
};
const { signal } = new AbortController();
const chat = "/v1/chat/completions";
const responses = "/v1/responses";

const ways: Record<string, (model: Model) => Promise<string>> = {
  whole: async (model) => {
    const { choices } = await model.generate(request, { signal });
    return choices[0]?.message.content ?? "";
  },
  streamed: async (model) => {
    const chunks: CompletionChunk[] = [];
    for await (const one of model.stream(request, { signal })) chunks.push(one);
    return chunks.map(({ choices }) => choices[0]?.delta.content ?? "").join("");
  },
};

test.each([
  ["all", "gpt-5.6-terra gpt-6.2-sol GPT-6 o1-pro o3-pro-2025-06-10 gpt-5-pro gpt-5.4-pro gpt-5-codex", true],
  ["all", "gpt-5.1-codex-mini codex-mini-latest o3-deep-research", true],
  ["tools-and-effort", "gpt-5.4 gpt-5.4-mini-2026-03-17 gpt-5.5", true],
  [undefined, "gpt-4.1 gpt-5 gpt-5.1 gpt-5.5-chat-latest gpt-50 deepseek-v4-pro my-gpt-6 o3", true],
  [undefined, "gpt-4o-search-preview gpt-5-search-api gpt-audio gpt-4o-audio-preview o1-mini", false],
] as const)("the list says which calls need Responses (%s: %s), and who has them", (calls, names, has) => {
  for (const name of names.split(" "))
    expect([name, needsResponses(name), hasResponses(name)]).toEqual([name, calls, has]);
});

test.each(Object.entries(ways))(
  "the interface follows the model, and the option is stronger: %s",
  async (_, ask) => {
    const byList = await served({}, {}, "gpt-6.2-sol");
    expect(await ask(byList.model)).toBe("by Responses");
    expect(byList.paths()).toEqual([responses]);
    const byOption = await served({}, { api: "chat-completions" }, "gpt-6.2-sol");
    expect(await ask(byOption.model)).toBe("by chat");
    const bySdk = await served({}, { client: "sdk" }, "gpt-6.2-sol");
    expect(await ask(bySdk.model)).toBe("by chat");
    const other = await served({});
    expect(await ask(other.model)).toBe("by chat");
    expect(other.paths()).toEqual([chat]);
  },
);

test.each(
  Object.entries(ways).flatMap(([way, ask]) =>
    [
      { status: 400, message: older },
      { status: 400, message: newer },
      { status: 404, message: only },
    ].map((refusal) => [way, refusal.message, refusal, ask] as const),
  ),
)(
  "a refusal that points to Responses is followed at once and for all: %s, %s",
  async (_, __, refusal, ask) => {
    const { model, paths } = await served({ chat: refusal });
    expect(await ask(model)).toBe("by Responses");
    expect(await ask(model)).toBe("by Responses");
    expect(paths()).toEqual([chat, responses, responses]);
  },
);

test.each(Object.entries(ways))(
  "where the server has no such path, the refusal stands and is not tried again: %s",
  async (_, ask) => {
    const missing = { status: 404, message: "Not Found" };
    const { model, paths } = await served({ chat: { status: 400, message: newer }, responses: missing });
    const refused = { kind: "invalid-request", status: 400, detail: newer };
    await expect(ask(model)).rejects.toMatchObject(refused);
    await expect(ask(model)).rejects.toMatchObject(refused);
    expect(paths()).toEqual([chat, responses, chat]);
  },
);

test.each(Object.entries(ways))(
  "a failure of the second call is the one that counts, and nothing is learnt: %s",
  async (_, ask) => {
    const { model, paths } = await served({
      chat: { status: 400, message: newer },
      responses: { status: 429, message: "slow down" },
    });
    await expect(ask(model)).rejects.toMatchObject({ kind: "rate-limit" });
    await expect(ask(model)).rejects.toMatchObject({ kind: "rate-limit" });
    expect(paths()).toEqual([chat, responses, chat, responses]);
  },
);

test.each(Object.entries(ways))(
  "other refusals are not followed, and none where the option says chat completions: %s",
  async (_, ask) => {
    const quoting = await served({ chat: { status: 400, message: "Invalid value: 'use /v1/responses'" } });
    await expect(ask(quoting.model)).rejects.toMatchObject({ kind: "invalid-request" });
    expect(quoting.paths()).toEqual([chat]);
    const bound = await served({ chat: { status: 400, message: newer } }, { api: "chat-completions" });
    await expect(ask(bound.model)).rejects.toMatchObject({ kind: "invalid-request", detail: newer });
    expect(bound.paths()).toEqual([chat]);
  },
);

test.each(Object.entries(ways))(
  "a server of another address may have chat completions alone: %s",
  async (_, ask) => {
    const missing = { status: 404, message: "Not Found" };
    const { model, paths } = await served({ responses: missing }, {}, "gpt-6.2-sol");
    expect(await ask(model)).toBe("by chat");
    expect(await ask(model)).toBe("by chat");
    expect(paths()).toEqual([responses, chat, chat]);
    const bound = await served({ responses: missing }, { api: "responses" }, "gpt-6.2-sol");
    await expect(ask(bound.model)).rejects.toMatchObject({ kind: "not-found" });
    expect(bound.paths()).toEqual([responses]);
    const unknown = await served({ responses: missing, chat: missing }, {}, "gpt-6.2-sol");
    await expect(ask(unknown.model)).rejects.toMatchObject({ kind: "not-found" });
    await expect(ask(unknown.model)).rejects.toMatchObject({ kind: "not-found" });
    expect(unknown.paths()).toEqual([responses, chat, responses]);
  },
);

/** Tools without an effort were answered by gpt-5.4-mini: recorded by pydantic-ai (test_tool_search, read 2026-08-22). */
test.each([
  [{ tools, reasoning_effort: "low" }, {}, responses],
  [{ tools }, { reasoningEffort: "low" }, responses],
  [{ tools }, {}, chat],
  [{ tools, reasoning_effort: "none" }, { reasoningEffort: "low" }, chat],
  [{ reasoning_effort: "low" }, {}, chat],
] as const)(
  "GPT-5.4 takes all by chat completions but tools together with an effort: %j, %j",
  async (asked, defaults, path) => {
    const { model, paths } = await served({}, { defaults }, "gpt-5.4-mini");
    await model.generate({ messages: request.messages, ...asked } as ChatRequest, { signal });
    expect(paths()).toEqual([path]);
  },
);

test("a model speaks Responses where OpenAI serves it by them", () => {
  vi.stubEnv("OPENAI_BASE_URL", "");
  onTestFinished(() => void vi.unstubAllEnvs());
  const baseUrl = "http://127.0.0.1/v1";
  expect(openai("gpt-4.1").speaks).toEqual(["responses"]);
  expect(openai("gpt-6").speaks).toEqual(["responses"]);
  expect(openai("gpt-6", { baseUrl }).speaks).toEqual(["responses"]);
  expect(openai("gpt-5.4", { baseUrl }).speaks).toEqual(["responses"]);
  expect(openai("gpt-4.1", { baseUrl }).speaks).toBeUndefined();
  expect(openai("gpt-audio").speaks).toBeUndefined();
  expect(openai("gpt-6", { api: "chat-completions" }).speaks).toBeUndefined();
  expect(openai("gpt-6", { client: "sdk" }).speaks).toBeUndefined();
  vi.stubEnv("OPENAI_BASE_URL", baseUrl);
  expect(openai("gpt-4.1").speaks).toBeUndefined();
});

test("an output limit below the least that Responses take is raised, which is reported", async () => {
  const dropped: string[] = [];
  const { model } = await served({}, {}, "gpt-6");
  const limited = { ...request, max_completion_tokens: 5 };
  await model.generate(limited, { signal, onDropped: (name) => dropped.push(name) });
  expect(dropped).toEqual(["max_completion_tokens"]);
});
