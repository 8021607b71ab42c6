import { expect, onTestFinished, test } from "vitest";
import { always } from "../../../../policies/index.ts";
import type { ChatRequest } from "../../../../src/contracts/index.ts";
import { createRouter } from "../../../../src/index.ts";
import {
  llamaCppMetrics,
  sglangMetrics,
  tgiMetrics,
  vllmMetrics,
} from "../../../../src/router/pools/load/index.ts";
import { readLoad } from "../../../../src/router/pools/load/read-load.ts";
import type { Exchange, Reading, Spoken } from "../../../support/engine-fixtures.ts";
import { spokenBy, spokenEngines } from "../../../support/engine-fixtures.ts";
import { adapters, serveExchanges, textOf } from "../../../support/replayed-engine.ts";

// What engines said, word for word: `test/fixtures/engines`. Each thing is read as it says that it must be.

const metrics = { vllm: vllmMetrics, sglang: sglangMetrics, tgi: tgiMetrics, "llama.cpp": llamaCppMetrics };
const all: readonly Spoken[] = spokenEngines.flatMap(spokenBy);
const wordsOf = ({ engine, recorded, source }: Spoken): string =>
  `${engine} ${recorded === undefined ? `(${source})` : recorded.version}`;

/** All exchanges of these readings, as rows of a table. */
const rows = (...kinds: readonly Reading["as"][]) =>
  all.flatMap((spoken) =>
    spoken.exchanges
      .filter(({ reads }) => kinds.includes(reads.as))
      .map((exchange) => [wordsOf(spoken), exchange.name, spoken, exchange] as const),
  );

async function modelOf({ engine }: Spoken, exchanges: readonly Exchange[]) {
  const server = await serveExchanges(exchanges);
  onTestFinished(server.close);
  const make = adapters[engine];
  if (make === undefined) throw new Error(`no adapter for ${engine}`);
  return make("small", { baseUrl: `${server.url}/v1` });
}

/** The request that was recorded, as a caller sends it. */
function requestOf({ asked }: Exchange): ChatRequest {
  const {
    model: _model,
    stream: _stream,
    stream_options: _options,
    ...rest
  } = (asked?.body ?? {}) as object & Record<string, unknown>;
  return { messages: [{ role: "user", content: "Hello" }], ...rest } as ChatRequest;
}

test("each fixture is of a version or a source, and of a day; it has nothing of the machine and no key", () => {
  for (const { engine, recorded, source, day, exchanges } of all) {
    expect(recorded === undefined).toBe(source !== undefined);
    if (source !== undefined) expect(source).toMatch(/^https:\/\/|^[^/]+\/[^/]+[#:]/);
    expect(new Date(`${day}T00:00:00Z`).toISOString()).toContain(day);
    expect(adapters).toHaveProperty([engine]);
    const names = exchanges.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(JSON.stringify(exchanges)).not.toMatch(/\/(root|home|tmp|work|Users)\/|harbour-key|127\.0\.0\.1/);
  }
});

test.each(rows("refusal"))("%s: %s", async (_, __, spoken, exchange) => {
  const { reads, lines } = exchange;
  if (reads.as !== "refusal") return;
  const model = await modelOf(spoken, [exchange]);
  const { signal } = new AbortController();
  const request = requestOf(exchange);
  const streamed = async () => {
    for await (const _chunk of model.stream(request, { signal }));
  };
  const expected = {
    code: "provider",
    kind: reads.kind,
    ...(reads.contextWindow !== undefined && { contextWindow: reads.contextWindow }),
    ...(reads.lacks !== undefined && { lacks: reads.lacks }),
  };
  await expect(streamed()).rejects.toMatchObject(expected);
  if (lines === undefined) await expect(model.generate(request, { signal })).rejects.toMatchObject(expected);
});

test.each(rows("load"))("%s: %s", (_, __, { engine }, exchange) => {
  const { reads } = exchange;
  if (reads.as !== "load") return;
  const { running, waiting, problems } = readLoad(textOf(exchange), metrics[engine as keyof typeof metrics]);
  expect({ running, waiting }).toEqual({ running: reads.running, waiting: reads.waiting });
  expect(problems).toEqual([]);
});

test.each(rows("health"))("%s: %s", async (_, __, spoken, exchange) => {
  const model = await modelOf(spoken, [exchange]);
  expect(await model.health?.()).toBe(exchange.reads.as === "health" && exchange.reads.healthy);
});

test.each(all.filter(({ served }) => served !== undefined).map((one) => [wordsOf(one), one] as const))(
  "%s says what it was started as",
  async (_, spoken) => {
    const { model: id, window, slots, version, ...can } = spoken.served ?? { model: "" };
    const model = await modelOf(
      spoken,
      spoken.exchanges.filter(({ reads }) => reads.as === "description"),
    );
    const said = await model.describe();
    expect(said.models.map((one) => one.id)).toContain(id);
    if (window !== undefined) expect(said.contextWindow).toBe(window);
    if (slots !== undefined) expect(said.slots).toBe(slots);
    if (version !== undefined) expect(said.version).toBe(version);
    for (const [name, has] of Object.entries(can)) expect(said.capabilities).toHaveProperty(name, has);
  },
);

interface Said {
  readonly choices: readonly {
    readonly message?: Readonly<Record<string, unknown>>;
    readonly delta?: Readonly<Record<string, unknown>>;
    readonly finish_reason?: string | null;
    readonly logprobs?: { readonly content?: readonly unknown[] } | null;
  }[];
  readonly usage?: { readonly prompt_tokens: number; readonly completion_tokens: number } | null;
}

test.each(rows("answer"))("%s: %s", async (_, __, spoken, exchange) => {
  const router = createRouter({ models: { own: await modelOf(spoken, [exchange]) }, policy: always("own") });
  onTestFinished(() => router.close());
  const said = exchange.body as Said;
  const [choice] = said.choices;
  const { text, usage, completion } = await router.route(requestOf(exchange));
  const read = completion.choices[0];
  expect(text).toBe(choice?.message?.["content"] ?? "");
  expect(read?.finish_reason).toBe(choice?.finish_reason);
  expect(usage).toMatchObject({
    inputTokens: said.usage?.prompt_tokens,
    outputTokens: said.usage?.completion_tokens,
  });
  const { has = [] } = exchange.reads as Extract<Reading, { as: "answer" }>;
  const message = (read?.message ?? {}) as unknown as Readonly<Record<string, unknown>>;
  for (const one of has) {
    if (one === "call")
      expect(message["tool_calls"]).toMatchObject(choice?.message?.["tool_calls"] as object);
    if (one === "logprobs")
      expect(read?.logprobs?.content).toHaveLength(choice?.logprobs?.content?.length ?? 0);
    if (one === "thought") expect(message["reasoning_content"] ?? message["reasoning"]).toMatch(/\S/);
    if (one === "cached") expect(usage.cachedInputTokens).toBeGreaterThan(0);
    if (one === "json") expect(JSON.parse(text)).toBeTypeOf("object");
  }
});

test.each(rows("stream"))("%s: %s", async (_, __, spoken, exchange) => {
  const router = createRouter({ models: { own: await modelOf(spoken, [exchange]) }, policy: always("own") });
  onTestFinished(() => router.close());
  const chunks = (exchange.lines ?? [])
    .filter((line) => line.startsWith("data: {"))
    .map((line) => JSON.parse(line.slice("data: ".length)) as Said);
  const stream = router.stream(requestOf(exchange));
  let [text, called, told] = ["", "", 0];
  for await (const { choices } of stream) {
    text += choices[0]?.delta.content ?? "";
    for (const call of choices[0]?.delta.tool_calls ?? []) called += call.function?.arguments ?? "";
    told += choices[0]?.logprobs?.content?.length ?? 0;
  }
  const { usage } = await stream.result;
  const deltas = chunks.flatMap(({ choices }) => choices);
  expect(text).toBe(deltas.map(({ delta }) => delta?.["content"] ?? "").join(""));
  const stated = chunks.map((one) => one.usage).findLast((one) => one !== undefined && one !== null);
  expect(usage).toMatchObject({
    inputTokens: stated?.prompt_tokens,
    outputTokens: stated?.completion_tokens,
  });
  const { has = [] } = exchange.reads as Extract<Reading, { as: "stream" }>;
  for (const one of has) {
    if (one === "call") expect(JSON.parse(called)).toHaveProperty("place");
    if (one === "logprobs")
      expect(told).toBe(deltas.reduce((sum, { logprobs }) => sum + (logprobs?.content?.length ?? 0), 0));
  }
});
