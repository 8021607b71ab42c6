import { expect, it } from "vitest";
import { only } from "../../../policies/constraints/index.ts";
import { always, cascade, threshold } from "../../../policies/index.ts";
import type { Check, Classifier, Decision, Policy } from "../../../src/contracts/index.ts";
import { isRouterError, ProviderError } from "../../../src/index.ts";
import { createRouter } from "../../../src/router/create/create-router.ts";
import { fakeModel } from "../../../src/testing/index.ts";
import { runs } from "../../support/runs.ts";

type Id = "small" | "large";
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
/** Returns a promise and what resolves it. */
function gate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}
const unavailable = () => new ProviderError({ kind: "server", model: "fake:s" });

it("each of many concurrent requests is decided, called and recorded by one policy alone", async () => {
  const models = {
    small: fakeModel({ model: "s", wait: turn }),
    large: fakeModel({ model: "l", wait: turn }),
  };
  const classifier: Classifier = {
    name: "slow",
    version: "1",
    classify: async () => {
      await turn();
      return { complexity: 0.5 };
    },
  };
  const policies: readonly Policy<Id>[] = [always("small"), always("large")];
  const router = createRouter({ models, policy: policies[0] as Policy<Id>, classifier });
  const modelOf = new Map<string, string>();
  const count = runs(300, 1_000);
  const requests: Promise<unknown>[] = [];
  const swapping = (async () => {
    for (let swap = 0; swap < 10; swap += 1) {
      const policy = policies[(swap + 1) % 2] as Policy<Id>;
      const { from, to } = await router.replace({ policy, reason: `swap ${swap}` });
      modelOf.set(from, swap % 2 === 0 ? "small" : "large");
      modelOf.set(to, swap % 2 === 0 ? "large" : "small");
      await turn();
    }
  })();
  const seen: { decision: Decision<Id>; models: string[] }[] = [];
  for (let one = 0; one < count; one += 1) {
    const request = router.route(`request ${one}`).then(({ decision, attempts }) => {
      seen.push({ decision, models: attempts.map(({ model }) => model) });
    });
    requests.push(request);
    if (one % 20 === 0) await turn();
  }
  await Promise.all([...requests, swapping]);
  expect(seen.length).toBe(count);
  for (const { decision, models: called } of seen) {
    const expected = modelOf.get(decision.versions.policy);
    expect([decision.model, decision.policy.parameters?.["model"], ...called]).toEqual([
      expected,
      expected,
      expected,
    ]);
  }
  expect(new Set(seen.map(({ decision }) => decision.model))).toEqual(new Set(["small", "large"]));
});

it("a request under way falls back only to what was permitted when it began, whatever is replaced", async () => {
  const called = gate();
  const replaced = gate();
  const small = fakeModel({
    model: "s",
    wait: () => {
      called.open();
      return replaced.opened;
    },
    error: unavailable(),
  });
  const large = fakeModel({ model: "l" });
  const router = createRouter({
    models: { small, large },
    policy: always("small"),
    constraints: [only<Id>("small")],
    execution: { retries: 1, backoffBaseMs: 1 },
  });
  const failing = router.route("private").catch((error: unknown) => error);
  await called.opened;
  await router.replace({ constraints: [], policy: always("large"), reason: "looser" });
  replaced.open();
  const error = await failing;
  expect(isRouterError(error) && error.code).toBe("all-models-failed");
  expect(large.requests).toEqual([]);
  expect((await router.route("public")).decision.model).toBe("large");
});

it("a stream and a cascade under way end with the parts they began with", async () => {
  const checking = gate();
  const replaced = gate();
  const check: Check = {
    name: "slow-check",
    async accepts() {
      checking.open();
      await replaced.opened;
      return false;
    },
  };
  const models = {
    small: fakeModel({ model: "s" }),
    large: fakeModel({ model: "l", answer: "one two three" }),
  };
  const router = createRouter({
    models,
    policy: cascade<Id>({ first: "small", then: "large", unless: check }),
  });
  const stream = router.stream("hello");
  const reading = (async () => {
    let text = "";
    for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? "";
    return text;
  })();
  await checking.opened;
  const { from } = await router.replace({
    policy: always("small"),
    constraints: [only<Id>("small")],
    reason: "r",
  });
  replaced.open();
  expect(await reading).toBe("one two three");
  const { decision, attempts } = await stream.result;
  expect(decision.versions.policy).toBe(from);
  expect(attempts.map(({ model }) => model)).toEqual(["small", "large"]);
});

it("validations do not mix: of two at once each is done after the one before, and the last one counts", async () => {
  const models = { small: fakeModel({ model: "s" }), large: fakeModel({ model: "l" }) };
  const gates = [gate(), gate()];
  const slow = (version: string, at: number, wait: Promise<void>): Classifier => ({
    name: "slow",
    version,
    classify: async () => {
      await wait;
      return { complexity: at };
    },
  });
  const router = createRouter({
    models,
    policy: threshold<Id>({ small: "small", large: "large", at: 0.5 }),
    classifier: slow("0", 0.1, Promise.resolve()),
    golden: [{ request: "hello", in: ["small", "large"] }],
  });
  const first = router.replace({
    classifier: slow("1", 0.9, (gates[0] as (typeof gates)[0]).opened),
    reason: "1",
  });
  const second = router.replace({
    classifier: slow("2", 0.1, (gates[1] as (typeof gates)[0]).opened),
    reason: "2",
  });
  gates[1]?.open();
  await turn();
  expect(router.classifier.version).toBe("0");
  gates[0]?.open();
  await first;
  expect(router.classifier.version).toBe("1");
  await second;
  expect(router.classifier.version).toBe("2");
  await router.revert("r");
  expect(router.classifier.version).toBe("1");
});

it("waits of replacements are bounded, and a classifier that never answers ends", async () => {
  const router = createRouter({
    models: { small: fakeModel({ model: "s" }), large: fakeModel({ model: "l" }) },
    policy: threshold<Id>({ small: "small", large: "large", at: 0.5 }),
    classifierTimeoutMs: 20,
    golden: [{ request: "hello", in: ["small", "large"] }],
  });
  const never: Classifier = { name: "never", version: "1", classify: () => new Promise(() => {}) };
  const all = Array.from({ length: 101 }, () =>
    router.replace({ classifier: never, reason: "r", dryRun: true }),
  );
  const ends = await Promise.allSettled(all.slice(99));
  expect(ends.map(({ status }) => status)).toEqual(["fulfilled", "rejected"]);
  expect(String((ends[1] as PromiseRejectedResult).reason)).toContain("100 replacements wait already");
});

it("a caller does not join an equal request that began under other constraints", async () => {
  const wait = gate();
  const models = {
    small: fakeModel({ model: "s", wait: () => wait.opened }),
    large: fakeModel({ model: "l" }),
  };
  const router = createRouter({ models, policy: always("small"), coalesce: true });
  const early = router.route("hello");
  await turn();
  await router.replace({ policy: always("large"), constraints: [only<Id>("large")], reason: "r" });
  const late = await router.route("hello");
  expect([late.decision.model, late.coalesced]).toEqual(["large", undefined]);
  wait.open();
  expect((await early).decision.model).toBe("small");
});

it("a replacement from a listener of a replacement takes its turn", async () => {
  const router = createRouter({
    models: { small: fakeModel({ model: "s" }), large: fakeModel({ model: "l" }) },
    policy: always("small"),
  });
  let second: Promise<unknown> | undefined;
  router.observe((event) => {
    if (event.type === "parts-replaced" && event.reason === "1")
      second = router.replace({ policy: always("small"), reason: "2" });
  });
  await router.replace({ policy: always("large"), reason: "1" });
  expect(router.policy.parameters).toEqual({ model: "large" });
  await second;
  expect(router.policy.parameters).toEqual({ model: "small" });
});
