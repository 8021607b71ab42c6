import { describe, expect, test } from "vitest";
import { always } from "../../policies/index.ts";
import type { Candidate, Model, RequestFacts, RouteRequest } from "../../src/contracts/index.ts";
import { createRouter } from "../../src/index.ts";
import { anthropic } from "../../src/router/providers/anthropic.ts";
import { bedrock } from "../../src/router/providers/bedrock.ts";
import { vllm } from "../../src/router/providers/engines/index.ts";
import { google } from "../../src/router/providers/google.ts";
import { openai } from "../../src/router/providers/openai.ts";
import { openaiCompatible } from "../../src/router/providers/openai-compatible.ts";
import { createHandler } from "../../src/serve/index.ts";
import {
  type Bodies,
  binary,
  chatBodies,
  generateBodies,
  messagesBodies,
  responsesBodies,
} from "../support/planted/bodies.ts";
import { type Place, placesIn } from "../support/planted/places.ts";
import { runs } from "../support/runs.ts";

// A word at each place of a body that can hold one: a detector sees it and each bound counts it, or it is not sent.

const word = "Nightjar ";
const times = 4_000;
const planted = word.repeat(times);
/** The word as base64, at each offset. */
const encoded = [word, "ightjar N", "ghtjar Ni"].map((text) => btoa(text));

function timesIn(sent: string): number {
  return Math.max(...[word, ...encoded].map((one) => sent.split(one).length - 1));
}

let sent: string | undefined;
/** A server that refuses whatever it gets. */
const listening = async (given: Request | string | URL, init?: RequestInit): Promise<Response> => {
  sent = await (given instanceof Request ? given : new Request(given, init)).text();
  return Response.json({ error: { type: "invalid_request_error", message: "No." } }, { status: 400 });
};

const rate = 1;
const common = {
  fetch: listening as typeof fetch,
  apiKey: "k",
  price: { usdPerMillionInputTokens: rate, usdPerMillionOutputTokens: rate },
  contextWindow: 100_000_000,
  capabilities: { tools: true, images: true, jsonSchema: true },
};
const baseUrl = "http://server.example/v1";
const targets: Readonly<Record<string, (defaults?: Model["defaults"]) => Model>> = {
  openai: (defaults) => openai("gpt-5.4-mini", { ...common, defaults }),
  "openai by responses": (defaults) => openai("gpt-5.4", { ...common, defaults, api: "responses" }),
  compatible: (defaults) => openaiCompatible("m", { ...common, defaults, provider: "gateway", baseUrl }),
  vllm: (defaults) => vllm("m", { ...common, defaults, baseUrl }),
  anthropic: (defaults) => anthropic("claude-sonnet-5-5", { ...common, defaults }),
  google: (defaults) => google("gemini-3-pro", { ...common, defaults }),
  bedrock: (defaults) => bedrock("amazon.nova-pro-v1:0", { ...common, defaults, region: "us-east-1" }),
};

interface Asked {
  readonly candidate: Candidate | undefined;
  readonly facts: RequestFacts | undefined;
  readonly sent: string | undefined;
}

/** Returns a function that sends a body to one model, by the handler or, without a path, by `route`. */
function asking(model: Model, path?: string): (body: object, most?: number) => Promise<Asked> {
  const routers = new Map<number, ReturnType<typeof routerOf>>();
  let facts: RequestFacts | undefined;
  let candidate: Candidate | undefined;
  const routerOf = (maxCharacters: number) => {
    const router = createRouter({
      models: { only: model },
      policy: always("only"),
      maxCharacters,
      execution: { retries: 0, fallback: false },
      constraints: [
        {
          name: "reads",
          permits(asked, { request }) {
            candidate = asked;
            facts = request;
            return true;
          },
        },
      ],
    });
    return { router, handler: createHandler(router) };
  };
  return async (body, most = 1e9) => {
    const { router, handler } = routers.get(most) ?? routerOf(most);
    if (!routers.has(most)) routers.set(most, routerOf(most));
    sent = facts = candidate = undefined;
    const bounded = { ...body, maxCostUsd: 1_000_000 };
    if (path === undefined) await router.route(bounded as unknown as RouteRequest<"only">).catch(() => {});
    else await handler(`http://router${path}`, { method: "POST", body: JSON.stringify(bounded) });
    return { facts, candidate, sent };
  };
}

/** Says what does not see or count the words that were sent. */
function missing({ facts, sent: text = "" }: Asked): readonly string[] {
  const count = timesIn(text);
  if (count === 0) return [];
  const { characters = 0, inputTokens = 0, mostInputTokens = 0 } = facts ?? {};
  return [
    facts?.text.all().includes(word) !== true && "not seen",
    characters < count * word.length && `${characters} characters of ${count * word.length}`,
    // Tokens are estimated: a quarter of the characters, and of English words less.
    inputTokens < count && `${inputTokens} tokens of ${count} words`,
    mostInputTokens < count * word.length && `at most ${mostInputTokens} tokens`,
  ].filter((one) => one !== false);
}

/** Places to try: all of them in a full run. */
function tried(places: readonly Place[]): readonly Place[] {
  const each = runs(20, 1);
  const from = Math.floor(Math.random() * each);
  return places.filter((_, at) => at % each === from);
}

const interfaces: readonly (readonly [name: string, bodies: Bodies, path: string | undefined])[] = [
  ["route", chatBodies, undefined],
  ["chat completions", chatBodies, "/v1/chat/completions"],
  ["messages", messagesBodies, "/v1/messages"],
  ["responses", responsesBodies, "/v1/responses"],
  ["generateContent", generateBodies, "/v1beta/models/auto:generateContent"],
];

describe.each(interfaces)("a word in a request by %s", (_, bodies, path) => {
  test.each(Object.keys(targets))("is seen and counted, or does not reach %s", async (target) => {
    const ask = asking((targets[target] as () => Model)(), path);
    const wrong: string[] = [];
    let reached = 0;
    for (const [name, body] of Object.entries(bodies)) {
      if ((await ask(body)).sent === undefined) continue;
      reached += 1;
      for (const { name: place, plant } of tried(placesIn(body))) {
        if (binary.test(place)) continue;
        const given = plant(planted) as object;
        const asked = await ask(given);
        const problems = [...missing(asked)];
        const isSent = timesIn(asked.sent ?? "") > 0;
        if (isSent && (await ask(given, planted.length - 1)).sent !== undefined) problems.push("too long");
        if (problems.length > 0) wrong.push(`${name}, ${place}: ${problems.join(", ")}`);
      }
    }
    expect(wrong).toEqual([]);
    expect(reached).toBeGreaterThan(0);
  });
});

const hello = { messages: [{ role: "user", content: "Hello." }] };
const extraBodies: Readonly<Record<string, object>> = {
  openai: { metadata: { team: "blue" }, web_search_options: { note: "x" } },
  "openai by responses": { instructions: "Be kind.", metadata: { team: "blue" } },
  compatible: { documents: [{ text: "Day 1." }], chat_template_kwargs: { persona: "pirate" } },
  vllm: { chat_template: "{{ messages }}", structured_outputs: { choice: ["yes"] } },
  anthropic: { system: "Be kind.", metadata: { user_id: "u" } },
  google: { systemInstruction: { parts: [{ text: "Be kind." }] } },
  bedrock: { additionalModelRequestFields: { note: "x" }, guardrailConfig: { guardrailIdentifier: "g" } },
};

test.each(Object.keys(targets))(
  "a word in the extra body of %s is seen and counted there",
  async (target) => {
    const wrong: string[] = [];
    let reached = 0;
    for (const { name, plant } of placesIn(extraBodies[target])) {
      // Names of fields are words of the provider.
      if (name.startsWith("the name")) continue;
      const model = (targets[target] as (defaults: object) => Model)({ extraBody: plant(planted) });
      const {
        facts,
        candidate = { estimatedInputTokens: 0, leastCostUsd: 0 },
        sent: text = "",
      } = await asking(model)(hello);
      const count = timesIn(text);
      const problems = [
        count > 0 && facts?.text.all().includes(word) !== true && "not seen",
        (candidate.estimatedInputTokens ?? 0) < count && "not in the estimate",
        (candidate.leastCostUsd ?? 0) < (count * word.length * rate) / 1e6 && "not in the bound on cost",
      ].filter((one) => one !== false);
      reached += Math.min(1, count);
      if (problems.length > 0) wrong.push(`${name}: ${problems.join(", ")}`);
    }
    expect(wrong).toEqual([]);
    expect(reached).toBeGreaterThan(0);
  },
);
