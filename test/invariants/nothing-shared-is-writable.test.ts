import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { boundary, maxCost } from "../../policies/constraints/index.ts";
import { always, cascade, cheapestAbove, firstOf, threshold } from "../../policies/index.ts";
import type {
  ChatRequest,
  Check,
  Choice,
  Classifier,
  Constraint,
  HopContext,
  Model,
  Policy,
  RouteRequest,
  RouterEvent,
} from "../../src/contracts/index.ts";
import { createRouter, isRouterError, ProviderError } from "../../src/index.ts";
import { fakeModel } from "../../src/testing/index.ts";
import { runs } from "../support/runs.ts";
import { vandalise } from "../support/vandalise.ts";

type Id = "small" | "large" | "cloud";
/** Something that a party does with what it is given. */
type Deed = (party: Party, given: unknown) => void;
const parties = ["classifier", "constraint", "check", "model", "onEvent", "observer", "caller"] as const;
type Party = (typeof parties)[number] | "policy";
const nothing: Deed = () => {};

const price = { usdPerMillionInputTokens: 100, usdPerMillionOutputTokens: 100 };
const onPrem = { boundary: "on-prem" };

function modelOf(model: string, labels: Record<string, string>, fails: boolean, deed: Deed): Model {
  let calls = 0;
  const inner = fakeModel({
    model,
    labels,
    price: model === "cloud" ? { usdPerMillionInputTokens: 1e6, usdPerMillionOutputTokens: 1e6 } : price,
    capabilities: { images: true, tools: true },
    answer: (request) => `${model} read ${JSON.stringify(request)}`,
  });
  const begin = (request: ChatRequest) => {
    const own = structuredClone(request);
    deed("model", request);
    calls += 1;
    if (fails && calls % 2 === 1) throw new ProviderError({ kind: "server", model, summary: "down" });
    return own;
  };
  return {
    ...inner,
    generate: async (request, options) => inner.generate(begin(request), options),
    async *stream(request, options) {
      yield* inner.stream(begin(request), options);
    },
  };
}

/** Sends restricted and free requests through a router whose parties do their deed, and returns all that was seen. */
async function transcriptOf(deed: Deed): Promise<unknown> {
  const seen: unknown[] = [];
  let ids = 0;
  const note = (event: RouterEvent) => {
    seen.push(JSON.parse(JSON.stringify(event)));
  };
  const classifier: Classifier = {
    name: "reads",
    version: "1",
    classify(request, hop) {
      const complexity = request.labels["data"] === "health" ? 0.9 : 0.1;
      const answer = { complexity, quality: { "fake:small": 0.5 }, signals: { a: 1 } };
      deed("classifier", request);
      deed("classifier", hop);
      queueMicrotask(() => deed("classifier", answer));
      return answer;
    },
  };
  const touches: Constraint = {
    name: "touches",
    permits(candidate, context) {
      deed("constraint", candidate);
      deed("constraint", context);
      return true;
    },
  };
  const meddles: Policy<Id> = {
    name: "meddles",
    parameters: { list: [1, 2] },
    select(context) {
      const opinion = threshold<Id>({ small: "small", large: "large", at: 0.5 }).select(context);
      deed("policy", opinion);
      deed("policy", context);
      return undefined;
    },
  };
  const check: Check = {
    name: "looks",
    accepts(request, answer, hop: HopContext) {
      const accepted = !answer.choices[0]?.message.content?.startsWith("small");
      deed("check", request);
      deed("check", answer);
      deed("check", hop);
      return accepted;
    },
  };
  const sees: Check = {
    name: "sees",
    accepts(_request, answer) {
      deed("check", answer);
      return true;
    },
  };
  const router = createRouter<Record<Id, Model>>({
    models: {
      small: modelOf("small", onPrem, true, deed),
      large: modelOf("large", onPrem, false, deed),
      cloud: modelOf("cloud", {}, false, deed),
    },
    classifier,
    policy: firstOf<Id>(
      meddles,
      cascade<Id>({ first: "small", then: "large", unless: check }),
      always<Id>("cloud"),
    ),
    constraints: [
      touches,
      boundary({ label: "boundary", required: { byLabel: { data: { health: "on-prem" } } } }),
      maxCost({ usd: 1 }),
      touches,
    ],
    execution: { backoffBaseMs: 0, degraded: sees },
    budgets: [{ limitUsd: 1_000, per: "tenant", period: "day" }],
    clock: () => 1_000_000_000_000,
    random: () => 0.5,
    newId: () => {
      ids += 1;
      return `id-${ids}`;
    },
    onEvent: (event) => {
      note(event);
      deed("onEvent", event);
    },
  });
  router.observe((event) => {
    note(event);
    deed("observer", event);
  });
  router.observe(note);

  const content = "What does the letter say?";
  const send = async (request: RouteRequest<Id>, how: "route" | "stream" | "decide") => {
    const own = structuredClone(request);
    if (how === "decide") {
      const decision = await router.decide(own);
      seen.push(JSON.parse(JSON.stringify(decision)));
      deed("caller", decision);
      return;
    }
    if (how === "route") {
      const pending = router.route(own);
      // The caller goes on with its own objects while the request is under way.
      deed("caller", own);
      const result = await pending;
      seen.push(JSON.parse(JSON.stringify(result)));
      deed("caller", result);
      return;
    }
    const stream = router.stream(own);
    deed("caller", own);
    deed("caller", await stream.decision);
    for await (const chunk of stream) deed("caller", chunk);
    const result = await stream.result;
    seen.push(JSON.parse(JSON.stringify(result)));
    deed("caller", result);
  };
  const restricted: RouteRequest<Id> = {
    messages: [
      { role: "system", content: [{ type: "text", text: "Be brief." }] },
      { role: "user", content },
    ],
    labels: { data: "health" },
    tenant: "clinic",
    session: "s",
    tools: [{ type: "function", function: { name: "f", parameters: { properties: { a: {} } } } }],
  };
  for (const how of ["route", "stream", "decide", "route"] as const) {
    await send(restricted, how);
    await send(content, how);
    deed("caller", router.models);
    deed("caller", router.exportState());
  }
  return seen;
}

/** Random numbers in [0, 1) from a seed above 0 (Park and Miller). */
function drawsFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

describe("what one party changes, no other sees", () => {
  it.each(parties)("if the %s changes all that it can reach", async (who) => {
    const expected = await transcriptOf(nothing);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 2 ** 31 - 2 }), async (seed) => {
        const draw = drawsFrom(seed);
        const seen = await transcriptOf((party, given) => {
          if (party === who) vandalise(given, draw);
        });
        expect(seen).toEqual(expected);
      }),
      { numRuns: runs(4, 500) },
    );
  });

  it("if a policy changes all that it can reach, the request fails or nothing has changed", async () => {
    let vandal: (given: unknown) => void = () => {};
    const large: Choice<"small" | "large"> = { model: "large", reason: "wanted" };
    const meddles: Policy<"small" | "large"> = {
      name: "meddles",
      select(context) {
        vandal(threshold({ small: "small", large: "large", at: 0.5 }).select(context));
        vandal(always<"small" | "large">("large").select(context));
        vandal(context);
        return undefined;
      },
    };
    const rating = { complexity: 0.1, category: "code", quality: { "fake:small": 0.4 } };
    const router = createRouter({
      models: { small: fakeModel({ model: "small", price }), large: fakeModel({ model: "large", price }) },
      // One object for all requests, as a cache has it.
      classifier: { name: "same", version: "1", classify: () => rating },
      policy: firstOf(meddles, cheapestAbove(0.3), { name: "wants", select: () => large }),
      clock: () => 0,
      random: () => 0.5,
      newId: () => "id",
    });
    const ask = () => router.decide({ messages: [{ role: "user", content: "Go." }], labels: { a: "b" } });
    const expected = JSON.stringify(await ask());
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 2 ** 31 - 2 }), async (seed) => {
        const draw = drawsFrom(seed);
        vandal = (given) => vandalise(given, draw);
        const outcome = await ask().then(JSON.stringify, (error: unknown) => {
          if (!isRouterError(error, "policy")) throw error;
          return expected;
        });
        expect(outcome).toBe(expected);
        vandal = () => {};
        expect(JSON.stringify(await ask())).toBe(expected);
      }),
      { numRuns: runs(200, 5_000) },
    );
  });

  it("if the objects that a router was made of change later", async () => {
    const labels: Record<string, string> = { boundary: "on-prem" };
    const free = { usdPerMillionInputTokens: 0, usdPerMillionOutputTokens: 0 };
    const cloud = fakeModel({ model: "cloud", labels: {}, price: { ...price } });
    const models = { local: fakeModel({ model: "local", labels, price }), cloud };
    const keeps = boundary({ label: "boundary", required: { byLabel: { data: { health: ["on-prem"] } } } });
    const cheap = maxCost({ usd: 1 });
    const constraints = [keeps, cheap];
    const tools = ["tools" as const];
    const router = createRouter({
      models,
      policy: firstOf(always("cloud"), always("local")),
      constraints,
      assumeCapabilities: tools,
    });
    const request = { messages: [{ role: "user" as const, content: "Go." }], labels: { data: "health" } };
    const before = (await router.decide(request)).candidates;
    Object.assign(labels, { boundary: "us" });
    Object.assign(cloud, { labels: { boundary: "on-prem" }, price: free });
    Object.assign(models, { local: cloud });
    Object.assign(keeps, { permits: () => true });
    constraints.splice(0);
    tools.splice(0);
    const after = await router.decide(request);
    expect(after.candidates).toEqual(before);
    expect(after.model).toBe("local");
    expect((await router.route(request)).attempts.map(({ name }) => name)).toEqual(["fake:local"]);
  });

  it("the transcript is one of restricted requests that stay, retry and escalate", async () => {
    const text = JSON.stringify(await transcriptOf(nothing));
    expect(text).toContain('"hop":"retry"');
    expect(text).toContain('"hop":"cascade"');
    expect(text).toContain("boundary is not known, on-prem is required");
    expect(text).not.toContain('"name":"fake:cloud"');
  });
});
