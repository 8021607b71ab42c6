import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { trainClassifier } from "../../../evals/index.ts";
import { cheapestAbove } from "../../../policies/index.ts";
import type { Classification, Classifier, RequestFacts, RouterEvent } from "../../../src/contracts/index.ts";
import { createRouter } from "../../../src/index.ts";
import {
  complexity,
  complexityReference,
  length,
  type TrainedClassifier,
  trained,
} from "../../../src/router/classifiers/index.ts";
import { FORMAT_VERSION, versionOf } from "../../../src/router/classifiers/trained/trained-file.ts";
import { factsOf, fakeModel } from "../../../src/testing/index.ts";
import { openHop } from "../../support/hops/open-hop.ts";
import { runs } from "../../support/runs.ts";
import { topicRecords } from "../../support/topic-records.ts";

const hop = openHop();
const fileOf = async (candidate: string, base?: Classifier): Promise<TrainedClassifier> => {
  const records = topicRecords(160, { categories: true });
  return (await trainClassifier(records, { small: "small", large: "large", candidate, resamples: 20, base }))
    .file;
};
const ask = (classifier: Classifier, facts: RequestFacts): Classification =>
  classifier.classify(facts, hop) as Classification;

let mean: TrainedClassifier;
beforeAll(async () => {
  mean = await fileOf("mean");
});

const tableScore = ({ score, quantiles }: TrainedClassifier) => ({
  score: [{ ...score[0], part: "table" }],
  quantiles,
});

const easy = factsOf({ ask: "tell me about the hotel and the beach of the island" });
const hard = factsOf({ ask: "tell me about the lemma and the proof of the theorem" });

describe("trained", () => {
  it("rates asks as hard where the small model failed, and expects lower quality there", () => {
    const classifier = trained(JSON.parse(JSON.stringify(mean)));
    const [low, high] = [ask(classifier, easy), ask(classifier, hard)];
    expect(high.complexity).toBeGreaterThan(low.complexity + 0.3);
    expect(high.quality?.["small"]).toBeLessThan((low.quality?.["small"] ?? 0) - 0.1);
    expect(Object.keys(high.quality ?? {})).toEqual(
      ["large", "small"].sort((a, b) => mean.models.indexOf(a) - mean.models.indexOf(b)),
    );
    expect(classifier).toMatchObject({ name: "trained", version: mean.version });
  });

  it("gives each candidate a complexity that is uniform on held-out records: half lie above 0.5", () => {
    const classifier = trained(mean);
    const fresh = topicRecords(400, { seed: 9 }).map(
      ({ prompt = "" }) => ask(classifier, factsOf({ ask: prompt })).complexity,
    );
    const above = fresh.filter((value) => value > 0.5).length / fresh.length;
    expect(Math.abs(above - 0.5)).toBeLessThan(0.12);
  });

  it("uses the category where the score is a table, and the mean for an unknown one", async () => {
    const classifier = trained(await fileOf("table"));
    const of = (category?: string) => ask(classifier, factsOf({ category })).complexity;
    expect(of("proofs")).toBeGreaterThan(of("travel"));
    expect(of("__proto__")).toBe(of());
    expect(of("travel")).toBeLessThanOrEqual(of());
  });

  it("explains itself with signals: the parts add up to the score", () => {
    const { signals = {} } = ask(trained(mean, { signals: true }), hard);
    const { score = Number.NaN, ...parts } = signals;
    expect(Object.keys(parts).sort()).toEqual(["default", "landmarks", "length", "logistic"]);
    expect(Object.values(parts).reduce((sum, value) => sum + value, 0)).toBeCloseTo(score, 9);
    expect(ask(trained(mean), hard).signals).toBeUndefined();
  });

  it("is a monotone blend: a higher complexity by the base never lowers its own", async () => {
    const stated = { name: "stated", version: "1", value: 0, classify: () => ({ complexity: stated.value }) };
    const file = await fileOf("blend", stated);
    const classifier = trained(file, { base: stated });
    const under = (value: number, text: string): number => {
      stated.value = value;
      return ask(classifier, factsOf({ ask: text })).complexity;
    };
    const unit = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.string(), unit, unit, (text, a, b) => {
        expect(under(Math.max(a, b), text)).toBeGreaterThanOrEqual(under(Math.min(a, b), text));
      }),
      { numRuns: runs(100, 2_000) },
    );
  });

  it("does not depend on the order of keys", () => {
    const classifier = trained(mean);
    const turned = Object.fromEntries(Object.entries(hard).reverse()) as unknown as RequestFacts;
    expect(ask(classifier, turned)).toEqual(ask(classifier, hard));
  });

  it("accepts only names of models that are in the file", () => {
    expect(() => trained(mean, { models: ["small", "large"] })).not.toThrow();
    expect(() => trained(mean, { models: ["small", "huge"] })).toThrow(
      /trained.models must be a model of the file: .*small.*, got "huge"/,
    );
  });

  it.each<[string, () => unknown, RegExp]>([
    ["nothing", () => undefined, /trained.file must be the JSON of a file/],
    ["another thing", () => ({ threshold: 0.7 }), /trained.file must be the JSON of a file/],
    [
      "another version",
      () => ({ ...mean, formatVersion: FORMAT_VERSION + 1 }),
      /formatVersion must be 3, .*: train again, got 4/,
    ],
    [
      "a changed field",
      () => ({ ...mean, seed: 2 }),
      /trained.file.version must be the hash of the other fields/,
    ],
    ["a missing field", () => ({ ...mean, curves: undefined }), /trained.file.version must be the hash/],
    [
      "columns that are too short",
      () => {
        const cut = { ...mean, examples: { ...mean.examples, buckets: "" } };
        return { ...cut, version: versionOf(cut) };
      },
      /trained.file.examples must be columns of the stated length/,
    ],
  ])("refuses %s, and names the field that differs", (_, file, message) => {
    expect(() => trained(file())).toThrow(message);
  });

  it("rates requests with and without a listed category, each in its own reference distribution", async () => {
    const records = topicRecords(160, { categories: true });
    const { file } = await trainClassifier(records, { small: "small", large: "large", resamples: 20 });
    const classifier = trained(file, { signals: true });
    const of = (category?: string) => ask(classifier, { ...hard, category });
    expect(of("proofs").signals?.["table"]).toBeGreaterThan(0);
    expect(of("travel").complexity).toBeLessThan(of("proofs").complexity);
    for (const category of ["never seen", "__proto__", "constructor", ""]) expect(of(category)).toEqual(of());
    expect(of().signals?.["table"]).toBeUndefined();
  });

  it.each<[string, (file: TrainedClassifier) => object, string]>([
    [
      "a weight beyond all numbers",
      ({ score }) => ({ score: [{ ...score[0], weight: Number.POSITIVE_INFINITY }] }),
      "score",
    ],
    ["a deviation of 0", ({ score }) => ({ score: [{ ...score[0], deviation: 0 }] }), "score"],
    ["a part that is none", ({ score }) => ({ score: [{ ...score[0], part: "toString" }] }), "score"],
    ["no score", () => ({ score: [] }), "score"],
    ["quantiles that fall", ({ quantiles }) => ({ quantiles: [...quantiles].reverse() }), "quantiles"],
    [
      "a category score without its table",
      (file) => ({ withCategory: tableScore(file), table: undefined }),
      "table",
    ],
    ["models of one name", () => ({ models: ["small", "small", "large"] }), "models"],
    ["no large model", () => ({ large: "huge" }), "small"],
    ["heads of another number", ({ logistic }) => ({ logistic: { ...logistic, heads: [] } }), "logistic"],
    [
      "a head without structure",
      ({ logistic }) => ({ logistic: { ...logistic, heads: [{}, {}] } }),
      "logistic",
    ],
    ["a score without landmarks", () => ({ landmarks: undefined }), "landmarks"],
    [
      "bumps of one model that are cut off",
      ({ landmarks }) => ({ landmarks: landmarks && { ...landmarks, small: { weights: "", bias: 0 } } }),
      "landmarks",
    ],
    [
      "landmarks without a model",
      ({ landmarks }) => ({ landmarks: { ...landmarks, large: undefined } }),
      "landmarks",
    ],
    [
      "landmarks that are cut off",
      ({ landmarks }) => ({ landmarks: { ...landmarks, places: "" } }),
      "landmarks",
    ],
    ["a latent space of text", ({ latent }) => ({ latent: { ...latent, count: "many" } }), "latent"],
    ["examples without a count", ({ examples }) => ({ examples: { ...examples, count: -1 } }), "examples"],
    ["curves that are none", () => ({ curves: [{}, {}] }), "curves"],
    ["a table of what is no number", () => ({ table: { gains: [["a", null]], otherwise: 0 } }), "table"],
    [
      "structure of another length",
      ({ structure }) => ({ structure: { ...structure, means: [] } }),
      "structure",
    ],
  ])("refuses %s, though the hash is right, and names the field", (_, change, field) => {
    const changed = JSON.parse(JSON.stringify({ ...mean, ...change(mean) })) as TrainedClassifier;
    expect(() =>
      trained({ ...changed, ...change(mean), version: versionOf({ ...changed, ...change(mean) }) }),
    ).toThrow(new RegExp(`^trained\\.file\\.${field}[. ]`));
  });

  it("refuses more than a megabyte", () => {
    const large = { ...mean, candidate: "x".repeat(1_000_001) };
    expect(() => trained({ ...large, version: versionOf(large) })).toThrow(/JSON of at most 1000000 bytes/);
  });

  it("states a quality under any name of a model", async () => {
    const records = topicRecords(60).map(({ outcomes, ...record }) => ({
      ...record,
      outcomes: Object.fromEntries([
        ["__proto__", outcomes["small"] ?? { quality: 0 }],
        ["constructor", outcomes["large"] ?? { quality: 1 }],
      ]),
    }));
    const pair = { small: "__proto__", large: "constructor", resamples: 5 };
    const { file } = await trainClassifier(records, pair);
    const { quality = {} } = ask(trained(JSON.parse(JSON.stringify(file))), hard);
    expect(Object.keys(quality).sort()).toEqual(["__proto__", "constructor"]);
    expect(Object.values(quality).every((value) => value >= 0 && value <= 1)).toBe(true);
  });

  it("refuses a file that was trained with another base classifier", async () => {
    const beside = await fileOf("mean", length());
    expect(() => trained(beside)).toThrow(
      /trained.file.base must be complexity@.*, the given base classifier: train again with it, got "length@/,
    );
    expect(() => trained(beside, { base: length() })).not.toThrow();
  });

  it("refuses signals that only count as true", () => {
    expect(() => trained(mean, { signals: 1 } as object)).toThrow(/trained.signals must be a boolean/);
  });
});

describe("in a router", () => {
  it("lets a policy choose among three models by their calibrated qualities", async () => {
    const names = ["small", "middle", "large"] as const;
    // Worse than the large model everywhere, and good enough for travel where the small one is not.
    const records = topicRecords(600).map((record) => {
      const travel = (record.outcomes["small"]?.quality ?? 0) > 0.5;
      const quality = travel ? [0.6, 0.9, 1] : [0.1, 0.4, 1];
      return {
        ...record,
        outcomes: Object.fromEntries(names.map((name, index) => [name, { quality: quality[index] ?? 0 }])),
      };
    });
    const { file } = await trainClassifier(records, {
      small: "small",
      large: "large",
      models: names,
      resamples: 20,
    });
    const model = (name: string, usd: number) =>
      fakeModel({ name, price: { usdPerMillionInputTokens: usd, usdPerMillionOutputTokens: usd } });
    const router = createRouter({
      models: { small: model("small", 1), middle: model("middle", 2), large: model("large", 9) },
      policy: cheapestAbove(0.7),
      classifier: trained(file),
    });
    const travel = await router.decide("tell me about the hotel and the beach of the island");
    const proof = await router.decide("tell me about the lemma and the proof of the theorem");
    expect([travel.model, proof.model]).toEqual(["middle", "large"]);
    for (const { candidates } of [travel, proof]) {
      const [small = 0, middle = 0, large = 0] = candidates.map(({ estimatedQuality }) => estimatedQuality);
      expect(small).toBeLessThan(middle);
      expect(middle).toBeLessThan(large);
    }
  });
});

describe("a classifier that is not recommended", () => {
  it("is accepted by a router, which reports it once with the reason", async () => {
    const changed = { ...mean, notRecommended: "typos move 30 % of 200 prompts", recommended: false };
    const classifier = trained({ ...changed, version: versionOf(changed) });
    const events: RouterEvent[] = [];
    const router = createRouter({
      models: { small: fakeModel({ name: "small" }), large: fakeModel({ name: "large" }) },
      policy: cheapestAbove(0.7),
      classifier,
      onEvent: (event) => void events.push(event),
    });
    await router.decide("tell me about the lemma");
    expect(events.filter(({ type }) => type === "classifier-not-recommended")).toEqual([
      {
        type: "classifier-not-recommended",
        classifier: { name: "trained", version: classifier.version },
        reason: "typos move 30 % of 200 prompts",
      },
    ]);
  });

  it("must give a reason", () => {
    const options = {
      models: { small: fakeModel({ name: "small" }), large: fakeModel({ name: "large" }) },
      policy: cheapestAbove(0.7),
    };
    const classifier = { ...length(), notRecommended: 7 as unknown as string };
    expect(() => createRouter({ ...options, classifier })).toThrow(/classifier.notRecommended must be/);
  });
});

describe("the reference distributions", () => {
  it("have one shape: ascending quantiles, equally spaced, for trained files and for the default", () => {
    for (const quantiles of [Array.from(complexityReference()), mean.quantiles]) {
      expect(quantiles).toHaveLength(129);
      expect([...quantiles].sort((a, b) => a - b)).toEqual(quantiles);
    }
  });

  it("are the distributions in which complexity is the rank", () => {
    const middle = complexityReference()[64] ?? Number.NaN;
    const { complexity: rank, signals = {} } = ask(complexity({ signals: true }), easy);
    expect(rank > 0.5).toBe((signals["score"] ?? Number.NaN) > middle);
  });
});
