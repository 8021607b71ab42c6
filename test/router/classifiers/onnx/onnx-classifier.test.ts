import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { afterAll, describe, expect, onTestFinished, test } from "vitest";
import { threshold } from "../../../../policies/index.ts";
import { createRouter } from "../../../../src/index.ts";
import { type OnnxClassifierOptions, onnxClassifier } from "../../../../src/router/classifiers/onnx/index.ts";
import { classifierConformance, factsOf, fakeModel } from "../../../../src/testing/index.ts";
import { openHop } from "../../../support/hops/open-hop.ts";
import { type TinyEncoderOptions, tinyEncoder } from "../../../support/onnx/tiny-encoder.ts";
import { wordTokenizer } from "../../../support/onnx/word-tokenizer.ts";

const folder = mkdtempSync(join(tmpdir(), "onnx-"));
afterAll(() => rmSync(folder, { recursive: true }));
const fileOf = (name: string, content: string | Uint8Array) => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};

/** Ids: 0 fills, 1 is an unknown word, 2 "prove", 3 "hello". The second class is the hard one. */
const rows = [
  [9, -9],
  [0, 0],
  [-2, 2],
  [2, -2],
];
const words = ["prove", "hello"];
const tokenizerFile = fileOf("tokenizer.json", JSON.stringify(wordTokenizer(words)));
const modelFile = fileOf("model.onnx", tinyEncoder({ rows }));
const byWord = (text: string) =>
  text
    .toLowerCase()
    .split(/\W+/)
    .filter(Boolean)
    .map((word) => words.indexOf(word) + 2 || 1);

function make(options: Partial<OnnxClassifierOptions> = {}, encoder?: Partial<TinyEncoderOptions>) {
  const model = encoder === undefined ? modelFile : tinyEncoder({ rows, ...encoder });
  const classifier = onnxClassifier({
    model,
    tokenizer: byWord,
    maxCached: 0,
    timeoutMs: 20_000,
    ...options,
  });
  onTestFinished(() => classifier.close());
  return classifier;
}
const hop = openHop();
const ask = (classifier: ReturnType<typeof make>, text: string, signal = new AbortController().signal) =>
  classifier.classify(factsOf({ ask: text }), { ...hop, signal });

const conforming = {
  "a function that tokenizes": onnxClassifier({ model: modelFile, tokenizer: byWord, timeoutMs: 20_000 }),
  "a file tokenizer.json, and categories": onnxClassifier({
    model: modelFile,
    tokenizer: tokenizerFile,
    timeoutMs: 20_000,
    maxCached: 0,
    classes: [
      { complexity: 0.1, category: "small talk" },
      { complexity: 0.9, category: "proof" },
    ],
    reference: [0.1, 0.3, 0.5, 0.9],
  }),
};
describe.each(Object.entries(conforming))("onnxClassifier conforms with %s", (_, classifier) => {
  afterAll(() => classifier.close());
  for (const { name, run } of classifierConformance({ classifier })) test(name, run);
});

describe("scores", () => {
  const softmax = (difference: number) => 1 / (1 + Math.exp(-difference));

  test("the expected complexity of the classes, by hand", async () => {
    const classifier = make();
    expect((await ask(classifier, "prove")).complexity).toBeCloseTo(softmax(4), 6);
    expect((await ask(classifier, "Hello!")).complexity).toBeCloseTo(softmax(-4), 6);
    // The mean of the rows is 0 for both classes.
    expect((await ask(classifier, "hello, prove")).complexity).toBeCloseTo(0.5, 6);
    const weighed = make({ classes: [{ complexity: 0.2 }, { complexity: 0.8 }], temperature: 4 });
    const high = softmax(1);
    expect((await ask(weighed, "prove")).complexity).toBeCloseTo(0.2 * (1 - high) + 0.8 * high, 6);
  });

  test("one output is a score by itself", async () => {
    const classifier = make({}, { rows: [[0], [0], [3], [-3]] });
    expect((await ask(classifier, "prove")).complexity).toBeCloseTo(softmax(3), 6);
    const probability = make({ activation: "none" }, { rows: [[0], [0], [0.75], [0.25]] });
    expect((await ask(probability, "prove")).complexity).toBeCloseTo(0.75, 6);
  });

  test("a rank among scores of one's own traffic, and a category", async () => {
    const classifier = make({
      reference: [0.9, 0.1, 0.5],
      classes: [
        { complexity: 0, category: "small talk" },
        { complexity: 1, category: "proof" },
      ],
    });
    expect(await ask(classifier, "hello, prove")).toEqual({
      complexity: expect.closeTo(0.5, 6),
      signals: { score: expect.closeTo(0.5, 6) },
      category: "small talk",
    });
    expect(await ask(classifier, "prove")).toMatchObject({ complexity: 1, category: "proof" });
    expect(classifier.categories).toEqual(["small talk", "proof"]);
  });

  test("do not depend on what shares the run: shorter texts are filled and masked", async () => {
    const classifier = make({ windowMs: 20 });
    const texts = ["prove", "hello hello hello hello prove", "", "prove prove what"];
    const alone = [];
    for (const text of texts) alone.push((await ask(classifier, text)).complexity);
    const together = await Promise.all(texts.map((text) => ask(classifier, text)));
    expect(together.map(({ complexity }) => complexity)).toEqual(
      alone.map((score) => expect.closeTo(score, 6)),
    );
  });

  test("a text that is too long keeps its beginning and its last token", async () => {
    for (const tokenizer of [byWord, tokenizerFile]) {
      const classifier = make({ tokenizer, maxTokens: 3 });
      expect((await ask(classifier, `${"prove ".repeat(3)}${"hello ".repeat(500)}`)).complexity).toBeCloseTo(
        softmax(4 / 3),
        6,
      );
    }
  });

  test("the version changes with the model, the tokenizer's file and the options, and with nothing else", () => {
    const versions = [
      make(),
      make({}, {}),
      make({}, { rows: [...rows.slice(0, 3), [2, -3]] }),
      make({ temperature: 2 }),
      make({ tokenizer: tokenizerFile }),
      make({ tokenizer: fileOf("other.json", JSON.stringify(wordTokenizer(["other"]))) }),
      make({ version: "2026-11" }),
    ].map(({ version }) => version);
    expect(versions[0]).toBe(versions[1]);
    expect(new Set(versions).size).toBe(6);
  });
});

describe("many requests", () => {
  test("share runs, each of at most maxBatch", async () => {
    let runs = 0;
    // Ids of one text alone can fill a run: the table counts calls of the tokenizer, not runs.
    const classifier = make({
      maxBatch: 4,
      windowMs: 5,
      tokenizer: (text) => {
        runs += 1;
        return byWord(text);
      },
    });
    await classifier.ready();
    const scores = await Promise.all(Array.from({ length: 50 }, () => ask(classifier, "prove")));
    expect(new Set(scores.map(({ complexity }) => complexity.toFixed(6))).size).toBe(1);
    expect(runs).toBe(51);
  });

  test("one text that the model cannot read does not take the others along", async () => {
    const classifier = make({ windowMs: 20, tokenizer: (text) => (text === "bad" ? [99] : byWord(text)) });
    const results = await Promise.allSettled(
      ["prove", "bad", "hello", "prove", "hello"].map((text) => ask(classifier, text)),
    );
    expect(results.map(({ status }) => status)).toEqual([
      "fulfilled",
      "rejected",
      "fulfilled",
      "fulfilled",
      "fulfilled",
    ]);
  });

  test("are refused beyond maxPending, and what was aborted leaves room", async () => {
    const classifier = make({ maxPending: 2, windowMs: 100 });
    const controller = new AbortController();
    const first = ask(classifier, "prove", controller.signal);
    const second = ask(classifier, "prove");
    await expect(ask(classifier, "prove")).rejects.toThrow("2 texts wait or run already (option maxPending)");
    const reason = new Error("the caller left");
    controller.abort(reason);
    await expect(first).rejects.toBe(reason);
    const third = ask(classifier, "hello");
    expect((await second).complexity).toBeGreaterThan(0.9);
    expect((await third).complexity).toBeLessThan(0.1);
  });

  test("a score that was found is kept, for its tenant", async () => {
    let asked = 0;
    const classifier = make({
      maxCached: 10,
      tokenizer: (text) => {
        asked += 1;
        return byWord(text);
      },
    });
    const of = (tenant: string) => classifier.classify(factsOf({ ask: "prove", tenant }), hop);
    expect(await of("a")).toEqual(await of("a"));
    await of("b");
    // The first is that of the trial.
    expect(asked).toBe(3);
  });

  test("a router decides by it", async () => {
    const classifier = make();
    await classifier.ready();
    const router = createRouter({
      models: { small: fakeModel({ model: "small" }), large: fakeModel({ model: "large" }) },
      policy: threshold({ small: "small", large: "large", at: 0.5 }),
      classifier,
    });
    expect((await router.route("Hello!")).decision.model).toBe("small");
    const { decision } = await router.route("Prove it.");
    expect(decision.model).toBe("large");
    expect(decision.classification?.signals?.["score"]).toBeGreaterThan(0.5);
    expect(decision.versions.classifier).toContain(classifier.version);
    await router.close();
  });
});

describe("what is wrong is told at the start, and is no classification", () => {
  const told = async (options: Partial<OnnxClassifierOptions>, encoder: Partial<TinyEncoderOptions> = {}) => {
    const classifier = make(options, encoder);
    const error: unknown = await classifier.ready().then(
      () => undefined,
      (reason: unknown) => reason,
    );
    // The model is not loaded again for each request.
    await expect(ask(classifier, "the secret word")).rejects.toThrow(String((error as Error).message));
    expect(inspect(error)).not.toContain("secret");
    return error;
  };

  test.each<[string, Partial<OnnxClassifierOptions>, Partial<TinyEncoderOptions>, string]>([
    ["more classes", { classes: [{ complexity: 1 }] }, {}, "has 2 outputs a text, and classes lists 1"],
    ["an unknown input", {}, { ids: "tokens" }, "it has the inputs tokens, attention_mask; supported are"],
    ["an output for each token", {}, { perToken: true }, "has the shape [1, 4, 2] for 1 texts"],
    ["half precision", {}, { outputType: "float16" }, "outputs must be float32"],
    ["inputs of another type", {}, { inputType: "int32" }, "option inputType"],
    ["an output that it lacks", { output: "scores" }, {}, "it has the outputs logits"],
    ["values that are no numbers", {}, { rows: [[0], [Number.NaN], [0], [0]] }, "is not a finite number"],
    ["no probabilities", { activation: "none" }, { rows: [[0], [7], [0], [0]] }, "outside [0, 1]"],
  ])("%s", async (_, options, encoder, problem) => {
    const error = await told(options, encoder);
    expect(error).toMatchObject({ code: "classifier", classifier: "onnx" });
    expect((error as Error).message).toContain(problem);
  });

  test("what is no model", async () => {
    expect(await told({ model: fileOf("no.onnx", "nonsense") })).toMatchObject({ code: "classifier" });
    expect(await told({ model: new Uint8Array(8) })).toMatchObject({ code: "classifier" });
  });

  test("what is no tokenizer.json", async () => {
    const text = await told({ tokenizer: fileOf("text.json", "nonsense") });
    expect((text as Error).message).toContain("is not JSON");
    const empty = await told({ tokenizer: fileOf("empty.json", "{}") });
    expect((empty as Error).message).toContain("the tokenizer cannot be made");
  });

  const throwing = () => {
    throw new Error("the secret word");
  };
  test.each<[string, OnnxClassifierOptions["tokenizer"]]>([
    ["throws", throwing],
    ["rejects", async () => throwing()],
    ["returns no array", () => 5 as never],
    ["returns nothing", () => undefined as never],
    ["returns texts", () => ["a"] as never],
    ["returns fractions", () => [0.5]],
    ["returns NaN", () => [Number.NaN]],
    ["returns negative ids", () => [-1]],
    ["returns ids beyond the vocabulary", () => [4]],
    ["returns far too many", () => ({ length: 2 ** 40 })],
  ])("a tokenizer that %s", async (_, tokenizer) => {
    expect(await told({ tokenizer })).toMatchObject({ code: "classifier" });
  });

  test("a tokenizer that never ends is given up when the time is up", async () => {
    let isReady = false;
    const classifier = make({
      timeoutMs: 50,
      tokenizer: () => (isReady ? new Promise(() => {}) : [1]),
    });
    await classifier.ready();
    isReady = true;
    await expect(ask(classifier, "prove")).rejects.toThrow("classifier onnx gave no score within 50 ms");
  });

  test("a request goes on without a classification", async () => {
    const events: string[] = [];
    const router = createRouter({
      models: { small: fakeModel({ model: "small" }), large: fakeModel({ model: "large" }) },
      policy: threshold({ small: "small", large: "large", at: 0.5 }),
      classifier: make({ tokenizer: throwing }),
      onEvent: (event) => events.push(JSON.stringify(event)),
    });
    const { decision } = await router.route("the secret word");
    expect([decision.model, decision.classification?.complexity]).toEqual(["large", undefined]);
    expect(events.join()).not.toContain("secret");
    await router.close();
  });

  test("a closed classifier fails, also what waited", async () => {
    const classifier = make();
    const waiting = ask(classifier, "prove");
    classifier.close();
    await expect(waiting).rejects.toMatchObject({ code: "classifier" });
    await expect(ask(classifier, "prove")).rejects.toThrow("classifier onnx is closed");
  });
});

test.each<[Partial<Record<keyof OnnxClassifierOptions, unknown>>, string]>([
  [{ model: 5 }, "onnxClassifier.model"],
  [{ model: join(folder, "absent.onnx") }, "onnxClassifier.model"],
  [{ tokenizer: join(folder, "absent.json") }, "onnxClassifier.tokenizer"],
  [{ tokenizer: undefined }, "onnxClassifier.tokenizer"],
  [{ classes: [{ complexity: 0, category: "a" }, { complexity: 1 }] }, "onnxClassifier.classes"],
])("wrong options are named: %o", (options, named) => {
  expect(() => make(options as never)).toThrow(named);
});

test("a package that is not installed is named with what to install", () => {
  expect(() => make({ runtime: "onnxruntime-web" })).toThrow(
    "onnxClassifier needs the package onnxruntime-web: npm install onnxruntime-web",
  );
});
