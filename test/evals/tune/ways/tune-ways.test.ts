import { describe, expect, it } from "vitest";
import {
  fitSufficient,
  type OutcomeRecord,
  replay,
  type TuneWaysOptions,
  tuneWays,
} from "../../../../evals/index.ts";
import { seededRandom } from "../../../../evals/metrics/index.ts";
import { certifiedPolicy } from "../../../../evals/monitor/gate/certified-policy.ts";
import { tuningVersionOf } from "../../../../evals/tune/tuning-file.ts";
import { tuningSchema } from "../../../../evals/tune/tuning-schema.ts";
import { notRefused, sufficient } from "../../../../policies/checks/index.ts";
import { cascade } from "../../../../policies/index.ts";
import { type Check, createRouter } from "../../../../src/index.ts";
import { lossTest } from "../../../../src/loop/statistics/loss-test.ts";
import { fakeModel } from "../../../../src/testing/index.ts";
import { stated } from "../../../support/evals/records.ts";
import { wordOf } from "../../../support/evals/word-of.ts";
import { runs } from "../../../support/runs.ts";

interface World {
  readonly seed?: number;
  /** Probability that the small model is right where it is sure, and where it is not. */
  readonly sure?: number;
  readonly unsure?: number;
  readonly answers?: boolean;
  readonly latency?: boolean;
}

/**
 * Half of the answers are sure. Complexity says a little. The other small model says what is right in four of five
 * cases, and agrees with a wrong answer in one of ten.
 */
function worldOf(count: number, world: World = {}): OutcomeRecord[] {
  const { seed = 1, sure = 0.98, unsure = 0.5, answers = false, latency = true } = world;
  const random = seededRandom(seed);
  return Array.from({ length: count }, (_, index) => {
    const isSure = random() < 0.5;
    const right = random() < (isSure ? sure : unsure);
    const hard = Math.min(0.999, Math.max(0, (right ? 0.45 : 0.55) + 0.8 * (random() - 0.5)));
    const said = right ? `right ${index}` : `wrong ${index}`;
    const second = random() < (right ? 0.8 : 0.1) ? said : `other ${index}`;
    const ms = (latencyMs: number) => (latency ? { latencyMs } : {});
    return {
      id: `${seed}-${index}`,
      prompt: `${hard} of ${wordOf(100_000 * seed + index)}`,
      category: isSure ? "one" : "two",
      outcomes: {
        small: {
          quality: right ? 1 : 0,
          costUsd: 0.001,
          logprobConfidence: isSure ? -0.05 * random() : -0.5 - random(),
          outputTokens: 5,
          ...(answers ? { answer: said } : {}),
          ...ms(200),
        },
        other: { quality: 0.5, costUsd: 0.001, ...(answers ? { answer: second } : {}), ...ms(100) },
        large: { quality: 1, costUsd: 0.01, ...ms(1_000) },
      },
    };
  });
}

const options = {
  small: "small",
  large: "large",
  classifier: stated,
  target: { maxLoss: 0.05 },
  resamples: 50,
} as const satisfies TuneWaysOptions;
const records = worldOf(1_500, { answers: true });

describe("tuneWays", () => {
  it("compares what the records allow, and recommends one in a sentence", async () => {
    const file = await tuneWays(records, { ...options, other: "other" });
    const { ways, certificate } = file;
    expect(ways?.results.map(({ way }) => way)).toEqual(["threshold", "logprob", "agree", "both"]);
    expect(ways).toMatchObject({ maxLoss: 0.05, confidence: 0.95, level: expect.closeTo(0.0125, 12) });
    for (const { way, loss, pValue } of ways?.results ?? []) {
      expect(loss, way).toBeLessThanOrEqual(0.05);
      expect(pValue, way).toBeLessThanOrEqual(0.0125);
    }
    expect(ways?.sentence).toMatch(
      /^Take a cascade by .+: it saves [\d.]+ % of the cost at a certified loss of at most 0.05, and of the others .+\.$/,
    );
    expect(ways?.recommended).not.toBe("threshold");
    expect(certificate.confidence).toBe(0.95);
    expect(certificate.notes.join(" ")).toContain("4 ways were compared, each at a level of 0.0125");
  });

  it("writes a file that can be read, with a policy that replay gives the same outcomes", async () => {
    const file = await tuneWays(records, { ...options, other: "other", ways: ["both"] });
    expect(file.version).toBe(tuningVersionOf(file));
    const read = (await tuningSchema()).safeParse(JSON.parse(JSON.stringify(file)));
    expect(read.error).toBeUndefined();
    const policy = certifiedPolicy(file.policy, file.check);
    if (policy === undefined) throw new Error("not rebuilt");
    const models = ["small", "other", "large"];
    const again = await replay(records, { models, classifier: stated, policy });
    expect(again.quality).toBeCloseTo(file.certificate.quality.routed, 12);
    expect(again.costUsd).toBeCloseTo(file.certificate.costUsd?.routed ?? Number.NaN, 12);
  });

  it("counts the call of the other model", async () => {
    const { certificate } = await tuneWays(records, { ...options, other: "other", ways: ["agree"] });
    const { largeCallRate, costUsd } = certificate;
    // Small and other on every request that is not skipped, and large on those that do not agree.
    expect(costUsd?.routed).toBeGreaterThan(0.01 * largeCallRate + 0.0012);
    expect(costUsd?.routed).toBeLessThanOrEqual(0.01 * largeCallRate + 0.002 + 1e-12);
  });

  it("takes the simplest way that nothing is proven to be cheaper than", async () => {
    // Sure answers are right, all others wrong: agreement adds nothing.
    const certain = worldOf(1_000, { sure: 1, unsure: 0, answers: true });
    const { ways } = await tuneWays(certain, { ...options, other: "other", ways: ["both", "logprob"] });
    expect(ways?.recommended).toBe("logprob");
  });

  it("leaves the small model out where that saves time, and says at what cost", async () => {
    const { ways } = await tuneWays(records, { ...options, ways: ["logprob"] });
    const skipping = ways?.results[0]?.skipping;
    expect(skipping?.policy.parameters?.["skipAt"]).toBeGreaterThan(0);
    expect(skipping?.skipped).toBeGreaterThan(0);
    expect(skipping?.latencyMs.with).toBeLessThan(skipping?.latencyMs.without ?? 0);
    expect((skipping?.costUsd?.with ?? 1) - (skipping?.costUsd?.without ?? 0)).toBeLessThanOrEqual(0.0001);
    const quick = await tuneWays(records, { ...options, ways: ["logprob"], prefer: "latency" });
    expect(quick.policy).toEqual(skipping?.policy);
    expect(quick.certificate.loss).toBeLessThanOrEqual(0.05);
  });

  it("tunes the threshold of a check that other records fitted, and keeps it in the file", async () => {
    const check = await fitSufficient(worldOf(600, { seed: 7 }), {
      small: "small",
      large: "large",
      categories: true,
      resamples: 20,
    });
    const file = await tuneWays(records, { ...options, check, ways: ["sufficient"] });
    if (file.check === undefined) throw new Error("no check");
    expect(file.policy.parameters?.["unless"]).toBe(sufficient(file.check).name);
    expect(certifiedPolicy(file.policy, file.check)?.parameters).toEqual(file.policy.parameters);
    await expect(tuneWays(records, { ...options, small: "other", check })).rejects.toThrow("tuneWays.check");
  });

  it("certifies a router with the same cascade, whose check comes from the file", async () => {
    const check = await fitSufficient(worldOf(400, { seed: 7 }), {
      small: "small",
      large: "large",
      resamples: 5,
    });
    const tuning = await tuneWays(records, { ...options, check, ways: ["sufficient"], resamples: 5 });
    if (tuning.check === undefined) throw new Error("no check");
    const routerWith = (unless: Check) =>
      createRouter({
        models: { s: fakeModel({ name: "small" }), l: fakeModel({ name: "large" }) },
        classifier: stated,
        policy: cascade({
          first: "s",
          then: "l",
          unless,
          skipAt: tuning.policy.parameters?.["skipAt"] as number | undefined,
        }),
        tuning,
      });
    expect((await routerWith(sufficient(tuning.check)).decide("0.1 x")).certified).toBe(true);
    const other = await routerWith(notRefused()).decide("0.1 x");
    expect(other).toMatchObject({ certified: false, uncertified: expect.stringContaining("unless") });
  });

  it("does without costs and latencies: large calls are counted", async () => {
    const bare = worldOf(1_000, { latency: false }).map((record) => ({
      ...record,
      outcomes: Object.fromEntries(
        Object.entries(record.outcomes).map(([name, { costUsd: _, ...rest }]) => [name, rest]),
      ),
    }));
    const { ways, certificate } = await tuneWays(bare, options);
    expect(ways?.recommended).toBe("logprob");
    expect(ways?.sentence).toContain("of requests without the large model");
    expect(certificate.saving).toBeUndefined();
  });

  it("escalates where a record lacks what the check reads, and counts those records", async () => {
    const partly = records.map((record, index) => {
      if (index % 4 !== 0) return record;
      const { logprobConfidence: _, ...small } = record.outcomes["small"] ?? { quality: 0 };
      return { ...record, outcomes: { ...record.outcomes, small } };
    });
    const { ways, certificate } = await tuneWays(partly, { ...options, ways: ["logprob"] });
    expect(ways?.lacking).toEqual({ logprobConfidence: 375 });
    expect(certificate.largeCallRate).toBeGreaterThan(0.25);
  });

  it("refuses what it cannot compare, with what is missing", async () => {
    const refused = (changes: Partial<TuneWaysOptions>) => tuneWays(records, { ...options, ...changes });
    await expect(refused({ ways: ["agree"] })).rejects.toThrow("the name of another small model");
    await expect(refused({ ways: ["sufficient"] })).rejects.toThrow(
      "a check that was fitted on other records",
    );
    await expect(refused({ ways: ["luck" as never] })).rejects.toThrow("threshold, logprob, agree");
    await expect(refused({ ways: [] })).rejects.toThrow("tuneWays.ways");
    await expect(refused({ other: "small" })).rejects.toThrow("tuneWays.other");
    await expect(refused({ prefer: "fun" as never })).rejects.toThrow("tuneWays.prefer");
    await expect(refused({ target: { largeShare: 0.5 } })).rejects.toThrow("tuneWays.target");
    await expect(
      tuneWays(records.slice(0, 60), { ...options, target: { maxLoss: 0.01 }, other: "other" }),
    ).rejects.toThrow(/none of 4 ways can be certified/);
  });

  it("splits the level: of policies that are just bad enough, one of the ways rarely passes", async () => {
    const [ways, count, maxLoss, delta] = [4, 300, 0.05, 0.05];
    const draws = runs(150, 4_000);
    const units = Uint32Array.from({ length: count }, (_, index) => index);
    const random = seededRandom(11);
    const passedAt = async (level: number): Promise<number> => {
      const test = await lossTest({ guarantee: "regressions", units, delta: level });
      let passed = 0;
      for (let draw = 0; draw < draws; draw += 1) {
        let any = false;
        for (let way = 0; way < ways; way += 1) {
          const loss = Float64Array.from(units, () => Number(random() < maxLoss));
          if (test.pValue(loss, maxLoss) <= level) any = true;
        }
        if (any) passed += 1;
      }
      return passed / draws;
    };
    // 5 % and three standard errors of so many draws.
    expect(await passedAt(delta / ways)).toBeLessThanOrEqual(
      delta + 3 * Math.sqrt((delta * (1 - delta)) / draws),
    );
    expect(await passedAt(delta)).toBeGreaterThan(0.06);
  });
});
