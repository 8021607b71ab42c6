import { afterEach, describe, expect, it } from "vitest";
import { always } from "../../../../policies/index.ts";
import { isRouterError } from "../../../../src/contracts/index.ts";
import { createRouter } from "../../../../src/index.ts";
import { type PlainServer, servePlain } from "../../../support/google-server.ts";
import { chunksOf, longRequest, remoteModels, shortRequest } from "../../../support/remote-models.ts";
import { runs } from "../../../support/runs.ts";

const servers: PlainServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

const deep = JSON.parse(`${"[".repeat(20_000)}${"]".repeat(20_000)}`) as unknown;
/** JSON that nests too deeply for `JSON.stringify`: written by hand. */
const deepMark = "«deep»";
const written = (value: unknown) =>
  JSON.stringify(value).replaceAll(`"${deepMark}"`, `${"[".repeat(20_000)}${"]".repeat(20_000)}`);

/** Values that no server should send, wherever a field is. */
const nonsense: readonly unknown[] = [
  null,
  true,
  7,
  -1e300,
  "",
  "text",
  [],
  [null],
  [[]],
  {},
  { length: 3 },
  { type: null },
  deepMark,
  "\u001b[31m\u0000\r\n\u202e",
  "x".repeat(200_000),
  ["constructor", "__proto__"],
  { constructor: "x", then: "y", toString: 1, toJSON: 2 },
];

const openai = {
  id: "a",
  object: "chat.completion",
  created: 1,
  model: "m",
  choices: [
    {
      index: 0,
      finish_reason: "tool_calls",
      message: {
        role: "assistant",
        content: "text",
        refusal: "no",
        reasoning_content: "because",
        tool_calls: [{ id: "c", type: "function", function: { name: "f", arguments: "{}" } }],
      },
    },
  ],
  usage: { prompt_tokens: 1, completion_tokens: 1, prompt_tokens_details: { cached_tokens: 1 } },
};
const chunk = {
  id: "a",
  object: "chat.completion.chunk",
  created: 1,
  model: "m",
  choices: [
    {
      index: 0,
      finish_reason: "stop",
      delta: {
        role: "assistant",
        content: "text",
        reasoning_content: "because",
        tool_calls: [{ index: 0, id: "c", type: "function", function: { name: "f", arguments: "{}" } }],
      },
    },
  ],
  usage: { prompt_tokens: 1, completion_tokens: 1 },
};
const anthropic = {
  id: "a",
  model: "m",
  content: [
    { type: "text", text: "text" },
    { type: "thinking", thinking: "because", signature: "s" },
    { type: "tool_use", id: "c", name: "f", input: { a: 1 } },
  ],
  stop_reason: "tool_use",
  stop_details: { explanation: "no" },
  usage: { input_tokens: 1, output_tokens: 1, cache_read_input_tokens: 1 },
};
const events = [
  { type: "message_start", message: { ...anthropic, content: [], stop_reason: null } },
  { type: "content_block_start", index: 0, content_block: { type: "text", text: "a" } },
  { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "b" } },
  { type: "content_block_stop", index: 0 },
  {
    type: "content_block_start",
    index: 1,
    content_block: { type: "tool_use", id: "c", name: "f", input: {} },
  },
  { type: "content_block_delta", index: 1, delta: { type: "input_json_delta", partial_json: "{}" } },
  { type: "content_block_stop", index: 1 },
  { type: "message_delta", delta: { stop_reason: "tool_use" }, usage: { output_tokens: 1 } },
  { type: "message_stop" },
];
const google = {
  candidates: [
    {
      content: {
        parts: [
          { text: "text" },
          { functionCall: { id: "c", name: "f", args: { a: 1 } }, thoughtSignature: "s" },
        ],
      },
      finishReason: "STOP",
    },
  ],
  promptFeedback: { blockReason: null },
  usageMetadata: { promptTokenCount: 1, candidatesTokenCount: 1 },
  modelVersion: "m",
  responseId: "a",
};

/** Returns copies of a value in each of which one field has another value, or is missing. */
function* mutations(value: unknown, others: readonly unknown[]): Generator<unknown> {
  yield* others;
  if (typeof value !== "object" || value === null) return;
  for (const [key, field] of Object.entries(value))
    for (const other of [...mutations(field, others), undefined]) {
      const copy: Record<string, unknown> = { ...value };
      copy[key] = other;
      yield Array.isArray(value) ? Object.values(copy) : copy;
    }
}

/** All bodies are tried under SWITCHPOINT_RUNS=full. */
const step = runs(29, 1);

const sse = (values: readonly unknown[]) =>
  values
    .map((value) => {
      const { type } = (value ?? {}) as { type?: unknown };
      return `${typeof type === "string" && /^\w{1,40}$/.test(type) ? `event: ${type}\n` : ""}data: ${written(value ?? null)}\n\n`;
    })
    .join("");

/** Bodies of answers, in which one field is not what it should be. */
function* wholeBodies(answer: unknown): Generator<string> {
  for (const one of mutations(answer, nonsense)) yield written(one ?? null);
}
function* streamBodies(parts: readonly unknown[], end: string): Generator<string> {
  for (const [at, part] of parts.entries())
    for (const one of mutations(part, nonsense)) yield sse(parts.with(at, one)) + end;
}

const cases: readonly (readonly [string, string, "whole" | "stream" | "long", () => Iterable<string>])[] = [
  ["openai", "an answer", "whole", () => wholeBodies(openai)],
  ["openai", "a stream", "stream", () => streamBodies([chunk], "data: [DONE]\n\n")],
  ["anthropic", "an answer", "whole", () => wholeBodies(anthropic)],
  ["anthropic", "a stream", "stream", () => streamBodies(events, "")],
  ["anthropic", "a long answer", "long", () => streamBodies(events, "")],
  ["google", "an answer", "whole", () => wholeBodies(google)],
  ["google", "a stream", "stream", () => streamBodies([google], "")],
  ["google-archived", "an answer", "whole", () => wholeBodies(google)],
  ["google-archived", "a stream", "stream", () => streamBodies([google], "")],
];

describe.each(cases)("%s: a field of %s that is not what it should be", (provider, _, way, bodiesOf) => {
  it("gives an answer or a typed error, and settles what the call held", async () => {
    const isStream = way !== "whole";
    let body = "";
    const server = await servePlain((response) =>
      response
        .writeHead(200, { "content-type": isStream ? "text/event-stream" : "application/json" })
        .end(body),
    );
    servers.push(server);
    const model = remoteModels[provider]?.(server.url);
    if (model === undefined) throw new Error(provider);
    const price = { usdPerMillionInputTokens: 1, usdPerMillionOutputTokens: 4 };
    const router = createRouter({
      models: { m: { ...model, price } },
      policy: always("m"),
      execution: {
        retries: 0,
        limits: { maxConcurrent: 1, maxQueued: 0, learn: false },
        breaker: { failureRatio: 1, minCalls: 1_000_000 },
      },
    });
    const unhandled: unknown[] = [];
    const note = (error: unknown) => unhandled.push(error);
    process.on("unhandledRejection", note);
    try {
      for (const [at, one] of [...new Set(bodiesOf())].entries()) {
        if (at % step > 0) continue;
        body = one;
        const about = one.slice(0, 2_000);
        const ask = async () => {
          if (way === "stream") {
            const stream = router.stream(shortRequest);
            await chunksOf(stream);
            return stream.result;
          }
          return router.route(way === "long" ? longRequest : shortRequest);
        };
        const end = await ask().catch((error: unknown) => error);
        if (end instanceof Error) {
          // `maxConcurrent: 1`: a call that kept its place would refuse the next with another code.
          expect(
            isRouterError(end, "provider") || isRouterError(end, "all-models-failed"),
            `${end.stack}\n${about}`,
          ).toBe(true);
          continue;
        }
        const { text, completion, attempts, costUsd } = end as Awaited<ReturnType<typeof router.route>>;
        expect(typeof text, about).toBe("string");
        expect(completion.choices[0]?.finish_reason ?? "", about).toEqual(expect.any(String));
        expect(costUsd, about).toBeGreaterThanOrEqual(0);
        const record = JSON.stringify(attempts);
        expect(record.length, about).toBeLessThan(3_000);
        expect(record, about).not.toMatch(/\\u001b|\\u0000|\u202e/);
      }
    } finally {
      process.off("unhandledRejection", note);
      await router.close();
    }
    expect(unhandled).toEqual([]);
  });
});

it("an index of a tool call does not size an array", async () => {
  const call = (index: unknown) => ({
    index,
    id: "c",
    type: "function",
    function: { name: "f", arguments: "{}" },
  });
  const delta = { tool_calls: [call(1e9), call(-1), call(0.5), call("0"), call(1e308), call(null)] };
  const server = await servePlain((response) =>
    response
      .writeHead(200, { "content-type": "text/event-stream" })
      .end(sse([{ ...chunk, choices: [{ index: 0, delta, finish_reason: "stop" }] }])),
  );
  servers.push(server);
  const model = remoteModels["openai"]?.(server.url);
  if (model === undefined) throw new Error("openai");
  const router = createRouter({ models: { m: model }, policy: always("m") });
  const stream = router.stream(shortRequest);
  await chunksOf(stream);
  const { completion } = await stream.result;
  expect(completion.choices[0]?.message.tool_calls?.length ?? 0).toBeLessThan(10);
  await router.close();
});

it("nests deeply, to be sure", () => {
  expect(() => JSON.stringify(deep)).toThrow(RangeError);
});
