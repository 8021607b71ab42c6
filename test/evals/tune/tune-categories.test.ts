import { describe, expect, it } from "vitest";
import { type OutcomeRecord, replay, tuneCategories } from "../../../evals/index.ts";
import { certifiedPolicy } from "../../../evals/monitor/gate/certified-policy.ts";
import { isRouterError } from "../../../src/index.ts";
import { stated } from "../../support/evals/records.ts";
import { tuneRecords } from "../../support/evals/tune-records.ts";

const options = {
  small: "small",
  large: "large",
  classifier: stated,
  target: { maxLoss: 0.05 },
  resamples: 50,
} as const;

/** Chats are easy throughout, proofs from 0.3 on hard; of poems there are few, and some requests are of no category. */
const mixed: readonly OutcomeRecord[] = [
  ...tuneRecords(1_500, { small: () => 0.95, of: (index) => ({ id: `c${index}`, category: "chat" }) }),
  ...tuneRecords(1_500, {
    seed: 2,
    small: (complexity) => (complexity < 0.3 ? 0.95 : 0.3),
    of: (index) => ({ id: `p${index}`, category: "proof" }),
  }),
  ...tuneRecords(30, { seed: 3, of: (index) => ({ id: `o${index}`, category: "poem" }) }),
  ...tuneRecords(100, {
    seed: 4,
    of: (index) => ({ id: `n${index}`, ...(index % 2 ? { category: "" } : {}) }),
  }),
];

describe("thresholds by category", () => {
  it("differ, hold all at once, and leave a category of few records to the large model, which is named", async () => {
    const file = await tuneCategories(mixed, options);
    const [chat, poem, proof] = file.categories ?? [];
    expect(file).toMatchObject({ kind: "categories", threshold: 0, policy: { name: "byTask" } });
    expect(chat).toMatchObject({ category: "chat", certificate: { records: 1_500, maxLoss: 0.05 } });
    expect(chat?.threshold).toBeGreaterThan(0.9);
    expect(proof?.threshold).toBeGreaterThan(0.2);
    expect(proof?.threshold).toBeLessThan(0.45);
    // Poems take no part of delta.
    expect(chat?.certificate?.confidence).toBeCloseTo(0.975, 12);
    expect(proof?.certificate?.pValue).toBeLessThanOrEqual(0.025);
    expect(poem).toEqual({
      category: "poem",
      threshold: 0,
      records: 30,
      problem: "too few records to prove anything",
    });
    const { certificate } = file;
    expect(certificate).toMatchObject({ records: 3_130, confidence: 0.95, maxLoss: 0.05 });
    expect(certificate.pValue).toBeLessThanOrEqual(0.05);
    expect(certificate.upperBound).toBeLessThanOrEqual(0.05);
    expect(certificate.notes[0]).toMatch(/for lack of evidence: poem\.$/);
    expect(certificate.notes[1]).toBe("It holds for each category by itself, all of them at once.");
  });

  it("are one policy, which replays to what the certificate says", async () => {
    const { policy, certificate } = await tuneCategories(mixed, options);
    const rebuilt = certifiedPolicy(policy);
    if (rebuilt === undefined) throw new Error("not rebuilt");
    const replayed = await replay(mixed, {
      models: ["small", "large"] as string[],
      classifier: stated,
      policy: rebuilt,
    });
    expect(replayed.quality).toBeCloseTo(certificate.quality.routed, 12);
    expect(replayed.costUsd).toBeCloseTo(certificate.costUsd?.routed ?? 0, 12);
    expect(replayed.callRates["large"]).toBeCloseTo(certificate.largeCallRate, 12);
  });

  it("are refused without categories, for other targets, and where nothing is proven anywhere", async () => {
    await expect(tuneCategories(tuneRecords(50), options)).rejects.toThrow(
      "records must be records with a category, or a classifier that gives one",
    );
    await expect(tuneCategories(mixed, { ...options, target: { largeShare: 0.5 } })).rejects.toThrow(
      "tuneCategories.target must be { maxLoss }",
    );
    const few = tuneRecords(60, { of: (index) => ({ category: index % 3 === 0 ? "a" : "b" }) });
    const error: unknown = await tuneCategories(few, options).catch((one: unknown) => one);
    if (!isRouterError(error, "insufficient-evidence")) throw error;
    expect(error.message).toMatch(/the largest one is "b": 40 records, about \d+ would do$/);
  });

  it("say what the nearest category lacks where all have records enough and lose too much", async () => {
    const lossy = tuneRecords(2_000, {
      small: () => 0.6,
      complexity: () => 0.5,
      of: (index) => ({ category: index % 4 === 0 ? "a" : "b" }),
    });
    const error: unknown = await tuneCategories(lossy, options).catch((one: unknown) => one);
    if (!isRouterError(error, "insufficient-evidence")) throw error;
    expect(error.recordsNeeded).toBe(Number.POSITIVE_INFINITY);
    expect(error.message).toMatch(
      /^no category can be certified to lose at most 0\.05; the nearest to it is "[ab]": \d+ records, and more like these would not do$/,
    );
  });

  it("are not always-small where a record of the category could not be classified", async () => {
    const complexity = (random: () => number): number => (random() < 0.1 ? 1 : random());
    const easy = tuneRecords(1_500, {
      small: () => 0.99,
      complexity,
      of: (index) => ({ category: "chat", ...(index === 7 ? { prompt: "no number" } : {}) }),
    });
    const code = tuneRecords(1_500, {
      seed: 2,
      small: () => 0.99,
      complexity,
      of: (index) => ({ id: `c${index}`, category: "code" }),
    });
    const { categories = [], certificate } = await tuneCategories([...easy, ...code], options);
    const [chat, other] = categories;
    expect(certificate.notes.join()).not.toContain("Always-small");
    expect(other?.certificate?.notes.join()).not.toContain("Always-small");
    expect([chat?.threshold, other?.threshold]).toEqual([1, 1.01]);
    expect(chat?.certificate?.notes).toContain(
      "Always-small was not tried: 1 record could not be classified.",
    );
  });
});
