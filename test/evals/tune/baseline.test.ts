import { describe, expect, it } from "vitest";
import { MAX_KEYS } from "../../../evals/data/split/record-keys.ts";
import { baselineOf, recordedQualities, roundedQuality } from "../../../evals/tune/baseline.ts";
import { tuningSchema } from "../../../evals/tune/tuning-schema.ts";
import { recordOf } from "../../support/evals/records.ts";
import { tuned } from "../../support/evals/tuned.ts";

const models = { small: "vllm:qwen", large: "openai:gpt-5" } as const;
const { certificate } = tuned();

const baseline = (count: number, costs = true) => {
  const records = Array.from({ length: count }, (_, index) =>
    recordOf(
      `secret ${index}`,
      {
        [models.small]: { quality: (index % 3) / 2, ...(costs ? { costUsd: 1 } : {}) },
        [models.large]: { quality: 1, ...(costs ? { costUsd: 3 } : {}) },
      },
      { session: `s${Math.floor(index / 2)}` },
    ),
  );
  const complexity = Float64Array.from(records, (_, index) => index / count);
  const found = { kind: "threshold", threshold: 0.5, models: Object.values(models), certificate } as const;
  return baselineOf(found, records, complexity, models);
};

describe("the baseline of a tuning file", () => {
  it("holds means with errors over units, and the qualities of each record by its id", () => {
    const made = baseline(600);
    expect(made).toMatchObject({ records: 600, units: 300 });
    expect(made.quality[models.small]?.mean).toBeCloseTo(0.5, 9);
    expect(made.quality[models.large]).toEqual({ mean: 1, error: 0 });
    expect(made.largeCallRate?.mean).toBeCloseTo(0.5, 9);
    expect(made.costUsd?.mean).toBeCloseTo(2, 9);
    expect(made.loss?.mean).toBeCloseTo(0.25, 2);
    const of = recordedQualities(made);
    expect(of("secret 4")).toEqual(
      new Map([
        [models.small, 0.5],
        [models.large, 1],
      ]),
    );
    expect(of("another")).toBeUndefined();
    expect(baseline(10, false).costUsd).toBeUndefined();
    for (const quality of [0, 1 / 3, 0.5, 0.7, 1]) expect(roundedQuality(quality)).toBeCloseTo(quality, 12);
  });

  it("is bounded whatever the number of records, and holds no id and no text", () => {
    const text = JSON.stringify(baseline(MAX_KEYS + 500));
    expect(text.length).toBeLessThan(160_000);
    expect(text).not.toContain("secret");
  });

  it("is checked on reading", async () => {
    const schema = await tuningSchema();
    const read = (changed: object) =>
      schema.safeParse({ ...tuned(), baseline: { ...baseline(20), ...changed } }).success;
    expect(read({})).toBe(true);
    expect(schema.safeParse(tuned()).success).toBe(true);
    expect(read({ qualities: { [models.small]: "AAAA" } })).toBe(false);
    expect(read({ ids: "?" })).toBe(false);
    expect(read({ loss: { mean: 2, error: 0 } })).toBe(false);
  });

  it("does not state of other policies what thresholds do not determine", () => {
    const records = [recordOf("a", { x: { quality: 1 }, y: { quality: 1 } })];
    const of = { kind: "policies", models: ["x", "y"], certificate } as const;
    const made = baselineOf(of, records, Float64Array.of(0.5), { small: "x", large: "y" });
    expect(made.loss).toBeUndefined();
    // A single unit has no error: JSON knows no infinity.
    expect(made.quality["x"]).toEqual({ mean: 1, error: 1 });
  });
});
