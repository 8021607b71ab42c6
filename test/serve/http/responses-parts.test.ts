import OpenAI from "openai";
import { describe, expect, onTestFinished, test } from "vitest";
import { always } from "../../../policies/index.ts";
import type { ChatRequest, MessageExtensions, Model } from "../../../src/contracts/index.ts";
import { createRouter } from "../../../src/index.ts";
import { openai } from "../../../src/router/providers/openai.ts";
import { createHandler, type HandlerOptions } from "../../../src/serve/http/index.ts";
import { fakeModel } from "../../../src/testing/index.ts";
import { serveRaw } from "../../support/serve-raw.ts";
import { answered, hi, twoInterfaces } from "../../support/two-interfaces.ts";

// Forms of requests: recorded by pydantic/pydantic-ai (tests/models/cassettes/test_openai_responses, read 2026-08-22), and what
// Codex 0.171 sends. Texts are ours.

const image = "data:image/png;base64,iVBORw0KGgo=";
const look = { type: "function_call", call_id: "c1", name: "look", arguments: "{}" };

const served = (handler: HandlerOptions = {}) => twoInterfaces({ handler });

const onlyNative: readonly (readonly [what: string, body: object, reason: string])[] = [
  [
    "a search",
    { tools: [{ type: "web_search" }] },
    "tools[0] is of the type web_search, which runs at the provider",
  ],
  [
    "tools that the client runs, by a protocol of their own",
    { tools: [{ type: "function", name: "f" }, { type: "apply_patch" }, { type: "local_shell" }] },
    "tools[2] is of the type local_shell, which other models do not know",
  ],
  [
    "a shell in a container of the provider",
    { tools: [{ type: "shell", environment: { type: "container_auto" } }] },
    "tools[0] is of the type shell, which runs at the provider",
  ],
  [
    "a type that is no name",
    { tools: [{ type: "<b>x</b>" }] },
    "tools[0] is of the type that it has, which runs at the provider",
  ],
  [
    "the choice of such a tool",
    { tools: [{ type: "function", name: "f" }], tool_choice: { type: "mcp", server_label: "s" } },
    "tool_choice is of the type mcp, which other models do not know",
  ],
  [
    "a call of a shell in a container of the provider",
    {
      input: [
        hi,
        {
          type: "shell_call",
          call_id: "s1",
          action: { commands: ["ls"] },
          environment: { type: "container_reference", container_id: "cntr_1" },
        },
        { type: "shell_call_output", call_id: "s1", output: [] },
      ],
    },
    "input[1] is an item of the type shell_call, which other models do not know",
  ],
  [
    "an approval",
    { input: [hi, { type: "mcp_approval_response", approval_request_id: "m1", approve: true }] },
    "input[1] is an item of the type mcp_approval_response, which other models do not know",
  ],
  [
    "a compaction",
    { input: [{ type: "compaction", encrypted_content: "gCCC" }, hi] },
    "input[0] is an item of the type compaction, which other models do not know",
  ],
  [
    "a file by its address",
    { input: [{ role: "user", content: [{ type: "input_file", file_url: "https://a.example/b.pdf" }] }] },
    "input[0].content[0] is a file by its address, which the provider would fetch",
  ],
  [
    "a part of tomorrow in a result",
    { input: [hi, look, { type: "function_call_output", call_id: "c1", output: [{ type: "input_smell" }] }] },
    "input[2].output[0] is a part of the type input_smell, which other models do not know",
  ],
];

describe("what only Responses can say", () => {
  test.each(onlyNative)("goes as it came to a model that speaks them: %s", async (_, body, reason) => {
    const { server, chat, decisions, post } = await served();
    const { status, said: reply, text } = await post(body);
    expect([status, JSON.parse(reply).output]).toEqual([200, [answered]]);
    expect(server.requests.map((one) => one.text)).toEqual([text.replace('"auto"', '"gpt-6"')]);
    expect(chat.requests).toEqual([]);
    const refused = decisions[0]?.candidates.find(({ model }) => model === "small");
    expect(refused?.permitted).toBe(`native: ${reason}`);
  });

  test.each(onlyNative)("is refused with the reason where none does: %s", async (_, body, reason) => {
    const { server, chat, post } = await served();
    const { status, said } = await post(body, {}, "small");
    expect(status).toBe(400);
    expect(JSON.parse(said).error.message).toContain(reason);
    const off = await served({ native: false });
    const refused = await off.post(body);
    expect([refused.status, JSON.parse(refused.said).error.message]).toEqual([
      400,
      `${reason}: only a request that is passed on as it came can hold it (option native)`,
    ]);
    expect([...server.requests, ...chat.requests, ...off.server.requests]).toEqual([]);
  });
});

test("results with images and files reach other models, and count", async () => {
  const { sent, decisions, post } = await served();
  const output = [
    { type: "input_text", text: "see" },
    { type: "input_image", image_url: image, detail: "low" },
  ];
  await post({ input: [hi, look, { type: "function_call_output", call_id: "c1", output }] }, {}, "small");
  expect(decisions[0]?.request.images).toBe(1);
  expect(JSON.stringify(sent().messages)).toContain(image);
});

test("a screenshot of the client is an image to constraints and budgets, not text", async () => {
  const { decisions, post } = await served();
  const big = `data:image/png;base64,${"A".repeat(400_000)}`;
  const shot = {
    type: "computer_call_output",
    call_id: "c",
    output: { type: "computer_screenshot", image_url: big },
  };
  expect((await post({ input: [hi, shot] })).status).toBe(200);
  expect(decisions[0]?.request.images).toBe(1);
  expect(decisions[0]?.request.inputTokens).toBeLessThan(5_000);
});

test("items of what ran at the provider stay with the models that know them, and count", async () => {
  const ran = { type: "code_interpreter_call", id: "ci_1", code: "x".repeat(40_000), outputs: [] };
  const drawn = { type: "image_generation_call", id: "ig_1", result: "A".repeat(400_000) };
  const input = [
    hi,
    { type: "web_search_call", id: "ws_1" },
    ran,
    drawn,
    { ...answered, phase: "final_answer" },
    hi,
  ];
  const { sent, decisions, post, server } = await served();
  expect((await post({ input }, {}, "small")).status).toBe(200);
  expect(sent().messages).toEqual([
    { role: "user", content: [{ type: "text", text: "hi" }] },
    { role: "assistant", content: "native" },
    { role: "user", content: [{ type: "text", text: "hi" }] },
  ]);
  expect(decisions[0]?.request.inputTokens).toBeGreaterThan(9_000);
  expect(decisions[0]?.request.inputTokens).toBeLessThan(20_000);
  const { text } = await post({ input }, {}, "large");
  expect(server.requests[0]?.text).toBe(text.replace('"large"', '"gpt-6"'));
});

test("a compaction comes back as its server wrote it", async () => {
  const compaction = { type: "compaction", id: "cmp_1", encrypted_content: "gCCC" };
  const server = await serveRaw({
    status: 200,
    text: JSON.stringify({ id: "resp_1", status: "completed", model: "m", output: [compaction] }),
  });
  onTestFinished(server.close);
  const router = createRouter({
    models: { large: openai("gpt-6.2-sol", { baseUrl: `${server.url}/v1`, apiKey: "k" }) },
    policy: always("large"),
  });
  const client = new OpenAI({ apiKey: "k", fetch: createHandler(router), maxRetries: 0 });
  const { output } = await client.responses.create({ model: "large", input: "hi", store: false });
  expect(output[0]).not.toEqual(compaction);
  await client.responses.create({ model: "large", input: [...output, hi] as never, store: false });
  expect(JSON.parse(server.requests[1]?.text ?? "").input).toEqual([compaction, hi]);
});

describe("what a translated answer holds beyond text and calls", () => {
  const extensions = {
    reasoning_content: "Hm.",
    provider_parts: [{ type: "server_tool_use", id: "s1" }],
    written_by: "fake:model",
  };
  const shown = {
    phase: "final_answer" as const,
    images: [{ type: "image_url" as const, image_url: { url: image } }],
    annotations: [
      {
        type: "url_citation" as const,
        url_citation: { url: "https://a.example/", title: "A", start_index: 0, end_index: 2 },
      },
      {
        type: "url_citation" as const,
        url_citation: { url: "file:f1", title: "t.pdf", start_index: 1, end_index: 1 },
      },
    ],
  };

  function modelWith(
    given: MessageExtensions & object,
  ): Model & { readonly requests: readonly ChatRequest[] } {
    const model = fakeModel({ answer: "ok" });
    return {
      ...model,
      requests: model.requests,
      async generate(request, options) {
        const answer = await model.generate(request, options);
        Object.assign(answer.choices[0]?.message ?? {}, given);
        return answer;
      },
      async *stream(request, options) {
        let isFirst = true;
        for await (const chunk of model.stream(request, options)) {
          const [choice] = chunk.choices;
          if (choice?.finish_reason)
            yield { ...chunk, choices: [{ ...choice, finish_reason: null, delta: given }] };
          yield chunk;
          isFirst = false;
        }
        expect(isFirst).toBe(false);
      },
    };
  }

  async function ask(model: Model, streams: boolean, input: unknown) {
    const router = createRouter({ models: { small: model }, policy: always("small") });
    const client = new OpenAI({ apiKey: "k", fetch: createHandler(router), maxRetries: 0 });
    const body = { model: "auto", input: input as never, store: false };
    return streams ? client.responses.stream(body).finalResponse() : client.responses.create(body);
  }

  test.each([true, false])(
    "comes in its place, and goes back to its writer: streamed %s",
    async (streams) => {
      const model = modelWith({ ...extensions, ...shown });
      const { output } = await ask(model, streams, "hi");
      const ofType = (type: string) => output.find((item) => item.type === type);
      expect(ofType("message")).toMatchObject({
        phase: "final_answer",
        content: [
          {
            text: "ok",
            annotations: [
              { type: "url_citation", url: "https://a.example/", title: "A", start_index: 0, end_index: 2 },
              { type: "file_citation", file_id: "f1", filename: "t.pdf", index: 1 },
            ],
          },
        ],
      });
      expect(ofType("image_generation_call")).toMatchObject({ result: "iVBORw0KGgo=", output_format: "png" });
      await ask(model, streams, [hi, ...output, hi]);
      expect(model.requests[1]?.messages[1]).toMatchObject({
        role: "assistant",
        content: "ok",
        phase: "final_answer",
        provider_parts: extensions.provider_parts,
        written_by: "fake:model",
      });
    },
  );

  test.each([true, false])("reasoning that is text alone goes back too: streamed %s", async (streams) => {
    const model = modelWith({ reasoning_content: "Hm.", written_by: "fake:model" });
    const { output } = await ask(model, streams, "hi");
    await ask(model, streams, [hi, ...output, hi]);
    expect(model.requests[1]?.messages[1]).toMatchObject({
      content: "ok",
      reasoning_content: "Hm.",
      written_by: "fake:model",
    });
  });
});

test("a streamed call of a custom tool is one for the client", async () => {
  const model = fakeModel();
  const custom: Model = {
    ...model,
    async *stream() {
      const head = { id: "1", object: "chat.completion.chunk" as const, created: 1, model: "m" };
      const pieces = [
        { index: 0, id: "c1", type: "custom", custom: { name: "patch", input: "" } },
        { index: 0, custom: { input: "*** " } },
        { index: 0, custom: { input: "Begin" } },
      ];
      for (const piece of pieces)
        yield {
          ...head,
          choices: [{ index: 0, delta: { tool_calls: [piece as never] }, finish_reason: null }],
        };
      yield { ...head, choices: [{ index: 0, delta: {}, finish_reason: "tool_calls" }] };
    },
  };
  const router = createRouter({ models: { custom }, policy: always("custom") });
  const client = new OpenAI({ apiKey: "k", fetch: createHandler(router), maxRetries: 0 });
  const types: string[] = [];
  const stream = client.responses.stream({ model: "auto", input: "hi", store: false });
  stream.on("event", ({ type }) => types.push(type));
  const { output } = await stream.finalResponse();
  expect(output).toMatchObject([
    { type: "custom_tool_call", call_id: "c1", name: "patch", input: "*** Begin" },
  ]);
  expect(types.filter((type) => type.includes("custom"))).toEqual([
    "response.custom_tool_call_input.delta",
    "response.custom_tool_call_input.delta",
    "response.custom_tool_call_input.done",
  ]);
});
