import { describe, expect, onTestFinished, test } from "vitest";
import { always, firstOf } from "../../../policies/index.ts";
import { createRouter, type Decision, type Model } from "../../../src/index.ts";
import { pool } from "../../../src/router/pools/index.ts";
import { anthropic } from "../../../src/router/providers/anthropic.ts";
import { createHandler, type HandlerOptions } from "../../../src/serve/http/index.ts";
import { type FakeModel, fakeModel } from "../../../src/testing/index.ts";
import { serveRaw } from "../../support/serve-raw.ts";

// Forms of requests: recorded by pydantic/pydantic-ai (tests/models/cassettes/test_anthropic, read 2026-08-22). Texts are ours.

const answer =
  '{"id":"msg_1","type":"message","role":"assistant","model":"claude-sonnet-5-5","content":[{"type":"text","text":"native"}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":9,"output_tokens":2}}';
const hi = { role: "user", content: "hi" };

async function served(options: HandlerOptions = {}) {
  const server = await serveRaw({ status: 200, text: answer });
  onTestFinished(server.close);
  const small: FakeModel = fakeModel({ model: "small", answer: "translated" });
  const large = anthropic("claude-sonnet-5-5", { baseUrl: server.url, apiKey: "k" });
  const decisions: Decision[] = [];
  const router = createRouter({
    models: { small, large },
    policy: firstOf(always("small"), always("large")),
    assumeCapabilities: ["tools", "images"],
    execution: { retries: 0, fallback: false },
    onEvent: (event) => void (event.type === "decision-made" && decisions.push(event.decision)),
  });
  const handler = createHandler(router, options as never);
  const post = async (body: object, model = "auto") => {
    const text = JSON.stringify({ model, max_tokens: 9, messages: [hi], ...body });
    const reply = await handler("http://x/v1/messages", { method: "POST", body: text });
    return { status: reply.status, said: await reply.text(), text };
  };
  return { server, small, decisions, post };
}

const user = (block: object) => ({
  messages: [{ role: "user", content: [block, { type: "text", text: "hi" }] }],
});
const result = (block: object) => ({
  messages: [
    hi,
    { role: "assistant", content: [{ type: "tool_use", id: "t1", name: "look", input: {} }] },
    { role: "user", content: [{ type: "tool_result", tool_use_id: "t1", content: [block] }] },
  ],
  tools: [{ name: "look", input_schema: { type: "object" } }],
});

const searchTool = { type: "web_search_20250305", name: "web_search", max_uses: 3 };
const onlyNative: [what: string, body: object, reason: string][] = [
  [
    "a search",
    { tools: [searchTool] },
    "tools[0] is of the type web_search_20250305, which runs at the provider",
  ],
  [
    "a tool of tomorrow",
    { tools: [{ type: "wishes_20991231", name: "wishes" }] },
    "tools[0] is of the type wishes_20991231, which runs at the provider",
  ],
  [
    "a tool whose type is no name",
    { tools: [{ type: "<b>secret</b>", name: "x" }] },
    "tools[0] is of the type that it has, which runs at the provider",
  ],
  [
    "a toolset of a server",
    {
      mcp_servers: [{ type: "url", url: "https://mcp.example", name: "notes" }],
      tools: [{ type: "mcp_toolset", mcp_server_name: "notes" }],
    },
    "mcp_servers are called by the provider",
  ],
  ["a container", { container: "container_01" }, "container is kept by the provider"],
  [
    "a document by its address",
    user({ type: "document", source: { type: "url", url: "https://a.example/b.pdf" } }),
    "messages[0].content[0] is a document by its address, which the provider would fetch",
  ],
  [
    "a file",
    user({ type: "document", source: { type: "file", file_id: "file_01" } }),
    "messages[0].content[0] is a file that the provider keeps",
  ],
  [
    "a file that is an image",
    result({ type: "image", source: { type: "file", file_id: "file_01" } }),
    "messages[2].content[0].content[0] is a file that the provider keeps",
  ],
  [
    "an upload into a container",
    user({ type: "container_upload", file_id: "file_01" }),
    "messages[0].content[0] is a block of the type container_upload, which other models do not know",
  ],
  [
    "a tool that is added on the way",
    { messages: [hi, { role: "system", content: [{ type: "tool_addition", tool: {} }] }, hi] },
    "messages[1].content[0] is a block of the type tool_addition, which other models do not know",
  ],
];

describe("what only a model that speaks Messages can take", () => {
  test.each(onlyNative)(
    "%s goes to it as it came, and the decision says why to no other",
    async (_, body, reason) => {
      const { server, small, decisions, post } = await served();
      const { status, said, text } = await post(body);
      expect(status, said).toBe(200);
      expect(said).toContain('"native"');
      expect(small.requests).toHaveLength(0);
      const sent = server.requests[0]?.body as object;
      expect(sent).toEqual({ ...JSON.parse(text), model: "claude-sonnet-5-5" });
      const refused = decisions[0]?.candidates.find(({ model }) => model === "small");
      expect(JSON.stringify(refused)).toContain(JSON.stringify(reason).slice(1, -1));
    },
  );

  test.each(onlyNative)(
    "%s is refused with the reason if no permitted model can have it",
    async (_, body, reason) => {
      const { server, small, post } = await served();
      const pinned = await post(body, "small");
      expect(pinned.status).toBe(400);
      expect(JSON.parse(pinned.said).error.message).toContain(`native: ${reason}`);
      const translating = await served({ native: false });
      const off = await translating.post(body);
      expect(off.status).toBe(400);
      expect(JSON.parse(off.said).error.message).toContain(reason);
      for (const { requests } of [server, small, translating.server, translating.small])
        expect(requests).toHaveLength(0);
    },
  );

  test("a key's own constraints hold next to it", async () => {
    const cheap = { name: "cheap", permits: ({ id }: { id: string }) => id === "small" || "too good" };
    const { server, post } = await served({ authorise: () => ({ constraints: [cheap] }) } as never);
    const { status, said } = await post({ tools: [searchTool] });
    expect(status).toBe(400);
    expect(said).toContain("too good");
    expect(server.requests).toHaveLength(0);
  });

  test("a pool takes it by the members that speak Messages", async () => {
    const server = await serveRaw({ status: 200, text: answer });
    onTestFinished(server.close);
    const member = (name: string) =>
      anthropic("claude-sonnet-5-5", { name, baseUrl: server.url, apiKey: "k" });
    const own = pool("claude", [member("a")]);
    const other = pool("fakes", [fakeModel({ model: "small" })]);
    const router = createRouter({
      models: { other, own },
      policy: firstOf(always("other"), always("own")),
      assumeCapabilities: ["tools"],
    });
    onTestFinished(() => router.close());
    const body = JSON.stringify({ model: "auto", max_tokens: 9, messages: [hi], tools: [searchTool] });
    const reply = await createHandler(router)("http://x/v1/messages", { method: "POST", body });
    expect(await reply.text()).toContain('"native"');
  });

  test("what refers to a conversation at the provider is refused: no constraint would see it", async () => {
    const { server, post } = await served();
    const { status, said } = await post({ thread: { type: "continue", previous_message_id: "msg_1" } });
    expect(status).toBe(400);
    expect(said).toContain("thread refers to what one provider keeps");
    expect(server.requests).toHaveLength(0);
  });
});

describe("what any model can take", () => {
  test.each([
    ["bash_20250124", "bash", ["command", "restart"]],
    ["text_editor_20241022", "str_replace_editor", ["command", "path", "view_range"]],
    ["text_editor_20250728", "str_replace_based_edit_tool", ["command", "path", "view_range"]],
    ["memory_20250818", "memory", ["command", "old_path", "new_path"]],
    ["computer_20250124", "computer", ["action", "coordinate", "scroll_amount"]],
  ])(
    "%s, which the client runs, is a function for models that do not know it",
    async (type, name, fields) => {
      const { small, post } = await served();
      const { status, said } = await post({
        tools: [{ type, name, display_width_px: 800, display_height_px: 600 }],
      });
      expect(status, said).toBe(200);
      const tool = small.requests[0]?.tools?.[0];
      if (tool?.type !== "function") throw new Error("not a function");
      expect(tool.function.name).toBe(name);
      const { properties } = tool.function.parameters as { properties: object };
      expect(Object.keys(properties)).toEqual(expect.arrayContaining(fields));
      expect(tool.function.description).toContain(type.startsWith("bash") ? "command" : "");
    },
  );

  test("a search at the provider is left out where all tools are offered, unless it is chosen", async () => {
    const { server, small, post } = await served();
    const look = { name: "look", input_schema: { type: "object" }, defer_loading: true };
    const search = { type: "tool_search_tool_bm25_20251119", name: "find" };
    expect((await post({ tools: [search, look] })).said).toContain("translated");
    expect(small.requests[0]?.tools?.map((tool) => tool.type === "function" && tool.function.name)).toEqual([
      "look",
    ]);
    await post({ tools: [search, look], tool_choice: { type: "tool", name: "find" } });
    expect([small.requests.length, server.requests.length]).toEqual([1, 1]);
  });

  test("the versions of a tool have the actions of their day", async () => {
    const { small, post } = await served();
    const types = ["text_editor_20250124", "text_editor_20250429", "computer_20241022", "computer_20251124"];
    await post({ tools: types.map((type) => ({ type, name: type })) });
    const sent = small.requests[0]?.tools?.map((tool) => JSON.stringify(tool)) ?? [];
    expect(sent.map((text) => /undo_edit/.test(text))).toEqual([true, false, false, false]);
    expect(sent.map((text) => /zoom/.test(text))).toEqual([false, false, false, true]);
    expect(sent.map((text) => /triple_click/.test(text))).toEqual([false, false, false, true]);
  });

  test("a model that knows the tool gets it by its type", async () => {
    const { server, post } = await served();
    const tools = [{ type: "bash_20250124", name: "bash" }];
    expect((await post({ tools }, "large")).status).toBe(200);
    expect(server.requests[0]?.body).toMatchObject({ tools });
  });

  test("results of tools with images: the image follows as the user's, and goes as it came to others", async () => {
    const image = { type: "image", source: { type: "base64", media_type: "image/png", data: "AAAA" } };
    const { server, small, post } = await served();
    expect((await post(result(image))).status).toBe(200);
    expect(small.requests[0]?.messages.at(-1)).toEqual({
      role: "user",
      content: [{ type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } }],
    });
    expect((await post(result(image), "large")).status).toBe(200);
    expect(server.requests[0]?.body).toMatchObject(result(image));
  });

  test("results of a search of the client's own, also outside of a tool's result, and documents of texts", async () => {
    const { small, post } = await served();
    const found = {
      type: "search_result",
      title: "Tides",
      source: "notes/7",
      content: [{ type: "text", text: "noon" }],
    };
    const document = {
      type: "document",
      title: "Log",
      source: { type: "content", content: [{ type: "text", text: "day 1" }] },
    };
    await post({ messages: [{ role: "user", content: [found, document] }] });
    expect(small.requests[0]?.messages[0]?.content).toEqual(
      ["Tides (notes/7)", "noon", "Log", "day 1"].map((text) => ({ type: "text", text })),
    );
  });
});

describe("sources of an answer of another protocol", () => {
  const url = "https://tides.example/today";
  const source = { start_index: 3, end_index: 7, title: "Tides", url };
  const annotations = [{ type: "url_citation" as const, url_citation: source }];
  const text = "At noon.";
  const citation = { type: "web_search_result_location", cited_text: "noon", title: "Tides", url };

  async function answered() {
    const server = await serveRaw({ status: 200, text: answer });
    onTestFinished(server.close);
    const message = { role: "assistant" as const, content: text, refusal: null, annotations };
    const head = { id: "c1", created: 1, model: "other" };
    const other: Model = {
      ...fakeModel({ model: "other" }),
      generate: async () => ({
        ...head,
        object: "chat.completion",
        choices: [{ index: 0, message, finish_reason: "stop", logprobs: null }],
      }),
      async *stream() {
        const object = "chat.completion.chunk" as const;
        for (const delta of [{ content: text }, { annotations }])
          yield { ...head, object, choices: [{ index: 0, delta, finish_reason: null }] };
        yield { ...head, object, choices: [{ index: 0, delta: {}, finish_reason: "stop" }] };
      },
    };
    const large = anthropic("claude-sonnet-5-5", { baseUrl: server.url, apiKey: "k" });
    const handler = createHandler(createRouter({ models: { other, large }, policy: always("other") }));
    const post = (body: object) =>
      handler("http://x/v1/messages", { method: "POST", body: JSON.stringify({ max_tokens: 9, ...body }) });
    return { server, post };
  }

  test("are citations, whole and in a stream, and go back to no server of Anthropic's", async () => {
    const { server, post } = await answered();
    const { content } = (await (await post({ model: "other", messages: [hi] })).json()) as {
      content: object[];
    };
    expect(content).toEqual([{ type: "text", text, citations: [expect.objectContaining(citation)] }]);
    const events = await (await post({ model: "other", stream: true, messages: [hi] })).text();
    expect(events).toContain('"type":"citations_delta"');
    expect(events.indexOf('"text_delta"')).toBeLessThan(events.indexOf("citations_delta"));
    expect(events.indexOf("citations_delta")).toBeLessThan(events.indexOf("content_block_stop"));

    const thinking = { type: "thinking", thinking: "Hm.", signature: "foreign" };
    const own = { type: "text", text: "b", citations: [{ ...citation, encrypted_index: "ZW5j" }] };
    for (const turn of [content, [thinking, ...content], [...content, own]]) {
      const messages = [hi, { role: "assistant", content: turn }, hi];
      expect((await post({ model: "large", messages })).status).toBe(200);
      const sent = server.requests.at(-1)?.body as { messages: { content: object[] }[] };
      const rest = turn.includes(own) ? [own] : [];
      expect(sent.messages[1]?.content).toEqual([{ type: "text", text, citations: null }, ...rest]);
    }
  });
});
