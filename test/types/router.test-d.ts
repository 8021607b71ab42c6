import { expectTypeOf, test } from "vitest";
import { threshold } from "../../policies/index.ts";
import type {
  Check,
  Classifier,
  Completion,
  CompletionChunk,
  Decision,
  Model,
  RouteResult,
  Router,
} from "../../src/contracts/index.ts";
import { createRouter } from "../../src/router/create/create-router.ts";
import { configure, route } from "../../src/router/presets/default-router.ts";
import { fakeModel } from "../../src/testing/index.ts";

type Two = "small" | "large";

const models = { small: fakeModel(), large: fakeModel() };
const policy = threshold({ small: "small", large: "large", at: 0.42 });
const router = createRouter({ models, policy });

test("the ids of a router are the keys of its models", () => {
  expectTypeOf(router).toEqualTypeOf<Router<Two>>();
  expectTypeOf(router.models.small).toEqualTypeOf<Model>();
  expectTypeOf(router.decide).returns.resolves.toEqualTypeOf<Decision<Two>>();
  expectTypeOf(router.route("Hi")).resolves.toEqualTypeOf<RouteResult<Two>>();
});

test("models is not enough: a policy is needed, and every model must be one", () => {
  // @ts-expect-error
  createRouter({ models });
  // @ts-expect-error
  createRouter({ models: { ...models, mid: "gpt-5" }, policy });
  // @ts-expect-error
  createRouter({ models, policy, tempo: 3 });
});

test("a request is a prompt, or a chat completion with routing fields", () => {
  const result = router.route({
    messages: [{ role: "user", content: "x" }],
    tools: [{ type: "function", function: { name: "f", parameters: {} } }],
    session: "u1",
    maxCostUsd: 0.01,
    model: "small",
  });
  expectTypeOf<Awaited<typeof result>["completion"]>().toEqualTypeOf<Completion>();
  void router.route("hi", { signal: new AbortController().signal });
  // @ts-expect-error
  void router.route({ messages: [{ role: "narrator", content: "x" }] });
  // @ts-expect-error
  void router.route({ prompt: "x" });
});

test("a stream is iterated and has a decision and a result", () => {
  const stream = router.stream("hi");
  expectTypeOf(stream).toExtend<AsyncIterable<CompletionChunk>>();
  expectTypeOf(stream.decision).resolves.toEqualTypeOf<Decision<Two>>();
  expectTypeOf(stream.result).resolves.toEqualTypeOf<RouteResult<Two>>();
});

test("a classifier may ignore the hop, or call a model through it", () => {
  const emoji: Classifier = {
    name: "emoji",
    version: "1",
    classify: ({ ask }) => ({ complexity: ask.includes("!") ? 1 : 0 }),
  };
  const judge = (model: Model): Classifier => ({
    name: "judge",
    version: "1",
    async classify({ ask }, hop) {
      const content = `Rate from 0 to 1: ${ask}`;
      const { choices } = await hop.generate(model, { messages: [{ role: "user", content }] });
      return { complexity: Number(choices[0]?.message.content) };
    },
  });
  createRouter({ models, policy, classifier: emoji });
  createRouter({ models, policy, classifier: judge(models.small) });
  // @ts-expect-error
  createRouter({ models, policy, classifier: { name: "x", version: "1", classify: () => "hard" } });
});

test("a plan escalates by a check, to models of the router", () => {
  const short: Check = {
    name: "short",
    accepts: (_, answer) => (answer.choices[0]?.message.content ?? "").length < 80,
  };
  createRouter({
    models,
    policy: {
      name: "cascade",
      select: () => ({ model: "small", reason: "try", escalate: [{ unless: short, to: "large" }] }),
    },
  });
  createRouter({
    models,
    policy: {
      name: "cascade",
      // @ts-expect-error
      select: () => ({ model: "small", reason: "try", escalate: [{ unless: short, to: "larg" }] }),
    },
  });
});

test("a user's own model is one", () => {
  const echo: Model = {
    name: "mine:echo",
    provider: "mine",
    model: "echo",
    labels: {},
    generate: () => Promise.reject(new Error("not here")),
    async *stream() {},
  };
  createRouter({
    models: { echo },
    policy: { name: "echo", select: () => ({ model: "echo", reason: "only" }) },
  });
});

test("a router of known ids is one of unknown ids, as a config file's is", () => {
  expectTypeOf(router).toExtend<Router>();
});

test("the process-wide router is checked as another is, its requests by id at run time", () => {
  configure({ models, policy });
  // @ts-expect-error
  configure({ models, policy: threshold({ small: "smal", large: "large", at: 0.5 }) });
  expectTypeOf(route("x")).resolves.toEqualTypeOf<RouteResult>();
  void route({ messages: [{ role: "user", content: "x" }], model: "any" });
});
