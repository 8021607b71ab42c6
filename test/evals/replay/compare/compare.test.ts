import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ComparisonRow, compare, type OutcomeRecord, replay } from "../../../../evals/index.ts";
import { threshold } from "../../../../policies/index.ts";
import { recordOf, stated } from "../../../support/evals/records.ts";
import { numRuns } from "../../../support/runs.ts";

const both = (id: string, small: number, large: number, costUsd?: readonly [number, number]) =>
  recordOf(id, {
    s: { quality: small, costUsd: costUsd?.[0] },
    l: { quality: large, costUsd: costUsd?.[1] },
  });

/** The records of the hand-worked metrics, as a classifier meets them. */
const records: readonly OutcomeRecord[] = [
  both("0.9 first", 0, 1, [1, 3]),
  both("0.6 the second", 1, 1, [1, 3]),
  both("0.6 third", 0, 1, [1, 5]),
  both("0.1 x", 1, 0, [1, 5]),
];

const options = { small: "s", large: "l", classifier: stated, resamples: 20 };

function valuesOf(row: ComparisonRow | undefined): Record<string, number | undefined> {
  const { name, ...estimates } = row ?? ({ name: "" } as ComparisonRow);
  return Object.fromEntries(Object.entries(estimates).map(([metric, estimate]) => [metric, estimate?.value]));
}

describe("compare", () => {
  it("sets the classifier beside random, length, the two models and the oracle", async () => {
    const { rows, ...rest } = await compare(records, { ...options, threshold: 0.6 });
    expect(rest).toEqual({
      small: "s",
      large: "l",
      classifier: "stated@1",
      threshold: 0.6,
      records: 4,
      skipped: 0,
      unclassified: 0,
      complexities: 3,
      prompts: 4,
    });
    expect(rows.map(({ name }) => name)).toEqual([
      "stated",
      "random",
      "length",
      "always-small",
      "always-large",
      "oracle",
    ]);
    const [ours, atRandom, , small, large, oracle] = rows.map(valuesOf);
    expect(ours).toEqual({
      quality: 1,
      costUsd: 3,
      largeCallRate: 0.75,
      pgr: 2,
      apgr: 1.25,
      cpt50: 0.125,
      cpt80: expect.closeTo(0.2, 12),
      aiq: 0.875,
      regret: 0,
    });
    expect(atRandom).toMatchObject({ quality: 0.6875, largeCallRate: 0.75, apgr: 0.5, cpt50: 0.5 });
    expect(atRandom?.["cpt80"]).toBeCloseTo(0.8, 12);
    expect(small).toMatchObject({
      quality: 0.5,
      costUsd: 1,
      largeCallRate: 0,
      pgr: 0,
      apgr: undefined,
      regret: 0.5,
    });
    expect(large).toMatchObject({ quality: 0.75, costUsd: 4, largeCallRate: 1, pgr: 1, apgr: undefined });
    expect(oracle).toMatchObject({ quality: 1, costUsd: 2.5, largeCallRate: 0.5, regret: 0, pgr: 2 });
    expect(oracle?.["aiq"]).toBeCloseTo(2.6875 / 3, 12);
  });

  it("gives length the same large-call rate, with a lottery among prompts of one length", async () => {
    const tied = ["aa", "bb", "c", "ddd"].map((prompt, index) =>
      recordOf(prompt, both(prompt, index % 2, 1).outcomes),
    );
    const half = {
      name: "half",
      version: "1",
      classify: ({ ask }: { ask: string }) => ({ complexity: ask < "bc" ? 1 : 0 }),
    };
    const { rows } = await compare(tied, { ...options, classifier: half });
    const length = rows.find(({ name }) => name === "length");
    // "ddd" and one of "aa" and "bb": qualities 1, and 0.5 of (0 -> 1), 0.5 of (1 -> 1), and 0 for "c".
    expect(length?.largeCallRate?.value).toBe(0.5);
    expect(length?.quality?.value).toBe((1 + 0.5 + 1 + 0) / 4);
  });

  it("says that cost metrics are not applicable where one outcome has no cost", async () => {
    const { rows } = await compare([...records, both("0.5 free", 1, 1)], options);
    for (const row of rows) expect(row).toMatchObject({ costUsd: undefined, aiq: undefined });
    expect(rows[0]?.quality).toBeDefined();
  });

  it("says that gap metrics are not applicable where the large model is not better", async () => {
    const { rows } = await compare([both("0.9", 1, 0), both("0.1", 1, 1)], options);
    for (const row of rows) expect(row).toMatchObject({ pgr: undefined, apgr: undefined, cpt50: undefined });
  });

  it("shows length once when it is the classifier", async () => {
    const length = { name: "length", version: "1", classify: () => ({ complexity: 0.5 }) };
    const { rows } = await compare(records, { ...options, classifier: length });
    expect(rows.filter(({ name }) => name === "length")).toHaveLength(1);
  });

  it("sends what could not be classified to the large model", async () => {
    const { rows, unclassified } = await compare([...records, both("unclear", 0, 1)], {
      ...options,
      threshold: 1,
    });
    expect(unclassified).toBe(1);
    expect(rows[0]?.largeCallRate?.value).toBe(0.2);
  });

  it("draws records that ask the same together", async () => {
    const same = records.map((record) => ({ ...record, group: "one" }));
    const { rows, prompts } = await compare(same, options);
    expect(prompts).toBe(1);
    // Of one group there is no interval, and not one of no width.
    expect(rows[3]?.quality).toEqual({ value: 0.5, low: undefined, high: undefined });
  });

  it("agrees with the replay of the threshold policy, and no row beats the oracle", async () => {
    const quality = fc.integer({ min: 0, max: 4 }).map((step) => step / 4);
    const cell = fc.record({ complexity: fc.integer({ min: 0, max: 9 }), small: quality, large: quality });
    await fc.assert(
      fc.asyncProperty(
        fc.array(cell, { minLength: 1, maxLength: 20 }),
        fc.integer({ min: 0, max: 9 }),
        async (rows, cut) => {
          const at = cut / 10;
          const given = rows.map((row, index) =>
            both(`${row.complexity / 10} ${index}`, row.small, row.large),
          );
          const compared = await compare(given, { ...options, threshold: at, resamples: 1 });
          const policy = threshold({ small: "s", large: "l", at });
          const replayed = await replay(given, { models: ["s", "l"], policy, classifier: stated });
          expect(compared.rows[0]?.quality?.value).toBeCloseTo(replayed.quality, 9);
          expect(compared.rows[0]?.largeCallRate?.value).toBeCloseTo(replayed.callRates.l, 9);
          const best = compared.rows.at(-1)?.quality?.value ?? Number.NaN;
          for (const row of compared.rows) {
            expect(row.quality?.value).toBeLessThanOrEqual(best + 1e-9);
            expect(row.regret?.value).toBeGreaterThanOrEqual(-1e-9);
          }
        },
      ),
      numRuns(1_000),
    );
  });

  it("refuses options that cannot be meant", async () => {
    await expect(compare(records, { ...options, threshold: 7 })).rejects.toThrow(/compare\.threshold/);
    await expect(compare(records, { ...options, large: "s" })).rejects.toThrow(
      /compare\.large must be another model/,
    );
    await expect(compare(records, { ...options, large: "x" })).rejects.toThrow(
      /that the records name: l, s, got "x"/,
    );
    const apart = [recordOf("0.1", { s: { quality: 1 } }), recordOf("0.2", { l: { quality: 1 } })];
    await expect(compare(apart, options)).rejects.toThrow(/records with outcomes of both s and l/);
  });
});
