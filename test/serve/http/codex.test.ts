import { afterEach, expect, test } from "vitest";
import { always } from "../../../policies/index.ts";
import { createRouter } from "../../../src/index.ts";
import { type RunningServer, serve } from "../../../src/serve/http/server/index.ts";
import { type FakeModelOptions, fakeModel } from "../../../src/testing/index.ts";

// Shapes of the traffic of Codex with `wire_api = "responses"`, over real HTTP.

let server: RunningServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function started(options: FakeModelOptions = {}) {
  const small = fakeModel({ name: "test:small", answer: "Done.", capabilities: { tools: true }, ...options });
  const router = createRouter({ models: { small }, policy: always("small") });
  server = await serve(router, { port: 0, unknownModel: "auto" });
  const { url } = server;
  const send = (body: object, headers: Record<string, string> = {}) =>
    fetch(`${url}/v1/responses`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        accept: "text/event-stream",
        authorization: "Bearer k",
        originator: "codex_cli_rs",
        session_id: "codex-1",
        "openai-beta": "responses=experimental",
        ...headers,
      },
      body: JSON.stringify(body),
    });
  return { router, small, url, send };
}

const shell = {
  type: "function",
  name: "shell",
  description: "Runs a command",
  strict: false,
  parameters: { type: "object", properties: { command: { type: "array", items: { type: "string" } } } },
};
const patch = {
  type: "custom",
  name: "apply_patch",
  description: "Edits files",
  format: { type: "grammar", syntax: "lark", definition: 'start: "x"' },
};
const turn = {
  model: "gpt-of-tomorrow-codex",
  instructions: "You are a coding agent.",
  input: [{ type: "message", role: "user", content: [{ type: "input_text", text: "List the files." }] }],
  tools: [shell, patch],
  tool_choice: "auto",
  parallel_tool_calls: false,
  reasoning: { effort: "medium", summary: "auto" },
  store: false,
  stream: true,
  include: ["reasoning.encrypted_content"],
  prompt_cache_key: "codex-1",
  text: { verbosity: "low" },
  client_metadata: { any: "thing" },
};

function typesOf(text: string): string[] {
  return [...text.matchAll(/^event: (.*)$/gm)].map(([, type]) => type as string);
}

test("a turn streams its events to response.completed, with fields of tomorrow", async () => {
  const { small, send } = await started({ answer: "two words" });
  const answer = await send(turn);
  expect(answer.status).toBe(200);
  const types = typesOf(await answer.text());
  expect([types[0], types.at(-1)]).toEqual(["response.created", "response.completed"]);
  expect(types.filter((type) => type === "response.output_text.delta")).toHaveLength(2);
  expect(types).toContain("response.output_item.done");
  expect(small.requests[0]).toMatchObject({
    reasoning_effort: "medium",
    verbosity: "low",
    prompt_cache_key: "codex-1",
    parallel_tool_calls: false,
    tools: [
      { type: "function", function: { name: "shell" } },
      { type: "custom", custom: { name: "apply_patch" } },
    ],
  });
  expect(JSON.stringify(small.requests)).not.toContain("client_metadata");
});

test("a tool call comes as an item, and its output goes back in the next turn", async () => {
  const toolCalls = [
    { id: "c1", type: "function" as const, function: { name: "shell", arguments: '{"command":["ls"]}' } },
  ];
  const { small, send } = await started({
    answer: ({ messages }) => (messages.some(({ role }) => role === "tool") ? "a.ts" : { toolCalls }),
  });
  const first = await (await send(turn)).text();
  expect(first).toContain('"call_id":"c1"');
  const input = [
    ...turn.input,
    { type: "reasoning", id: "rs_1", summary: [], encrypted_content: "of another server" },
    { type: "function_call", id: "fc_1", call_id: "c1", name: "shell", arguments: '{"command":["ls"]}' },
    { type: "function_call_output", call_id: "c1", output: "a.ts" },
    { type: "custom_tool_call", id: "ct_1", call_id: "c2", name: "apply_patch", input: "*** Begin Patch" },
    { type: "custom_tool_call_output", call_id: "c2", output: "ok" },
  ];
  const second = await send({ ...turn, input });
  expect(second.status).toBe(200);
  expect(await second.text()).toContain("a.ts");
  expect(small.requests[1]?.messages.map(({ role }) => role)).toEqual([
    "system",
    "user",
    "assistant",
    "tool",
    "assistant",
    "tool",
  ]);
  expect(JSON.stringify(small.requests)).not.toContain("of another server");
});

test("its session id is the session", async () => {
  const { router, send } = await started();
  const sessions: (string | undefined)[] = [];
  router.observe((event) => {
    if (event.type === "decision-made") sessions.push(event.decision.request.session);
  });
  await (await send(turn)).text();
  await (await send(turn, { session_id: "", "session-id": "codex-2" })).text();
  expect(sessions).toEqual(["codex-1", "codex-2"]);
});

test("what leans on the state of one provider is refused by name", async () => {
  const { send } = await started();
  const answer = await send({ ...turn, previous_response_id: "resp_1" });
  expect(answer.status).toBe(400);
  expect(await answer.json()).toMatchObject({ error: { param: "previous_response_id" } });
  const search = await send({ ...turn, tools: [shell, { type: "web_search" }] });
  const { error } = (await search.json()) as { readonly error: { readonly message: string } };
  expect(search.status).toBe(400);
  expect(error.message).toContain("tools[1] is of the type web_search, which runs at the provider");
});
