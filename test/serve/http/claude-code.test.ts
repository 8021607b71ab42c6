import { afterEach, expect, test } from "vitest";
import { always } from "../../../policies/index.ts";
import { createRouter } from "../../../src/index.ts";
import { type RunningServer, serve } from "../../../src/serve/http/server/index.ts";
import { type FakeModelOptions, fakeModel } from "../../../src/testing/index.ts";

// Shapes of the traffic of Claude Code, after its documented gateway protocol, over real HTTP.

let server: RunningServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function started(options: FakeModelOptions = {}) {
  const small = fakeModel({ name: "test:small", answer: "Done.", capabilities: { tools: true }, ...options });
  const router = createRouter({ models: { small }, policy: always("small") });
  server = await serve(router, {
    port: 0,
    unknownModel: "auto",
    routes: { "claude-routed": {} },
  });
  const { url } = server;
  const send = (path: string, body?: object, headers: Record<string, string> = {}, method = "POST") =>
    fetch(`${url}${path}`, {
      method: body === undefined ? "GET" : method,
      headers: { ...agent, ...headers },
      ...(body && { body: JSON.stringify(body) }),
    });
  return { router, small, url, send };
}

const agent = {
  "content-type": "application/json",
  authorization: "Bearer k",
  "x-api-key": "k",
  "anthropic-version": "2023-06-01",
  "anthropic-beta": "claude-code-20250219,interleaved-thinking-2025-05-14,context-management-2025-06-27",
  "x-claude-code-session-id": "session-1",
  "x-app": "cli",
  "user-agent": "claude-cli/2.1.197",
};

const turn = {
  model: "claude-of-tomorrow",
  max_tokens: 32_000,
  stream: true,
  thinking: { type: "adaptive" },
  system: [
    { type: "text", text: "x-attribution: cli" },
    { type: "text", text: "You are a coding agent.", cache_control: { type: "ephemeral", ttl: "1h" } },
  ],
  tools: [
    {
      name: "Bash",
      description: "Runs a command",
      input_schema: { type: "object", properties: { command: { type: "string" } }, required: ["command"] },
      strict: true,
      defer_loading: true,
      cache_control: { type: "ephemeral" },
      eager_input_streaming: true,
    },
  ],
  messages: [
    {
      role: "user",
      content: [{ type: "text", text: "List the files.", cache_control: { type: "ephemeral" } }],
    },
  ],
  context_management: { edits: [{ type: "clear_thinking_20251015", keep: "all" }] },
  output_config: { effort: "high" },
  metadata: { user_id: "user_x_account__session_1" },
  speed: "standard",
  field_of_tomorrow: { any: ["thing"] },
};

interface Listing {
  readonly data: readonly { readonly id: string }[];
  readonly has_more: boolean;
}

interface Event {
  readonly type: string;
  readonly [key: string]: unknown;
}

function eventsOf(text: string): Event[] {
  return text
    .split("\n\n")
    .filter((part) => part.includes("data: "))
    .map((part) => JSON.parse(part.slice(part.indexOf("data: ") + 6)) as Event);
}

test("it probes with HEAD, and lists models of which only those named claude or anthropic count", async () => {
  const { url, send } = await started();
  expect((await fetch(url, { method: "HEAD" })).status).toBe(200);
  const { data, has_more } = (await (await send("/v1/models?limit=1000")).json()) as Listing;
  expect(has_more).toBe(false);
  expect(data.filter(({ id }) => /^(claude|anthropic)/.test(id))).toMatchObject([
    { type: "model", id: "claude-routed", display_name: "claude-routed", created_at: expect.any(String) },
  ]);
});

test("a streamed turn with fields and betas of tomorrow starts with real input tokens", async () => {
  const toolCalls = [
    { id: "t1", type: "function" as const, function: { name: "Bash", arguments: '{"command":"ls"}' } },
  ];
  const { small, send } = await started({ answer: { text: "I look.", toolCalls } });
  const answer = await send("/v1/messages?beta=true", turn);
  expect(answer.headers.get("content-type")).toContain("text/event-stream");
  const events = eventsOf(await answer.text());
  expect(events.map(({ type }) => type)).toEqual([
    "message_start",
    "content_block_start",
    ...["content_block_delta", "content_block_delta"],
    "content_block_stop",
    "content_block_start",
    "content_block_delta",
    "content_block_stop",
    "message_delta",
    "message_stop",
  ]);
  const [start] = events;
  expect(start).toMatchObject({ message: { model: turn.model } });
  expect(
    (start as { message?: { usage: { input_tokens: number } } }).message?.usage.input_tokens,
  ).toBeGreaterThan(20);
  expect(events.at(-2)).toMatchObject({ delta: { stop_reason: "tool_use" }, usage: { output_tokens: 2 } });
  const [sent] = small.requests;
  expect(sent).toMatchObject({ reasoning_effort: "high", max_completion_tokens: 32_000 });
  expect(sent?.messages[0]).toMatchObject({ role: "system", content: [{ text: "x-attribution: cli" }, {}] });
  for (const word of [
    "adaptive",
    "context_management",
    "field_of_tomorrow",
    "cache_control",
    "defer_loading",
  ])
    expect(JSON.stringify(sent)).not.toContain(word);
});

test("the estimate of count_tokens is that of message_start", async () => {
  const { send } = await started();
  const counted = await send("/v1/messages/count_tokens?beta=true", turn);
  const { input_tokens } = (await counted.json()) as { input_tokens: number };
  const [start] = eventsOf(await (await send("/v1/messages?beta=true", turn)).text());
  expect(start).toMatchObject({ message: { usage: { input_tokens } } });
});

test("thinking without a signature, and of another writer, reaches no model and comes back to no client", async () => {
  const { small, send } = await started();
  const messages = [
    ...turn.messages,
    {
      role: "assistant",
      content: [
        { type: "thinking", thinking: "unsigned words", signature: "" },
        { type: "thinking", thinking: "foreign words", signature: "EqQBCgIYAhIM" },
        { type: "redacted_thinking", data: "foreign-data" },
        { type: "tool_use", id: "t1", name: "Bash", input: { command: "ls" } },
      ],
    },
    { role: "user", content: [{ type: "tool_result", tool_use_id: "t1", content: "a.ts" }] },
    { role: "system", content: "The user has opened b.ts." },
  ];
  const bodies = [
    await send("/v1/messages", { ...turn, messages }),
    await send("/v1/messages", { ...turn, messages, stream: false }),
  ];
  for (const body of bodies) expect(await body.text()).not.toMatch(/words|foreign/);
  expect(small.requests.map(({ messages }) => messages.map(({ role }) => role))).toEqual([
    ["system", "user", "assistant", "tool", "system"],
    ["system", "user", "assistant", "tool", "system"],
  ]);
  expect(JSON.stringify(small.requests)).not.toMatch(/words|foreign/);
});

test("a session, and each of its subagents, is a conversation of its own", async () => {
  const { router, send } = await started();
  const sessions: (string | undefined)[] = [];
  router.observe((event) => {
    if (event.type === "decision-made") sessions.push(event.decision.request.session);
  });
  const child = { "x-claude-code-agent-id": "agent-7", "x-claude-code-parent-agent-id": "main" };
  for (const headers of [{}, child]) await (await send("/v1/messages", turn, headers)).text();
  expect(sessions).toEqual(["session-1", "session-1/agent-7"]);
});

test("errors have the shape and the status that its retries look at", async () => {
  const { send } = await started({ error: new Error("broken") });
  const answer = await send("/v1/messages", { ...turn, stream: false });
  expect(answer.status).toBe(502);
  expect(await answer.json()).toMatchObject({ type: "error", error: { type: "api_error" } });
  const wrong = await send("/v1/messages", { ...turn, messages: "x" });
  expect(wrong.status).toBe(400);
  expect(await wrong.json()).toMatchObject({ type: "error", error: { type: "invalid_request_error" } });
});
