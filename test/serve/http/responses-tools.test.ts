import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { providerTools } from "../../../policies/index.ts";
import type { Constraint } from "../../../src/contracts/index.ts";
import { nativeParts } from "../../../src/serve/http/native-only.ts";
import { chatOfResponse } from "../../../src/serve/http/responses/chat-of-response.ts";
import { responseEvents } from "../../../src/serve/http/responses/response-events.ts";
import { responseOfCompletion } from "../../../src/serve/http/responses/response-of-completion.ts";
import { completionBody } from "../../support/completion-server.ts";
import { runs } from "../../support/runs.ts";
import { hi, twoInterfaces } from "../../support/two-interfaces.ts";

// Forms of tools: what Codex 0.171.0 sends (seen 2026-12-01), the types of `openai` 7, and what pydantic/pydantic-ai recorded
// (tests/models/cassettes/test_openai_responses and test_tool_search, read 2026-12-01). Texts are ours.

const codex = { "user-agent": "codex_exec/0.171.0 (Debian 12.0.0; x86_64) xterm (codex_exec; 0.171.0)" };

/** `calls`: what the model of a strict server that knows functions alone calls. */
async function served(
  calls: readonly (readonly [name: string, args: string])[] = [],
  constraints: Constraint[] = [],
) {
  const body = completionBody("small", "translated") as unknown as { choices: { message: object }[] };
  if (calls.length > 0)
    body.choices[0] = {
      ...body.choices[0],
      message: {
        role: "assistant",
        content: null,
        tool_calls: calls.map(([name, args], at) => ({
          id: `c${at}`,
          type: "function",
          function: { name, arguments: args },
        })),
      },
    };
  const {
    sent,
    post: send,
    ...rest
  } = await twoInterfaces({
    completion: body,
    constraints,
    assumeCapabilities: ["tools"],
  });
  const post = async (...given: Parameters<typeof send>) => {
    const answer = await send(...given);
    return { ...answer, output: answer.said.startsWith("{") ? JSON.parse(answer.said).output : [] };
  };
  const names = () =>
    sent().tools?.map((tool) => (tool.type === "function" ? tool.function.name : tool.type));
  return { ...rest, sent, names, post };
}

const fn = (name: string) => ({ type: "function", name, parameters: { type: "object", properties: {} } });
const patch = { type: "custom", name: "apply_patch", description: "Edits.", format: { type: "text" } };
const agents = {
  type: "namespace",
  name: "agents",
  description: "Agents.",
  tools: [fn("spawn"), fn("send")],
};
const search = {
  type: "tool_search",
  execution: "client",
  description: "Finds tools.",
  parameters: { type: "object" },
};

describe("each tool goes as it came where Responses are spoken, and elsewhere", () => {
  test.each<[what: string, tools: object[], names: string[], dropped: string[]]>([
    ["a custom tool as a function", [patch], ["apply_patch"], []],
    ["a namespace as functions with its name", [agents], ["agents__spawn", "agents__send"], []],
    ["a search of the client's as a function", [search], ["tool_search"], []],
    [
      "a search at the provider not at all: all is offered",
      [fn("f"), { type: "tool_search" }],
      ["f"],
      ["tools.tool_search"],
    ],
    ["a shell of the client's as a function", [{ type: "shell" }], ["shell"], []],
    ["a local shell, too", [{ type: "shell", environment: { type: "local" } }], ["shell"], []],
    ["patches as a function", [{ type: "apply_patch" }], ["apply_patch"], []],
    [
      "what Codex offers always not at all",
      [fn("f"), { type: "web_search", external_web_access: false }],
      ["f"],
      ["tools.web_search"],
    ],
  ])("%s", async (_, tools, expected, left) => {
    const { server, post, names, dropped, chat } = await served();
    expect((await post({ tools }, codex)).status).toBe(200);
    expect(chat.requests).toHaveLength(1);
    expect(names()).toEqual(expected);
    expect(dropped).toEqual(left);
    const { text } = await post({ tools }, codex, "large");
    expect(server.requests.map((one) => one.text)).toEqual([text.replace('"large"', '"gpt-6"')]);
  });

  test.each([
    ["no agent", [fn("f"), { type: "web_search" }], {}, {}],
    ["it alone", [{ type: "web_search" }], {}, codex],
    ["a choice of it", [fn("f"), { type: "web_search" }], { tool_choice: { type: "web_search" } }, codex],
    ["a choice of any", [fn("f"), { type: "web_search" }], { tool_choice: "required" }, codex],
    ["another tool", [fn("f"), { type: "code_interpreter", container: { type: "auto" } }], {}, codex],
  ])("a search of Codex is optional, but not with %s", async (_, tools, more, headers) => {
    const { chat, post } = await served();
    expect((await post({ tools, ...more }, headers)).said).toContain("native");
    expect(chat.requests).toEqual([]);
  });
});

describe("calls come back as the client knows them", () => {
  const tools = [patch, agents, search, { type: "shell" }, fn("agents__send"), fn("tool_search")];
  const calls = [
    ["apply_patch", '{"input":"*** Begin Patch"}'],
    ["agents__spawn", '{"task":"x"}'],
    ["agents__send_2", "{}"],
    ["agents__send", "{}"],
    ["tool_search_2", '{"query":"mail"}'],
    ["shell", '{"commands":["ls"],"timeout_ms":9}'],
    ["shell", '{"commands":"ls"}'],
    ["unheard_of", "{}"],
  ] as const;
  const items = [
    { type: "custom_tool_call", name: "apply_patch", input: "*** Begin Patch" },
    { type: "function_call", name: "spawn", namespace: "agents", arguments: '{"task":"x"}' },
    { type: "function_call", name: "send", namespace: "agents", arguments: "{}" },
    { type: "function_call", name: "agents__send", arguments: "{}" },
    { type: "tool_search_call", execution: "client", arguments: { query: "mail" } },
    { type: "shell_call", action: { commands: ["ls"], timeout_ms: 9, max_output_length: null } },
    // Arguments that no item can hold: the client says that it knows no such function.
    { type: "function_call", name: "shell", arguments: '{"commands":"ls"}' },
    { type: "function_call", name: "unheard_of", arguments: "{}" },
  ];

  test("in a whole answer, also where a tool is named as a mapped one", async () => {
    const { post } = await served(calls);
    const { output } = await post({ tools });
    expect(output).toHaveLength(items.length);
    for (const [at, item] of items.entries())
      expect(output[at]).toMatchObject({ ...item, call_id: `c${at}`, status: "completed" });
    expect(output[3]).not.toHaveProperty("namespace");
  });

  test("in a stream", async () => {
    const body = { tools, input: [hi] };
    const { tools: back } = chatOfResponse(body);
    const events: { type: string; item?: object }[] = [];
    for await (const { data } of responseEvents(streamOf(calls), "auto", body, back))
      events.push(data as never);
    const done = events.filter(({ type }) => type === "response.output_item.done").map(({ item }) => item);
    for (const [at, item] of items.slice(1).entries()) expect(done[at]).toMatchObject(item);
    const added = events.filter(({ type }) => type === "response.output_item.added");
    expect(added).toHaveLength(done.length);
    // What a client gets in pieces is begun without its arguments.
    expect(added[0]?.item).toMatchObject({ name: "spawn", namespace: "agents", arguments: "" });
    const named = events.find(({ type }) => type === "response.function_call_arguments.done");
    expect(named).toMatchObject({ name: "spawn" });
  });

  /** Calls of all tools but the custom one: its adapter makes the pieces of that. */
  async function* streamOf(given: typeof calls) {
    const head = { id: "x", object: "chat.completion.chunk" as const, created: 1, model: "m" };
    const chunk = (delta: object, finish_reason: "tool_calls" | null = null) => ({
      ...head,
      choices: [{ index: 0, delta, finish_reason }],
    });
    for (const [index, [name, args]] of given.slice(1).entries()) {
      yield chunk({ tool_calls: [{ index, id: `c${index}`, function: { name, arguments: "" } }] });
      for (const piece of args.match(/.{1,3}/g) ?? [])
        yield chunk({ tool_calls: [{ index, function: { arguments: piece } }] });
    }
    yield chunk({}, "tool_calls");
  }
});

test("a client that changes its tools between turns: calls keep what they were, and what is found can be called", async () => {
  const { sent, names, post } = await served([["mail__send", '{"to":"a"}']]);
  const mail = {
    type: "namespace",
    name: "mail",
    description: "Mail.",
    tools: [{ ...fn("send"), defer_loading: true }],
  };
  const input = [
    hi,
    { type: "function_call", call_id: "a", name: "spawn", namespace: "agents", arguments: "{}" },
    { type: "function_call_output", call_id: "a", output: "ok" },
    { type: "custom_tool_call", call_id: "b", name: "apply_patch", input: "x" },
    { type: "custom_tool_call_output", call_id: "b", output: "ok" },
    { type: "tool_search_call", call_id: "c", execution: "client", arguments: { query: "mail" } },
    { type: "tool_search_output", call_id: "c", execution: "client", tools: [mail] },
    { type: "tool_search_call", call_id: "d", execution: "client", arguments: { query: "mail" } },
    { type: "tool_search_output", call_id: "d", execution: "client", tools: [mail] },
    { type: "additional_tools", role: "developer", tools: [fn("late")] },
  ];
  const { status, output, said } = await post({ tools: [search], input });
  expect(status, said).toBe(200);
  expect(names()).toEqual(["tool_search", "mail__send", "late"]);
  const called = sent().messages.flatMap((message): unknown[] =>
    message.role === "assistant"
      ? (message.tool_calls ?? [])
      : message.role === "tool"
        ? [message.content]
        : [],
  );
  expect(called).toEqual([
    { id: "a", type: "function", function: { name: "agents__spawn", arguments: "{}" } },
    [{ type: "text", text: "ok" }],
    { id: "b", type: "function", function: { name: "apply_patch", arguments: '{"input":"x"}' } },
    [{ type: "text", text: "ok" }],
    { id: "c", type: "function", function: { name: "tool_search", arguments: '{"query":"mail"}' } },
    "These tools can be called now: mail__send",
    { id: "d", type: "function", function: { name: "tool_search", arguments: '{"query":"mail"}' } },
    "These tools can be called now: mail__send",
  ]);
  expect(output[0]).toMatchObject({ type: "function_call", name: "send", namespace: "mail" });
});

test("a function that was deferred is its own namespace, and keeps its name", async () => {
  const input = [
    hi,
    { type: "function_call", call_id: "a", name: "rate", namespace: "rate", arguments: "{}" },
    { type: "function_call_output", call_id: "a", output: "2" },
  ];
  const { sent, post } = await served();
  await post({ tools: [{ ...fn("rate"), defer_loading: true }, { type: "tool_search" }], input });
  expect(sent().messages[1]).toMatchObject({ tool_calls: [{ function: { name: "rate" } }] });
});

test.each([
  [{ type: "namespace", name: "n" }, "tools[0].tools must be an array"],
  [{ type: "namespace", tools: [] }, "tools[0].name must be a text"],
  [
    { type: "namespace", name: "n", tools: [{ type: "mcp" }] },
    "tools[0].tools[0] must be a function or a custom tool",
  ],
])("%j is refused by its place", async (tool, reason) => {
  const { status, said } = await (await served()).post({ tools: [tool] });
  expect([status, said]).toEqual([400, expect.stringContaining(reason)]);
});

describe("tools at the provider", () => {
  const tools = [fn("f"), { type: "web_search" }, { type: "mcp", server_label: "s" }, { type: "<b>x</b>" }];

  test("stand in the decision by their types, with the protocol", async () => {
    const { post, decisions } = await served();
    await post({ tools });
    expect(decisions[0]?.request).toMatchObject({
      protocol: "responses",
      providerTools: ["web_search", "mcp", "that it has"],
    });
    await post({ tools: [fn("f")] });
    expect(decisions[1]?.request.providerTools).toBeUndefined();
  });

  test("can be forbidden; a model that gets the request without them stays permitted", async () => {
    const { post, chat, server } = await served([], [providerTools()]);
    const refused = await post({ tools });
    expect(refused.status).toBe(400);
    expect(refused.said).toContain("its provider would run web_search, mcp, that it has");
    const agent = await post({ tools: tools.slice(0, 2) }, codex);
    expect(agent.said).toContain("translated");
    expect(chat.requests).toHaveLength(1);
    const pinned = await post({ tools: tools.slice(0, 2) }, codex, "large");
    expect([pinned.status, server.requests.length]).toEqual([400, 0]);
  });

  test("are read by detectors all the same", async () => {
    const seen: string[] = [];
    const reading: Constraint = {
      name: "reading",
      permits: (_, { request }) => seen.push(request.text.all()) > 0 || "never",
    };
    const { post } = await served([], [reading]);
    await post(
      { tools: [fn("f"), { type: "web_search", filters: { allowed_domains: ["secret.example"] } }] },
      codex,
    );
    await post({ tools: [{ ...agents, tools: [{ ...fn("spawn"), description: "hidden words" }] }] });
    expect(seen[0]).toContain("secret.example");
    expect(seen.at(-1)).toContain("hidden words");
  });
});

test("what the provider keeps stands in the decision", async () => {
  const { post, decisions } = await served();
  await post({ tools: [{ type: "code_interpreter", container: "cntr_1" }] });
  await post({ tools: [{ type: "file_search", vector_store_ids: ["vs_1"] }] });
  expect(decisions.map(({ request }) => request.providerState)).toEqual([["container"], ["vector-store"]]);
});

const name = fc.stringMatching(/^[a-z_]{1,12}$/);
const kind = fc.constantFrom("function", "custom");
const plain = fc.record({ type: kind, name });
const space = fc.record({
  type: fc.constant("namespace"),
  name,
  description: fc.string(),
  tools: fc.uniqueArray(plain, { selector: (one) => one.name, maxLength: 4 }),
});
const run = fc.constantFrom<object>(search, { type: "shell" }, { type: "apply_patch" });

test("there and back is exact for random tools: each has a name of its own, and its call the form of its type", () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(plain, { selector: (one) => one.name, maxLength: 5 }),
      fc.uniqueArray(space, { selector: (one) => one.name, maxLength: 4 }),
      fc.uniqueArray(run, { maxLength: 3 }),
      (plains, spaces, own) => {
        const body = { input: [hi], tools: [...plains, ...spaces, ...own] };
        const { chat, tools, native } = chatOfResponse(body);
        expect(native.reason).toBeUndefined();
        const named = (chat.tools ?? []).map(
          (tool) => (tool.type === "custom" ? tool.custom : tool.function).name,
        );
        expect(new Set(named).size).toBe(named.length);
        const args = '{"commands":["ls"],"type":"delete_file","path":"a"}';
        const calls = (chat.tools ?? []).map((tool, at) =>
          tool.type === "custom"
            ? { id: `c${at}`, type: "custom" as const, custom: { name: tool.custom.name, input: "x" } }
            : {
                id: `c${at}`,
                type: "function" as const,
                function: { name: tool.function.name, arguments: args },
              },
        );
        const completion = completionBody("m", "") as never as Parameters<typeof responseOfCompletion>[0];
        const message = { role: "assistant" as const, content: null, refusal: null, tool_calls: calls };
        const choices = [{ index: 0, message, finish_reason: "tool_calls" as const, logprobs: null }];
        const { output } = responseOfCompletion({ ...completion, choices }, "m", body, tools) as {
          output: { type: string; name?: string; namespace?: string }[];
        };
        const expected = [
          ...plains.map((one) => [one.type, one.name, undefined]),
          ...spaces.flatMap((one) => one.tools.map((inner) => [inner.type, inner.name, one.name])),
          ...own.map((one) => [(one as { type: string }).type, undefined, undefined]),
        ];
        const types: Record<string, string> = { function_call: "function", custom_tool_call: "custom" };
        const got = output.map((one) => [
          types[one.type] ?? one.type.replace(/_call$/, ""),
          one.name,
          one.namespace,
        ]);
        expect(got).toEqual(expected);
        // The next turn has the same calls as the model wrote them.
        const again = chatOfResponse({ ...body, input: [hi, ...output] }).chat.messages[1];
        const written = again?.role === "assistant" ? again.tool_calls : [];
        expect(
          written?.map((call) => (call.type === "custom" ? call.custom : call.function).name) ?? [],
        ).toEqual(named);
      },
    ),
    { numRuns: runs(150, 5_000) },
  );
});

test("names of what is left out and run are bounded", () => {
  const parts = nativeParts();
  for (let at = 0; at < 100; at += 1) parts.addProviderTool(`t${at}`);
  expect(parts.providerTools).toHaveLength(32);
});
