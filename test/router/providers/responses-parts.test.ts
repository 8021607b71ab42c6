import { expect, onTestFinished, test } from "vitest";
import type { ChatRequest, CompletionChunk } from "../../../src/contracts/index.ts";
import { createAssembler } from "../../../src/router/call/assembler.ts";
import { openai } from "../../../src/router/providers/openai.ts";
import { serveRaw } from "../../support/serve-raw.ts";

/**
 * Items of answers, in the form that was recorded of OpenAI, xAI and DeepSeek between September 2025 and August 2026 by the
 * suites of pydantic-ai and the AI SDK; ids and texts are ours.
 */
const items = {
  search: {
    id: "ws_1",
    type: "web_search_call",
    status: "completed",
    action: { type: "search", query: "weather in Rome" },
  },
  opened: {
    id: "ws_2",
    type: "web_search_call",
    status: "completed",
    action: { type: "open_page", url: "https://a.example/" },
  },
  files: { id: "fs_1", type: "file_search_call", status: "completed", queries: ["tides"], results: null },
  ran: {
    id: "ci_1",
    type: "code_interpreter_call",
    status: "completed",
    code: "print(1)",
    container_id: "cntr_1",
    outputs: [{ type: "logs", logs: "1" }],
  },
  drawn: {
    id: "ig_1",
    type: "image_generation_call",
    status: "generating",
    output_format: "webp",
    size: "1024x1024",
    result: "UklGRg==",
  },
  thought: { id: "rs_1", type: "reasoning", summary: [], encrypted_content: "gAAA" },
  shown: {
    id: "rs_2",
    type: "reasoning",
    summary: [],
    content: [{ type: "reasoning_text", text: "First, the tide." }],
  },
  compacted: { id: "cmp_1", type: "compaction", encrypted_content: "gCCC" },
  remote: {
    id: "mcp_1",
    type: "mcp_call",
    status: "completed",
    arguments: "{}",
    error: null,
    name: "n",
    output: "ok",
    server_label: "s",
  },
  call: {
    id: "fc_1",
    type: "function_call",
    status: "completed",
    call_id: "c1",
    name: "look",
    arguments: "{}",
  },
  patch: {
    id: "ct_1",
    type: "custom_tool_call",
    status: "completed",
    call_id: "c2",
    name: "patch",
    input: "*** Begin",
  },
  unheard: { id: "zz_1", type: "telepathy_call", thoughts: [1] },
} as const;

const said = (text: string, more: object = {}, annotations: readonly object[] = []) => ({
  id: "msg_1",
  type: "message",
  role: "assistant",
  status: "completed",
  ...more,
  content: [{ type: "output_text", text, annotations, logprobs: [] }],
});
const cited = { type: "url_citation", url: "https://a.example/", title: "A", start_index: 0, end_index: 5 };
const filed = { type: "file_citation", file_id: "file-1", filename: "tides.pdf", index: 4 };
const held = {
  type: "container_file_citation",
  container_id: "cntr_1",
  file_id: "cfile_1",
  filename: "p.csv",
  start_index: 1,
  end_index: 3,
};

type Item = Readonly<Record<string, unknown>>;
const responseOf = (output: readonly Item[], more: object = {}) => ({
  id: "resp_1",
  object: "response",
  created_at: 1,
  status: "completed",
  model: "gpt-5-test-1",
  output,
  usage: { input_tokens: 5, output_tokens: 3, total_tokens: 8 },
  ...more,
});

/**
 * How a server may tell an answer: its pieces and its items, pieces without beginnings or without places, items alone, items
 * twice, or all with the end.
 */
const ways = {
  whole: "whole",
  pieces: "pieces",
  abrupt: "abrupt",
  unplaced: "unplaced",
  items: "items",
  twice: "twice",
  end: "end",
} as const;
type Way = keyof typeof ways;

function written(output: readonly Item[], way: Way, more: object = {}): string {
  const response = responseOf(output, more);
  if (way === "whole") return JSON.stringify(response);
  const events: Item[] = [
    { type: "response.created", response: { ...response, status: "in_progress", output: [] } },
  ];
  if (way !== "end")
    for (const [output_index, item] of output.entries()) {
      const at = way === "unplaced" ? {} : { output_index };
      const place = way === "unplaced" ? {} : { ...at, item_id: item["id"] };
      const empty = { ...item, content: [], arguments: "", input: "", result: null };
      const added = {
        type: "response.output_item.added",
        ...at,
        item: way === "unplaced" ? { ...empty, id: undefined } : empty,
      };
      if (way !== "abrupt") events.push(added);
      events.push({ type: `response.${item["type"]}.never_heard_of`, ...place });
      if (way === "pieces" || way === "abrupt" || way === "unplaced") {
        const content = (item["content"] ?? []) as readonly {
          readonly type: string;
          readonly text: string;
        }[];
        const delta =
          content[0]?.type === "reasoning_text"
            ? "response.reasoning_text.delta"
            : "response.output_text.delta";
        for (const { text } of content)
          for (const piece of [text.slice(0, 3), text.slice(3)])
            events.push({ type: delta, ...place, content_index: 0, delta: piece });
        if (item["type"] === "function_call")
          events.push({ type: "response.function_call_arguments.delta", ...place, delta: item["arguments"] });
        if (item["type"] === "custom_tool_call")
          events.push({ type: "response.custom_tool_call_input.delta", ...place, delta: item["input"] });
      }
      const done = {
        type: "response.output_item.done",
        ...at,
        item: way === "unplaced" ? { ...item, id: undefined } : item,
      };
      events.push(done, ...(way === "twice" ? [done] : []));
    }
  events.push({ type: "response.completed", response });
  return events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join("");
}

const request: ChatRequest = { messages: [{ role: "user", content: "Look." }] };
const { signal } = new AbortController();

async function served(...texts: readonly string[]) {
  const server = await serveRaw(
    texts.map((text) => ({
      status: 200,
      text,
      type: text.startsWith("{") ? "application/json" : "text/event-stream",
    })),
  );
  onTestFinished(server.close);
  const options = { apiKey: "k", baseUrl: `${server.url}/v1`, api: "responses" as const };
  return {
    model: openai("gpt-5-test", options),
    other: openai("gpt-5-other", options),
    bodies: () => server.requests.map(({ text }): Item => JSON.parse(text)),
    inputs: () => server.requests.map(({ text }) => JSON.parse(text).input as readonly Item[]),
  };
}

/** Returns the choice of an answer and its usage, whichever way the server tells it. */
async function answerOf(output: readonly Item[], way: Way, more: object = {}) {
  const { model } = await served(written(output, way, more));
  if (way === "whole")
    return (await model.generate(request, { signal })) as ReturnType<
      ReturnType<typeof createAssembler>["completion"]
    >;
  const assembler = createAssembler();
  const chunks: CompletionChunk[] = [];
  for await (const chunk of model.stream(request, { signal })) {
    assembler.add(chunk);
    chunks.push(chunk);
  }
  const named = chunks.filter(({ choices }) => choices[0]?.delta.written_by !== undefined);
  expect(named.length).toBeLessThan(2);
  return assembler.completion();
}

const writer = "openai:gpt-5-test";
const page = {
  type: "url_citation",
  url_citation: { url: "https://a.example/", title: "A", start_index: 0, end_index: 5 },
};

test.each(Object.values(ways))("what a message has a place for comes in that place: %s", async (way) => {
  const output = [
    items.thought,
    said("Rome is warm.", { phase: "final_answer" }, [cited]),
    items.call,
    items.patch,
  ];
  const { choices } = await answerOf(output, way);
  expect(choices[0]?.message).toEqual({
    role: "assistant",
    content: "Rome is warm.",
    refusal: null,
    phase: "final_answer",
    annotations: [page],
    thinking_blocks: [{ type: "redacted_thinking", data: "gAAA" }],
    written_by: writer,
    tool_calls: [
      { id: "c1", type: "function", function: { name: "look", arguments: "{}" } },
      { id: "c2", type: "custom", custom: { name: "patch", input: "*** Begin" } },
    ],
  });
  expect(choices[0]?.finish_reason).toBe("tool_calls");
});

test.each(Object.values(ways))(
  "items of tools at the provider come as they are, and what they say too: %s",
  async (way) => {
    const output = [
      items.shown,
      items.search,
      items.opened,
      said("One. ", { phase: "commentary" }, [filed]),
      items.files,
      items.ran,
      items.drawn,
      items.compacted,
      items.remote,
      items.unheard,
      said("Two.", { id: "msg_2", phase: "final_answer" }, [held, cited, { type: "unheard" }]),
    ];
    const { choices, usage } = await answerOf(output, way);
    const { provider_parts, ...message } = choices[0]?.message ?? {};
    expect(provider_parts).toEqual(output);
    expect(message).toEqual({
      role: "assistant",
      content: "One. Two.",
      refusal: null,
      reasoning_content: "First, the tide.",
      phase: "final_answer",
      written_by: writer,
      images: [{ type: "image_url", image_url: { url: "data:image/webp;base64,UklGRg==" } }],
      annotations: [
        {
          type: "url_citation",
          url_citation: { url: "file:file-1", title: "tides.pdf", start_index: 4, end_index: 4 },
        },
        {
          type: "url_citation",
          url_citation: { url: "file:cfile_1", title: "p.csv", start_index: 6, end_index: 8 },
        },
        { type: "url_citation", url_citation: { ...page.url_citation, start_index: 5, end_index: 10 } },
      ],
    });
    expect(usage?.server_tool_use).toEqual({ web_search_requests: 1, file_search_requests: 1 });
  },
);

test("the provider's own count of searches wins", async () => {
  const told = { tool_usage: { web_search: { num_requests: 4 } } };
  const { usage } = await answerOf([items.search, said("ok")], "whole", told);
  expect(usage?.server_tool_use).toEqual({ web_search_requests: 4 });
});

test("an answer that was cut for another reason says the provider's word", async () => {
  const cut = { status: "incomplete", incomplete_details: { reason: "max_tool_calls" } };
  const { choices } = await answerOf([said("ok")], "whole", cut);
  expect(choices[0]).toMatchObject({ finish_reason: "length", native_finish_reason: "max_tool_calls" });
});

test("all of it goes back to the model that wrote it, and to no other, which is reported", async () => {
  const output = [
    items.shown,
    items.search,
    items.drawn,
    said("Rome.", { phase: "commentary" }),
    items.call,
    items.patch,
  ];
  const { model, other, inputs } = await served(
    written(output, "whole"),
    written(output, "whole"),
    written(output, "whole"),
  );
  const { choices } = await model.generate(request, { signal });
  const message = choices[0]?.message as never;
  const results = [
    { role: "tool" as const, tool_call_id: "c1", content: "seen" },
    { role: "tool" as const, tool_call_id: "c2", content: "done" },
  ];
  const next = { messages: [...request.messages, message, ...results] };
  const dropped: string[] = [];
  const options = { signal, onDropped: (name: string) => dropped.push(name) };
  await model.generate(next, options);
  expect(dropped).toEqual([]);
  await other.generate(next, options);
  const outputs = [
    { type: "function_call_output", call_id: "c1", output: "seen" },
    { type: "custom_tool_call_output", call_id: "c2", output: "done" },
  ];
  expect(inputs()[1]).toEqual([{ role: "user", content: "Look." }, ...output, ...outputs]);
  expect(inputs()[2]).toEqual([
    { role: "user", content: "Look." },
    { role: "assistant", content: "Rome." },
    { type: "function_call", call_id: "c1", name: "look", arguments: "{}" },
    { type: "custom_tool_call", call_id: "c2", name: "patch", input: "*** Begin" },
    ...outputs,
  ]);
  expect(dropped).toEqual(
    ["provider_parts", "images", "reasoning_content", "phase"].map((name) => `messages.${name}`),
  );
});

test("a message that was changed since goes back as it is now, with its phase", async () => {
  const output = [items.search, said("Rome.", { phase: "commentary" })];
  const { model, inputs } = await served(written(output, "whole"), written(output, "whole"));
  const { choices } = await model.generate(request, { signal });
  const message = { ...choices[0]?.message, content: "Milan." } as never;
  const dropped: string[] = [];
  await model.generate({ messages: [message] }, { signal, onDropped: (name) => dropped.push(name) });
  expect(inputs()[1]).toEqual([{ role: "assistant", content: "Milan.", phase: "commentary" }]);
  expect(dropped).toEqual(["messages.provider_parts"]);
});

test("custom tools are offered in the words of the interface", async () => {
  const { model, bodies } = await served(written([said("ok")], "whole"));
  const grammar = { syntax: "lark" as const, definition: 'start: "a"' };
  const format = { type: "grammar" as const, grammar };
  const patch = { type: "custom" as const, custom: { name: "patch", description: "d", format } };
  const choice = { type: "custom" as const, custom: { name: "patch" } };
  await model.generate({ ...request, tools: [patch], tool_choice: choice }, { signal });
  expect(bodies()[0]).toMatchObject({
    tools: [{ type: "custom", name: "patch", description: "d", format: { type: "grammar", ...grammar } }],
    tool_choice: { type: "custom", name: "patch" },
  });
});
