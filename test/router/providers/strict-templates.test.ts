import { afterEach, describe, expect, it } from "vitest";
import { always } from "../../../policies/index.ts";
import type { ChatMessage, ChatTool } from "../../../src/contracts/index.ts";
import { createRouter } from "../../../src/index.ts";
import { vllm } from "../../../src/router/providers/engines/index.ts";
import { openaiCompatible } from "../../../src/router/providers/openai-compatible.ts";
import { fakeModel } from "../../../src/testing/index.ts";
import { type StrictQwenOptions, type StrictQwenServer, serveStrictQwen } from "../../support/strict/qwen.ts";

const servers: StrictQwenServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});
async function serve(options?: StrictQwenOptions): Promise<StrictQwenServer> {
  const server = await serveStrictQwen(options);
  servers.push(server);
  return server;
}

const agents: ChatMessage[] = [
  { role: "system", content: "You code." },
  { role: "developer", content: "Be brief." },
  { role: "user", content: "hi" },
  { role: "system", content: "The files have changed." },
];
const folded = [
  { role: "system", content: "You code.\n\nBe brief.\n\nThe files have changed." },
  { role: "user", content: "hi" },
];

describe("a model behind a strict chat template", () => {
  it.each(["vllm", "llama.cpp"] as const)("is served by its family at once (%s)", async (engine) => {
    const server = await serve({ engine });
    const model = openaiCompatible("qwen3.6-27b", { baseUrl: server.url });
    const router = createRouter({ models: { small: model }, policy: always("small") });
    expect((await router.route({ messages: agents })).text).toBe("done by qwen");
    expect(server.requests[0]?.body.messages).toEqual(folded);
    expect(server.refusals).toEqual([]);
  });

  it("is served by its engine, whatever the model is called", async () => {
    const server = await serve();
    const router = createRouter({
      models: { small: vllm("mine", { baseUrl: server.url }) },
      policy: always("small"),
    });
    await router.route({ messages: agents });
    expect(server.refusals).toEqual([]);
  });

  it.each(["vllm", "llama.cpp"] as const)(
    "teaches by one refusal, which one other model follows (%s)",
    async (engine) => {
      const server = await serve({ engine });
      const model = openaiCompatible("mine", { baseUrl: server.url });
      const models = { small: model, large: fakeModel({ name: "large" }) };
      const make = () => createRouter({ models, policy: always("small") });
      const router = make();
      const events: string[] = [];
      router.observe((event) => {
        if (event.type === "model-life") events.push(`${event.kind} ${event.capability}`);
      });
      const first = await router.route({ messages: agents });
      expect(first.text).toBe("ok");
      expect(first.attempts.map(({ hop }) => hop)).toEqual(["answer", "fallback"]);
      expect(server.refusals).toHaveLength(1);
      expect(events).toEqual(["lacks developerRole"]);
      expect((await router.route({ messages: agents })).text).toBe("done by qwen");
      expect(server.requests.at(-1)?.body.messages).toEqual(folded);

      const state = JSON.parse(JSON.stringify(router.exportState()));
      expect(state.capabilities).toMatchObject([{ capability: "developerRole", has: false }]);
      const next = make();
      next.restoreState(state);
      expect((await next.route({ messages: agents })).text).toBe("done by qwen");
      expect(server.refusals).toHaveLength(1);
    },
  );

  it("is sent what its option says, whatever its name and its refusals are", async () => {
    const server = await serve();
    const models = {
      small: openaiCompatible("qwen3.6-27b", { baseUrl: server.url, roles: "as-sent" }),
      large: fakeModel({ name: "large" }),
    };
    const router = createRouter({ models, policy: always("small") });
    for (const _ of [1, 2]) expect((await router.route({ messages: agents })).text).toBe("ok");
    expect(server.refusals).toHaveLength(2);
    expect(() => openaiCompatible("m", { baseUrl: server.url, roles: "strict" as never })).toThrow(
      /openaiCompatible\.roles/,
    );
  });

  it("gets valid names of tools, and the caller its own", async () => {
    const long = `mcp__${"very_".repeat(15)}long__look`;
    const names = ["files.read", long, "look"];
    const tools = names.map((name): ChatTool => ({ type: "function", function: { name } }));
    const server = await serve({
      answer: (body) => ({
        calls: body.tools.map((tool: { function: { name: string } }) => ({
          name: tool.function.name,
          arguments: {},
        })),
      }),
    });
    const router = createRouter({
      models: { small: openaiCompatible("qwen3.6-27b", { baseUrl: server.url }) },
      policy: always("small"),
    });
    const request = { messages: [{ role: "user" as const, content: "hi" }], tools };
    const { completion } = await router.route(request);
    const calls = completion.choices[0]?.message.tool_calls ?? [];
    expect(calls.map((call) => call.type === "function" && call.function.name)).toEqual(names);

    const streamed: string[] = [];
    for await (const { choices } of router.stream(request))
      for (const call of choices[0]?.delta.tool_calls ?? [])
        if (call.function?.name) streamed.push(call.function.name);
    expect(streamed).toEqual(names);

    const again: ChatMessage[] = [
      ...request.messages,
      { role: "assistant", content: null, tool_calls: calls },
      ...calls.map(({ id }): ChatMessage => ({ role: "tool", tool_call_id: id, content: "ok" })),
    ];
    const choice = { type: "function" as const, function: { name: "files.read" } };
    await router.route({ messages: again, tools, tool_choice: choice });
    for (const { body } of server.requests)
      for (const { function: sent } of body.tools) expect(sent.name).toMatch(/^[a-zA-Z0-9_-]{1,64}$/);
    const last = server.requests.at(-1)?.body;
    const sentNames = last.tools.map((tool: { function: { name: string } }) => tool.function.name);
    expect(
      last.messages[1].tool_calls.map((call: { function: { name: string } }) => call.function.name),
    ).toEqual(sentNames);
    expect(last.tool_choice.function.name).toBe(sentNames[0]);
    expect(sentNames[2]).toBe("look");
    expect(server.refusals).toEqual([]);
  });
});
