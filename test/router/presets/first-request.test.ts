import { beforeEach, expect, it, onTestFinished, vi } from "vitest";
import type { ChatMessage, RouterEvent } from "../../../src/contracts/index.ts";

// Each test imports the package once more, so that nothing is loaded yet when it makes its router.
beforeEach(() => {
  vi.resetModules();
});

async function coldRouter(onEvent: (event: RouterEvent) => void = () => {}) {
  const { createRouter } = await import("../../../src/router/presets/create-router.ts");
  const { threshold } = await import("../../../policies/threshold.ts");
  const { fakeModel } = await import("../../../src/testing/fake-model.ts");
  const { requestParts } = await import("../../../src/router/life/late-parts.ts");
  expect(requestParts.atHand).toBeUndefined();
  const asked: unknown[] = [];
  const model = (name: string) => {
    const fake = fakeModel({ model: name, answer: `from ${name}` });
    return {
      ...fake,
      generate: (...given: Parameters<typeof fake.generate>) => {
        asked.push(JSON.parse(JSON.stringify(given[0].messages)));
        return fake.generate(...given);
      },
    };
  };
  const router = createRouter({
    models: { small: model("small"), large: model("large") },
    policy: threshold({ small: "small", large: "large", at: 0.7 }),
    onEvent,
  });
  return { router, asked, requestParts };
}

it("the first route, stream and decide are answered as those that follow", async () => {
  const { router } = await coldRouter();
  const first = await Promise.all([
    router.route("Say hello."),
    router.decide("Say hello."),
    (async () => {
      let text = "";
      for await (const { choices } of router.stream("Say hello.")) text += choices[0]?.delta.content ?? "";
      return text;
    })(),
  ]);
  const later = await router.route("Say hello.");
  expect(first[0].text).toBe("from small");
  expect(first[2]).toBe("from small");
  expect(first[0].decision.classification).toEqual(later.decision.classification);
  expect(first[1].classification).toEqual(later.decision.classification);
  expect(later.decision.classification?.complexity).toBeLessThan(0.7);
});

it("a request that its caller changes while parts are loaded is sent as it was", async () => {
  const { router, asked } = await coldRouter();
  const messages: ChatMessage[] = [{ role: "user", content: "Say hello." }];
  const answer = router.route({ messages });
  messages[0] = { role: "user", content: "Say something else." };
  messages.push({ role: "user", content: "And more." });
  await answer;
  expect(asked).toEqual([[{ role: "user", content: "Say hello." }]]);
});

it("an abort while parts are loaded ends the request with its reason, and no model is called", async () => {
  const events: RouterEvent[] = [];
  const { router, asked } = await coldRouter((event) => events.push(event));
  const controller = new AbortController();
  const reason = new Error("the caller left");
  const answer = router.route("Say hello.", { signal: controller.signal });
  controller.abort(reason);
  await expect(answer).rejects.toBe(reason);
  expect(asked).toEqual([]);
  expect(events.map(({ type }) => type)).toEqual(["request-failed"]);
  expect((await router.route("Say hello.")).text).toBe("from small");
});

it("a request that is refused is refused before anything is loaded", async () => {
  const { router, requestParts } = await coldRouter();
  await expect(router.route({ messages: [], n: 2 } as never)).rejects.toThrow(/messages/);
  expect(requestParts.atHand).toBeUndefined();
  expect(router.classifier.version).toMatch(/^[0-9a-f]{12}$/);
});

it("a server has loaded all before it listens, so that no connection can keep a file from being read", async () => {
  const { router, requestParts } = await coldRouter();
  const { loadWeights } = await import("../../../src/router/classifiers/default-classifier.ts");
  const { serve } = await import("../../../src/serve/http/server/index.ts");
  const files = [
    "generate/answer-generate",
    "messages/answer-messages",
    "responses/answer-responses",
    "unpacked",
  ].map((file) => `../../../src/serve/http/${file}.ts`);
  const loaded: string[] = [];
  for (const file of files)
    vi.doMock(file, () => {
      loaded.push(file);
      return {};
    });
  onTestFinished(() => {
    for (const file of files) vi.doUnmock(file);
  });
  const server = await serve(router, { port: 0 });
  await server.close();
  expect(loaded.sort()).toEqual(files);
  expect(requestParts.atHand).toBeDefined();
  expect(loadWeights()).toBeUndefined();
});

it("golden routes are held although no request was made before", async () => {
  const { router } = await coldRouter();
  const { threshold } = await import("../../../policies/threshold.ts");
  const policy = threshold({ small: "small", large: "large", at: 0.7 });
  const golden = [{ request: "Say hello.", model: "large" as const }];
  await expect(router.replace({ policy, golden, reason: "a test" })).rejects.toThrow(/golden\[0\]/);
  await router.replace({
    policy,
    golden: [{ request: "Say hello.", model: "small" }],
    reason: "x",
  });
  expect(router.policy).toBe(policy);
});

it("the default classifier that is asked on its own answers as complexity()", async () => {
  const { defaultClassifier } = await import("../../../src/router/classifiers/default-classifier.ts");
  const { complexity } = await import("../../../src/router/classifiers/complexity.ts");
  const { factsOf } = await import("../../../src/testing/index.ts");
  const { noHop } = await import("../../../src/router/classifiers/no-hop.ts");
  const [late, whole] = [defaultClassifier(), complexity()];
  expect({ name: late.name, version: late.version, categories: late.categories }).toEqual({
    name: whole.name,
    version: whole.version,
    categories: whole.categories,
  });
  const facts = factsOf({ ask: "Prove that there are infinitely many primes." });
  const first = late.classify(facts, noHop);
  expect(first).toBeInstanceOf(Promise);
  expect(await first).toEqual(whole.classify(facts, noHop));
  expect(late.classify(facts, noHop)).toEqual(whole.classify(facts, noHop));
});

it("what the first request needs is loaded by itself once there is a router", async () => {
  const { requestParts } = await coldRouter();
  const { loadWeights } = await import("../../../src/router/classifiers/default-classifier.ts");
  await vi.waitFor(() => expect(requestParts.atHand).toBeDefined());
  await vi.waitFor(() => expect(loadWeights()).toBeUndefined());
});
