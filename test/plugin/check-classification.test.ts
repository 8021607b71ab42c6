import { expect, test } from "vitest";
import { threshold } from "../../policies/index.ts";
import type { Classification, Classifier } from "../../src/contracts/index.ts";
import { createRouter, type RouterEvent } from "../../src/index.ts";
import { checkClassification } from "../../src/plugin/check-classification.ts";
import { ensemble, near } from "../../src/router/classifiers/index.ts";
import { fakeModel } from "../../src/testing/index.ts";

const secret = "Frau Meier hat Diabetes";

function routerWith(classify: (ask: string) => unknown, categories?: readonly string[]) {
  const events: RouterEvent[] = [];
  const classifier: Classifier = {
    name: "own",
    version: "1",
    categories,
    classify: ({ ask }) => classify(ask) as Classification,
  };
  const router = createRouter({
    models: { small: fakeModel({ model: "s" }), large: fakeModel({ model: "l" }) },
    policy: threshold({ small: "small", large: "large", at: 0.5 }),
    classifier,
    onEvent: (event) => events.push(event),
  });
  return { router, classifier, events };
}

test.each<[string, (ask: string) => unknown]>([
  ["the category", (ask) => ({ complexity: 0.1, category: ask })],
  ["a category of another type", (ask) => ({ complexity: 0.1, category: { toString: () => ask } })],
  ["a list as category", (ask) => ({ complexity: 0.1, category: [ask] })],
  ["the name of a signal", (ask) => ({ complexity: 0.1, signals: { [ask]: 1 } })],
  ["the value of a signal", (ask) => ({ complexity: 0.1, signals: { text: ask } })],
  ["a nested signal", (ask) => ({ complexity: 0.1, signals: { text: { ask } } })],
  ["a list of signals", (ask) => ({ complexity: 0.1, signals: [ask] })],
  ["signals that are a text", (ask) => ({ complexity: 0.1, signals: ask })],
  ["the name of a model", (ask) => ({ complexity: 0.1, quality: { [ask]: 0.5 } })],
  ["the quality of a model", (ask) => ({ complexity: 0.1, quality: { "fake:s": ask } })],
  ["a field of its own", (ask) => ({ complexity: 0.1, note: ask, toJSON: () => ({ complexity: 0.1, ask }) })],
  ["the complexity", (ask) => ({ complexity: ask })],
  ["a getter that answers twice", (ask) => twice(ask)],
  ["the name of an error", (ask) => raise(ask)],
])("no text of a prompt reaches a decision or an event by way of %s", async (_, classify) => {
  for (const wrap of [
    (own: Classifier) => own,
    (own: Classifier) => ensemble([{ classifier: own }]),
    (own: Classifier) => near({ first: own, second: own, around: 0.1 }),
  ]) {
    const { classifier } = routerWith(classify);
    const events: RouterEvent[] = [];
    const router = createRouter({
      models: { small: fakeModel({ model: "s" }), large: fakeModel({ model: "l" }) },
      policy: threshold({ small: "small", large: "large", at: 0.5 }),
      classifier: wrap(classifier),
      onEvent: (event) => events.push(event),
    });
    const { decision, attempts } = await router.route(secret);
    const recorded = JSON.stringify([decision, attempts, events]);
    expect(recorded).not.toContain("Meier");
    expect(recorded).not.toContain("Diabetes");
  }
});

function twice(ask: string): object {
  let reads = 0;
  return {
    complexity: 0.1,
    get category() {
      reads += 1;
      return reads === 1 ? "chat" : ask;
    },
  };
}

function raise(ask: string): never {
  throw Object.assign(new Error("x"), { name: ask });
}

test("a listed category may be any text; nothing else is one then", async () => {
  const listed = ["customer support", "代码"];
  const { router } = routerWith((ask) => ({ complexity: 0.1, category: ask }), listed);
  for (const category of listed) {
    const { classification } = await router.decide(category);
    expect(classification).toEqual({ complexity: 0.1, category });
  }
  const { classification, classifierError, model } = await router.decide("chat");
  expect(classification).toBeUndefined();
  expect(classifierError).toContain('a category that is not among its "categories" (2');
  expect(model).toBe("large");
});

test("a failure names the rule and never the text", async () => {
  const { router, events } = routerWith((ask) => ({ complexity: 0.1, category: ask }));
  const { classifierError } = await router.decide("two words");
  expect(classifierError).toContain("a category that is not a name: 1 to 40 letters of ASCII");
  expect(classifierError).not.toContain("two words");
  expect(events.map(({ type }) => type)).toEqual(["classifier-failed", "decision-made"]);
});

test.each([Number.NaN, Number.POSITIVE_INFINITY, -Infinity, "1", 1n, true, null, undefined])(
  "a signal of %s is refused: a log could not hold it",
  (value) => {
    const { problem } = checkClassification({}, { complexity: 0, signals: { x: value as number } });
    expect(problem).toBe("returned a signal that is not a finite number");
  },
);

test("signals are bounded in number, names in length", () => {
  const many = Object.fromEntries(Array.from({ length: 1_001 }, (_, index) => [`s${index}`, 1]));
  expect(checkClassification({}, { complexity: 0, signals: many }).problem).toBe(
    "returned more than 1000 signals",
  );
  for (const category of ["", "a".repeat(41), " a", "a\n", "\u0000", "a b", "ä", "患者"])
    expect(checkClassification({}, { complexity: 0, category }).problem).toContain("not a name");
  expect(checkClassification({}, { complexity: 0, category: "a".repeat(40) }).problem).toBeUndefined();
});

test("what a classifier changes later does not change the record", async () => {
  const shared = { complexity: 0.1, category: "chat", signals: { length: 1 }, quality: { "fake:s": 0.5 } };
  const { router } = routerWith(() => shared);
  const { classification } = await router.decide("x");
  Object.assign(shared, { complexity: 0.9, category: "code" });
  shared.signals.length = 2;
  shared.quality["fake:s"] = 1;
  expect(classification).toEqual({
    complexity: 0.1,
    category: "chat",
    signals: { length: 1 },
    quality: { "fake:s": 0.5 },
  });
});

test("decisions hold the quality of the router's own models alone", async () => {
  const { router } = routerWith(() => ({ complexity: 0.1, quality: { "fake:s": 0.5, "fake:other": 0.9 } }));
  expect((await router.decide("x")).classification?.quality).toEqual({ "fake:s": 0.5 });
});
