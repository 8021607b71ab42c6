import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { compare, pairOutcomes, readOutcomes, replayCases } from "../../evals/index.ts";
import { apgr, orderByScore, routingCurve, seededRandom } from "../../evals/metrics/index.ts";
import type { Classifier } from "../../src/contracts/index.ts";
import { routeLlmApgr } from "../support/evals/route-llm-form.ts";
import { runs } from "../support/runs.ts";

const folder = process.env["SWITCHPOINT_DATA"] ?? "../shared/data";
const mmlu = join(folder, "benchmark/routellm_mmlu.jsonl.gz");
const cascades = join(folder, "validation/rational_cascades.jsonl.gz");
const small = "mistralai/Mixtral-8x7B-Instruct-v0.1";
const large = "gpt-4-1106-preview";

const present = existsSync(mmlu) && existsSync(cascades);
if (!present) console.log(`skipped: no data sets in ${folder} (SWITCHPOINT_DATA)`);

const characters: Classifier = {
  name: "characters",
  version: "1",
  classify: ({ askCharacters }) => ({ complexity: 1 - 1 / (1 + askCharacters / 300) }),
};

describe.skipIf(!present)("metrics on published outcomes", () => {
  it("give on MMLU what the literature gives: random 0.50, length 0.58", async () => {
    const { rows, records } = await compare(readOutcomes(mmlu), {
      small,
      large,
      classifier: characters,
      resamples: runs(10, 40),
    });
    expect(records).toBe(14_042);
    const rowOf = (name: string) => rows.find((row) => row.name === name);
    expect(rowOf("random")?.apgr?.value).toBeCloseTo(0.5, 9);
    expect(rowOf("random")?.cpt50?.value).toBeCloseTo(0.5, 9);
    expect(rowOf("length")?.apgr?.value).toBeCloseTo(0.586, 3);
    expect(rowOf("length")?.apgr?.low).toBeCloseTo(0.566, 1);
    expect(rowOf("characters")?.apgr).toEqual(rowOf("length")?.apgr);
    expect(rowOf("always-small")?.quality?.value).toBeCloseTo(0.681, 3);
    expect(rowOf("always-large")?.quality?.value).toBeCloseTo(0.806, 3);
    expect(rowOf("oracle")?.quality?.value).toBeCloseTo(0.859, 3);
    expect(rowOf("oracle")?.largeCallRate?.value).toBeCloseTo(0.178, 3);
  });

  it("agree with RouteLLM's 11-point form to within 0.005", async () => {
    const { cases } = await replayCases(readOutcomes(mmlu), { models: [small, large] });
    const pair = pairOutcomes(cases, small, large);
    const random = seededRandom(1);
    // Lengths tie: noise of less than one character makes the deciles distinct.
    const byLength = cases.map(({ context }) => context.request.askCharacters + random() * 0.9);
    const byChance = cases.map(() => random());
    for (const scores of [byLength, byChance]) {
      const exact = apgr(routingCurve(pair, orderByScore(scores))) ?? Number.NaN;
      const eleven = routeLlmApgr(scores, pair.small.quality, pair.large.quality);
      expect(Math.abs(exact - eleven)).toBeLessThan(0.005);
    }
  });

  it("have costs and AIQ where the outcomes carry costs", async () => {
    const { rows, skipped } = await compare(readOutcomes(cascades), {
      small: "llama3.1-8b",
      large: "llama3.1-405b",
      classifier: characters,
      resamples: runs(5, 20),
    });
    expect(skipped).toBe(0);
    const oracle = rows.at(-1);
    for (const row of rows) {
      expect(row.costUsd?.value).toBeGreaterThan(0);
      if (row.aiq !== undefined) expect(oracle?.aiq?.value).toBeGreaterThanOrEqual(row.aiq.value);
    }
    expect(rows.filter((row) => row.aiq !== undefined).map((row) => row.name)).toEqual([
      "characters",
      "random",
      "length",
      "oracle",
    ]);
  });
});
