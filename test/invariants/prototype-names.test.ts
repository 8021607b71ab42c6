import { afterEach, describe, expect, it } from "vitest";
import { boundary } from "../../policies/constraints/index.ts";
import { byTask, firstOf, override, rules, sticky, threshold } from "../../policies/index.ts";
import {
  type ChatRequest,
  isRouterError,
  type Model,
  type Policy,
  type Routing,
} from "../../src/contracts/index.ts";
import { createRouter } from "../../src/index.ts";
import { fakeModel } from "../../src/testing/index.ts";
import { chunksOf, longRequest, remoteModels, shortRequest, within } from "../support/remote-models.ts";
import { runs } from "../support/runs.ts";
import { sendEvents, sendJson, serveWith } from "../support/serve-with.ts";

/** Names that every object seems to have: a table that is read by such a name gives a function. */
const all = [...Object.getOwnPropertyNames(Object.prototype), "prototype", "then", "length", "name"];
const names = runs(1, 2) === 1 ? ["constructor", "__proto__", "toString", "then"] : all;

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

const pristine = () => JSON.stringify(Object.getOwnPropertyNames(Object.prototype));
const before = pristine();
afterEach(() => expect(pristine()).toBe(before));

/** Answers of a server that has the name in each place that is looked up. */
const answers: Readonly<Record<string, (name: string) => unknown>> = {
  openai: (name) => ({
    id: name,
    model: name,
    object: name,
    created: 1,
    [name === "__proto__" ? "field" : name]: name,
    choices: [
      {
        index: 0,
        finish_reason: name,
        message: {
          role: "assistant",
          content: "text",
          tool_calls: [{ id: name, type: "function", function: { name, arguments: "{}" } }],
        },
      },
    ],
  }),
  anthropic: (name) => ({
    id: name,
    model: name,
    content: [
      { type: "text", text: "text" },
      { type: name, text: "other" },
      { type: "tool_use", id: name, name, input: {} },
    ],
    stop_reason: name,
    stop_details: { explanation: null },
  }),
  google: (name) => ({
    candidates: [{ content: { parts: [{ text: "text" }] }, finishReason: name }],
    modelVersion: name,
    responseId: name,
  }),
};

const streams: Readonly<Record<string, (name: string) => readonly string[]>> = {
  openai: (name) => {
    const delta = `{"content":"text","${name}":{"a":1},"tool_calls":[{"index":0,"id":"c","${name}":{"a":1},"function":{"name":"${name}","arguments":"{}"}}]}`;
    const head = `"id":"a","object":"chat.completion.chunk","created":1,"model":"${name}"`;
    return [
      `{${head},"choices":[{"index":0,"delta":${delta}}]}`,
      `{${head},"choices":[{"index":0,"delta":${delta},"finish_reason":"${name}"}]}`,
    ];
  },
  anthropic: (name) => [
    `{"type":"message_start","message":{"id":"a","model":"${name}","content":[],"stop_reason":null}}`,
    `{"type":"content_block_start","index":0,"content_block":{"type":"${name}","text":"a"}}`,
    `{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"text"}}`,
    `{"type":"message_delta","delta":{"stop_reason":"${name}"},"usage":{"${name}":1,"output_tokens":1}}`,
    `{"type":"message_stop"}`,
  ],
  google: (name) => [
    `{"candidates":[{"content":{"parts":[{"text":"text"}]},"finishReason":"${name}"}],"usageMetadata":{"${name}":1}}`,
  ],
};

const reasons = ["stop", "length", "tool_calls", "content_filter", "function_call"];

describe.each(Object.keys(answers))("a server of %s that says such names", (provider) => {
  it("in an answer is answered with strings, or a typed error", async () => {
    let name = "";
    const server = await serveWith((response, { url, body }) => {
      const isStream = body?.stream === true || url.includes("alt=sse");
      if (!isStream) return sendJson(response, answers[provider]?.(name));
      const events = streams[provider]?.(name) ?? [];
      if (provider !== "anthropic") return sendEvents(response, events);
      const text = events.map((event) => `event: ${JSON.parse(event).type}\ndata: ${event}\n\n`);
      response.writeHead(200, { "content-type": "text/event-stream" }).end(text.join(""));
    });
    closing.push(server.close);
    const model = remoteModels[provider]?.(server.url) as Model;
    for (name of names) {
      const ask = async (way: string) => {
        if (way !== "stream")
          return model.generate(way === "long" ? longRequest : shortRequest, within(20_000));
        const chunks = await chunksOf(model.stream(shortRequest, within(20_000)));
        return { choices: chunks.flatMap(({ choices }) => (choices[0]?.finish_reason ? choices : [])) };
      };
      for (const way of ["whole", "long", "stream"]) {
        const end = await ask(way).catch((error: unknown) => error);
        const about = `${way} ${name}`;
        if (end instanceof Error) {
          expect(end, about).toMatchObject({ code: "provider", kind: "incomplete" });
          expect(typeof end.message, about).toBe("string");
          continue;
        }
        const reason = (end as { choices: readonly { finish_reason: unknown }[] }).choices[0]?.finish_reason;
        expect(reasons, about).toContain(reason);
      }
    }
  });

  it("in an error gives a typed error of a known kind", async () => {
    let name = "";
    const server = await serveWith((response) => {
      const error = { type: name, code: name, status: name, message: "text", details: [{ "@type": name }] };
      sendJson(response, { type: "error", error }, 400, { "x-should-retry": name, "retry-after": name });
    });
    closing.push(server.close);
    const model = remoteModels[provider]?.(server.url) as Model;
    for (name of names)
      await expect(model.generate(shortRequest, within(20_000)), name).rejects.toMatchObject({
        code: "provider",
        kind: "invalid-request",
        retryable: false,
        retryAfterMs: undefined,
      });
  });
});

describe("a request that holds such names", () => {
  const models = { small: fakeModel({ model: "small" }), large: fakeModel({ model: "large" }) };
  const byComplexity = threshold({ small: "small", large: "large", at: 0.5 });
  const policies: Readonly<Record<string, Policy<"small" | "large">>> = {
    byTask: byTask({ tasks: { code: "large" }, otherwise: "small" }),
    override: override({ label: "tier", values: { gold: "large" }, otherwise: "small" }),
    rules: firstOf(rules([{ if: { labels: { tier: ["gold"] } }, use: "large" }]), byComplexity),
    sticky: sticky(byComplexity),
  };
  const requests = (name: string): readonly (ChatRequest & Routing<"small" | "large">)[] => [
    {
      ...shortRequest,
      labels: { [name]: name },
      tenant: name,
      session: name,
      category: name,
    },
    { ...shortRequest, labels: JSON.parse(`{"${name}":"x"}`), metadata: { [name]: name }, user: name },
    {
      messages: [{ role: "user", content: name, name }],
      tools: [
        { type: "function", function: { name, parameters: { type: "object", properties: { [name]: {} } } } },
      ],
      tool_choice: { type: "function", function: { name } },
    },
    {
      ...shortRequest,
      response_format: { type: "json_schema", json_schema: { name, schema: { [name]: name } } },
    },
  ];

  it.each(Object.entries(policies))("is decided by %s as any other", async (_, policy) => {
    const router = createRouter({
      models,
      policy,
      constraints: [
        boundary({
          label: "residency",
          required: { byTenant: { acme: "eu" }, byLabel: { tier: { gold: "eu" } }, withoutTenant: true },
        }),
      ],
    });
    closing.push(() => router.close());
    for (const name of names)
      for (const request of requests(name)) {
        const decision = await router.decide(request);
        expect(["small", "large"], name).toContain(decision.model);
        expect(decision.reason, name).not.toMatch(/native code|\[object/);
        await router.route(request);
      }
  });

  it("may not pin or constrain to a model by such a name", async () => {
    const router = createRouter({ models, policy: byComplexity });
    closing.push(() => router.close());
    for (const name of names) {
      const error = await router
        .decide({ ...shortRequest, model: name as "small" })
        .catch((thrown: unknown) => thrown);
      expect(isRouterError(error), `${name}: ${error}`).toBe(true);
    }
  });

  it("gets a typed answer from every adapter, with the names as text", async () => {
    const server = await serveWith((response) => sendJson(response, {}));
    closing.push(server.close);
    for (const modelAt of Object.values(remoteModels)) {
      const model = modelAt(server.url);
      for (const name of names)
        for (const request of [
          ...requests(name),
          { ...shortRequest, [name]: { a: 1 } },
          { ...shortRequest, reasoning_effort: name },
          { ...shortRequest, tool_choice: name },
          { ...shortRequest, response_format: { type: name } },
          { messages: [{ role: name, content: "x" }] },
          { messages: [{ role: "user", content: [{ type: name, text: "x" }] }] },
        ]) {
          const error = await model
            .generate(request as never, within(20_000))
            .catch((thrown: unknown) => thrown);
          expect(String(error), `${model.name} ${name}`).not.toMatch(/native code|\[object/);
          const sent = JSON.stringify(server.requests.at(-1)?.body ?? null);
          expect(sent, `${model.name} ${name}`).not.toMatch(/native code|\[object/);
        }
    }
  });
});
