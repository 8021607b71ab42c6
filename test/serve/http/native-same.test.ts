import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { threshold } from "../../../policies/index.ts";
import { createRouter, type Decision, type RouterEvent } from "../../../src/index.ts";
import { anthropic } from "../../../src/router/providers/anthropic.ts";
import { google } from "../../../src/router/providers/google.ts";
import { openai } from "../../../src/router/providers/openai.ts";
import { createHandler } from "../../../src/serve/http/index.ts";
import { serveScenario } from "../../../src/testing/index.ts";
import { serveAnthropic } from "../../support/anthropic-server.ts";
import { googleWire } from "../../support/google-server.ts";
import { serveResponses } from "../../support/responses-server.ts";
import { runs } from "../../support/runs.ts";
import { scenarioAnswer } from "../../support/scenario-answer.ts";

const price = { usdPerMillionInputTokens: 1, usdPerMillionOutputTokens: 5 };
const usage = { inputTokens: 120, outputTokens: 30, cachedInputTokens: 20 };
const scenario = {
  type: "answer" as const,
  answer: scenarioAnswer({ textPieces: ["hello ", "to you"], usage }),
};
let servers: Awaited<ReturnType<typeof serveAnthropic>>[] = [];
beforeAll(async () => {
  servers = [
    await serveAnthropic(scenario),
    await serveResponses(scenario),
    await serveScenario(scenario, googleWire),
  ];
});
afterAll(async () => {
  for (const server of servers) await server.close();
});

/** Routers that differ in nothing but the lane of their handlers. */
function lane(native: boolean, small: "anthropic" | "google") {
  const told: RouterEvent[] = [];
  const [messages, responses, generate] = servers.map(({ url }) => url);
  const own = { apiKey: "k", price, contextWindow: 4_000, maxOutputTokens: 2_000 };
  const known = { ...own, capabilities: { tools: true, images: true, jsonSchema: true } };
  const router = createRouter({
    models: {
      small:
        small === "anthropic"
          ? anthropic("claude-haiku-4-5", { ...known, baseUrl: messages })
          : google("gemini-2.5-flash", { ...known, baseUrl: generate }),
      large: openai("gpt-5", { ...known, baseUrl: responses, api: "responses" }),
    },
    policy: threshold({ small: "small", large: "large", at: 0.5 }),
    budgets: [{ name: "day", limitUsd: 0.5, period: "day" }] as never,
    clock: () => 1_790_000_000_000,
    onEvent: (event) => void told.push(event),
  });
  return { handler: createHandler(router, { native, unknownModel: "auto" }), told };
}

const text = fc.oneof(fc.string({ maxLength: 200 }), fc.constant("Prove that it terminates. ".repeat(200)));
const image = { type: "image", source: { type: "base64", media_type: "image/png", data: "iVBORw0KGgo=" } };
const block = fc.oneof(
  text.map((one) => ({ type: "text", text: one, cache_control: { type: "ephemeral" } })),
  fc.constant(image),
);
const request = fc.record(
  {
    path: fc.constantFrom("messages", "responses", "generateContent"),
    system: text,
    blocks: fc.array(block, { minLength: 1, maxLength: 3 }),
    limit: fc.integer({ min: 1, max: 3_000 }),
    effort: fc.constantFrom("low", "high", undefined),
    stream: fc.boolean(),
    tools: fc.boolean(),
    maxCostUsd: fc.constantFrom(undefined, 0.0001, 0.001, 1),
  },
  { requiredKeys: ["path", "system", "blocks", "limit", "stream", "tools"] },
);

type Given = typeof request extends fc.Arbitrary<infer R> ? R : never;

test("both lanes decide, permit, reserve and bill the same", { timeout: 60_000 }, async () => {
  const lanes = {
    messages: [lane(true, "anthropic"), lane(false, "anthropic")],
    generateContent: [lane(true, "google"), lane(false, "google")],
  };
  await fc.assert(
    fc.asyncProperty(request, async (given) => {
      const seen = await Promise.all(
        lanes[given.path === "generateContent" ? given.path : "messages"].map(async ({ handler, told }) => {
          told.length = 0;
          const reply = await handler(`http://x${pathOf(given)}`, { method: "POST", body: bodyOf(given) });
          await reply.text();
          return { status: reply.status, told: told.map(plain) };
        }),
      );
      expect(seen[0]).toEqual(seen[1]);
    }),
    {
      numRuns: runs(60, 2_000),
      // What the last lines ask for has happened whatever is drawn.
      examples: (["messages", "generateContent"] as const).map((path): [Given] => [
        {
          path,
          system: "",
          blocks: [{ type: "text", text: "Hi" }] as never,
          limit: 10,
          stream: false,
          tools: false,
        },
      ]),
    },
  );
  const sent = servers.map(({ requests }) => requests.map(({ body }) => JSON.stringify(body)));
  for (const bodies of sent) expect(bodies.length).toBeGreaterThan(0);
  // One lane alone has kept what a chat request cannot say.
  for (const [at, field] of [
    [0, '"cache_control"'],
    [2, '"topK"'],
  ] as const) {
    const kept = sent[at]?.filter((body) => body.includes(field)).length ?? 0;
    expect(kept).toBeGreaterThan(0);
    expect(kept).toBeLessThanOrEqual((sent[at]?.length ?? 0) / 2);
  }
});

/** Leaves out ids, which are drawn, and parameters that only a translation drops. */
function plain(event: RouterEvent): unknown {
  const {
    decision,
    decisionId: _,
    attempt,
    ...rest
  } = event as RouterEvent & {
    decision?: Decision;
    decisionId?: string;
    attempt?: object;
  };
  const json = JSON.stringify({ ...rest, attempt, decision }, (key, value) =>
    ["id", "dropped", "at", "startedAt", "draw", "latencyMs"].includes(key) ? undefined : value,
  );
  return JSON.parse(json);
}

function pathOf({ path, stream }: Given): string {
  if (path !== "generateContent") return `/v1/${path}`;
  return `/v1beta/models/auto:${stream ? "streamGenerateContent?alt=sse" : path}`;
}

function bodyOf({ path, system, blocks, limit, effort, stream, tools, maxCostUsd }: Given): string {
  const common = { model: "auto", stream, maxCostUsd };
  const schema = { type: "object", properties: { a: { type: "number" } } };
  if (path === "messages")
    return JSON.stringify({
      ...common,
      max_tokens: limit,
      system: [{ type: "text", text: system, cache_control: { type: "ephemeral" } }],
      messages: [{ role: "user", content: blocks }],
      thinking: { type: "adaptive" },
      ...(effort && { output_config: { effort } }),
      ...(tools && { tools: [{ name: "f", input_schema: schema, strict: true }] }),
    });
  if (path === "generateContent")
    return JSON.stringify({
      maxCostUsd,
      systemInstruction: { parts: [{ text: system }] },
      contents: [
        {
          role: "user",
          parts: blocks.map((one) =>
            "text" in one
              ? { text: one.text }
              : { inlineData: { mimeType: "image/png", data: "iVBORw0KGgo=" } },
          ),
        },
      ],
      generationConfig: {
        maxOutputTokens: limit,
        topK: 5,
        ...(effort && { thinkingConfig: { thinkingBudget: effort === "low" ? 1_024 : 24_576 } }),
      },
      ...(tools && { tools: [{ functionDeclarations: [{ name: "f", parametersJsonSchema: schema }] }] }),
    });
  const content = blocks.map((one) =>
    "text" in one
      ? { type: "input_text", text: one.text }
      : { type: "input_image", image_url: "data:image/png;base64,iVBORw0KGgo=", detail: "auto" },
  );
  return JSON.stringify({
    ...common,
    max_output_tokens: limit,
    instructions: system,
    input: [{ role: "user", content }],
    ...(effort && { reasoning: { effort } }),
    ...(tools && { tools: [{ type: "function", name: "f", parameters: schema, strict: true }] }),
  });
}
