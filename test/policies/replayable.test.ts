import fc from "fast-check";
import { expect, test } from "vitest";
import { recordedContext } from "../../evals/monitor/off-policy/recorded-context.ts";
import * as policies from "../../policies/index.ts";
import {
  type CallOptions,
  type ChatRequest,
  type Choice,
  type Decision,
  type ModelFacts,
  type Policy,
  type PolicyContext,
  ProviderError,
} from "../../src/contracts/index.ts";
import { createRouter, type RouteRequest } from "../../src/index.ts";
import { draw } from "../../src/router/decide/draw.ts";
import { fakeModel } from "../../src/testing/index.ts";
import { type PolicySampleId, policySamples } from "../support/policy-samples.ts";
import { numRuns } from "../support/runs.ts";

type Id = PolicySampleId;
type Opinion = Choice<Id> | readonly Choice<Id>[] | undefined;

/** Follows a policy and remembers what it was asked and what it answered. */
function remembering(
  policy: Policy<Id>,
  seen: { context: PolicyContext<Id>; opinion: Opinion }[],
): Policy<Id> {
  return {
    ...policy,
    select(context) {
      const opinion = policy.select(context);
      seen.push({ context, opinion });
      return opinion;
    },
  };
}

const price = (usd: number) => ({
  usdPerMillionInputTokens: usd,
  usdPerMillionOutputTokens: 5 * usd,
  usdPerMillionCachedInputTokens: 0.1 * usd,
  usdPerMillionCacheWriteTokens: 1.25 * usd,
});

interface World {
  /** Milliseconds that pass before each request. */
  readonly waits: readonly number[];
  readonly requests: readonly RouteRequest<Id>[];
  readonly complexities: readonly (number | undefined)[];
  readonly failing: readonly boolean[];
  readonly budgetUsd: number;
  /** Tokens that the models count for one that the router estimates. */
  readonly tokenRatio: number;
}

/** Long enough for a prompt cache. */
const opening = "0123456789abcdef".repeat(600);
const text = fc.oneof(fc.string({ maxLength: 40 }), fc.constant("word ".repeat(300)));
const request: fc.Arbitrary<RouteRequest<Id>> = fc.record(
  {
    messages: text.map((content) => [
      { role: "system" as const, content: opening },
      { role: "user" as const, content: `${content} x` },
    ]),
    session: fc.constantFrom("s", "s", "s", "t", undefined),
    tenant: fc.constantFrom("clinic", "shop"),
    labels: fc.constantFrom({}, { residency: "eu" }, JSON.parse('{ "__proto__": "small" }')),
    category: fc.constantFrom("code", "chat"),
    language: fc.constantFrom("de", "fr"),
  },
  { requiredKeys: ["messages", "session"] },
);
const world: fc.Arbitrary<World> = fc.record({
  waits: fc.array(fc.double({ min: 0, max: 400_000, noNaN: true }), { minLength: 8, maxLength: 8 }),
  requests: fc.array(request, { minLength: 8, maxLength: 8 }),
  complexities: fc.array(fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: undefined }), {
    minLength: 8,
    maxLength: 8,
  }),
  failing: fc.array(fc.constantFrom(false, false, false, false, true), { minLength: 16, maxLength: 16 }),
  budgetUsd: fc.constantFrom(0.05, 1, 1_000),
  tokenRatio: fc.double({ min: 0.3, max: 3, noNaN: true }),
});

/** Routes the requests of a world and returns each decision with what its policy was asked. */
async function play(policy: Policy<Id>, given: World, setClassifier: boolean) {
  const seen: { context: PolicyContext<Id>; opinion: Opinion }[] = [];
  let now = Date.UTC(2026, 10, 26);
  let calls = 0;
  let asked = 0;
  const model = (name: string, usd: number) => {
    const fake = fakeModel({
      name,
      price: price(usd),
      answer() {
        calls += 1;
        if (given.failing[calls % given.failing.length])
          throw new ProviderError({ kind: "rate-limit", model: name, status: 429 });
        return "ok";
      },
    });
    return {
      ...fake,
      async generate(request: ChatRequest, options: CallOptions) {
        const completion = await fake.generate(request, options);
        const prompt_tokens = Math.round((JSON.stringify(request.messages).length / 4) * given.tokenRatio);
        return {
          ...completion,
          usage: { prompt_tokens, completion_tokens: 7, total_tokens: prompt_tokens + 7 },
        };
      },
    };
  };
  const models = { small: model("fake:small", 1), large: model("fake:large", 20) };
  const router = createRouter({
    models,
    policy: remembering(policy, seen),
    classifier: {
      name: "given",
      version: "1",
      classify() {
        const complexity = given.complexities[asked % given.complexities.length];
        asked += 1;
        if (!setClassifier || complexity === undefined) throw new Error("no classification");
        const quality = { "fake:small": complexity, "fake:large": 0.9 };
        return { complexity, category: complexity < 0.3 ? "chat" : "code", quality, signals: { asked } };
      },
    },
    budgets: [{ limitUsd: given.budgetUsd, period: "day" }],
    clock: () => now,
    execution: { retries: 0 },
  });
  const facts: Readonly<Record<Id, ModelFacts>> = { small: models.small, large: models.large };
  const decided: { decision: Decision; context: PolicyContext<Id>; opinion: Opinion }[] = [];
  for (const [index, one] of given.requests.entries()) {
    now += given.waits[index] ?? 0;
    const before = seen.length;
    const decision = await router.route(one).then(
      (result) => result.decision,
      () => undefined,
    );
    const last = seen.at(-1);
    if (decision !== undefined && last !== undefined && seen.length > before)
      decided.push({ decision, ...last });
  }
  return { decided, facts };
}

function replayed(decision: Decision, prompt: string, facts: Readonly<Record<Id, ModelFacts>>) {
  const line = JSON.parse(JSON.stringify({ ...decision, prompt, attempts: [] }));
  return { line, context: recordedContext<Id>(line, facts, { file: "log", line: 1 }) };
}

/** Returns the part of a value that JSON keeps, so that a field that is undefined equals one that is absent. */
const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value ?? null));

/** The names of checks in place of the checks. */
const shown = (opinion: Opinion) =>
  asJson(
    [opinion ?? []].flat().map((choice) => ({
      ...choice,
      escalate: choice.escalate?.map(({ unless, to }) => ({ unless: unless.name, to })),
    })),
  );

test.each(
  Object.entries(policySamples).flatMap(([file, samples]) => samples.map((policy) => ({ file, policy }))),
)(
  "$file: a decision replayed from its JSON gives the same lottery, choice and propensity",
  async ({ policy }) => {
    await fc.assert(
      fc.asyncProperty(world, fc.boolean(), async (given, setClassifier) => {
        const { decided, facts } = await play(
          policies.firstOf(policy, policies.always("small")),
          given,
          setClassifier,
        );
        for (const { decision, context, opinion } of decided) {
          const again = replayed(decision, context.request.ask, facts);
          const repeated = policies.firstOf(policy, policies.always("small")).select(again.context);
          expect(shown(repeated)).toEqual(shown(opinion));
          const drawn = draw<Id>(policy.name, repeated, again.context.candidates, again.line.draw);
          expect(drawn.choice.model).toBe(decision.model);
          expect(drawn.propensity).toBe(decision.propensity);
        }
      }),
      { numRuns: Math.ceil(numRuns(200).numRuns / 10) },
    );
  },
);

test("a decision holds everything that a policy may read, except for texts and the facts of models", async () => {
  await fc.assert(
    fc.asyncProperty(world, async (given) => {
      const { decided, facts } = await play(policies.random(), given, true);
      for (const { decision, context } of decided) {
        const { context: again } = replayed(decision, context.request.ask, facts);
        const { ask: _, window: __, text: ___, ...request } = context.request;
        const { ...rebuilt } = again;
        const recorded = Object.fromEntries(
          Object.keys(request).map((key) => [key, again.request[key as "ask"]]),
        );
        expect({ ...asJsonObject(rebuilt, ["request", "candidates"]), request: asJson(recorded) }).toEqual({
          ...asJsonObject(context, ["request", "candidates"]),
          request: asJson(request),
        });
        expect(again.now).toBe(context.now);
        const bare = (one: PolicyContext<Id>) =>
          asJson(one.candidates.map(({ facts: { name }, ...rest }) => ({ ...rest, name })));
        expect(bare(again)).toEqual(bare(context));
      }
    }),
    { numRuns: numRuns(200).numRuns / 5 },
  );
});

function asJsonObject(value: object, without: readonly string[]): object {
  return asJson(
    Object.fromEntries(Object.entries(value).filter(([key]) => !without.includes(key))),
  ) as object;
}
