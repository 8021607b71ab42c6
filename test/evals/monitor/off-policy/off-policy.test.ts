import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { joinDecisions, replay } from "../../../../evals/index.ts";
import { type OffPolicyOptions, offPolicy } from "../../../../evals/monitor/off-policy/index.ts";
import { always, cascade, explore, threshold } from "../../../../policies/index.ts";
import type { Policy } from "../../../../src/contracts/index.ts";
import { seededRandom } from "../../../../src/loop/statistics/seeded-random.ts";
import {
  costUsd,
  type Id,
  looksRight,
  serve,
  type World,
  worldOf,
} from "../../../support/evals/logged-world.ts";
import { stated } from "../../../support/evals/records.ts";
import { runs } from "../../../support/runs.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "off-policy-"));
});
afterAll(() => rm(folder, { recursive: true }));

const at = (value: number) => threshold<Id>({ small: "small", large: "large", at: value });
const few = { resamples: 100 } satisfies OffPolicyOptions;

async function estimate(
  world: World,
  files: { readonly log: string; readonly feedback: string },
  policy: Policy<Id>,
  options: OffPolicyOptions = few,
) {
  const router = world.router(policy);
  return offPolicy(joinDecisions(files).decisions(), router, options);
}

const truthOf = ({ records }: World, policy: Policy<Id>) =>
  replay(records, { models: ["small", "large"], policy, classifier: stated });

const isFull = runs(0, 1) === 1;

describe("a log of our router", () => {
  it("tells what another threshold would have brought, with intervals that hold", async () => {
    const logs = isFull ? 400 : 3;
    const covered = { ips: 0, snips: 0, dr: 0, drCost: 0, difference: 0, lowerBound: 0 };
    const widths = { ips: 0, snips: 0, dr: 0 };
    for (let seed = 0; seed < logs; seed += 1) {
      const world = worldOf(1_200, 10 * seed + 1);
      const files = await serve(world, explore(0.5, at(0.4)), folder, `log-${seed}`);
      const { quality, costUsd: cost } = await estimate(world, files, at(0.7), { resamples: 1 });
      if (quality === undefined || cost === undefined) throw new Error("nothing was estimated");
      // Of the world: what the records show on average.
      const truth = 0.7 * 0.95 - (0.7 * 0.7 ** 3) / 3 + 0.3 * 0.93;
      const logged =
        0.75 * (0.4 * 0.95 - (0.7 * 0.4 ** 3) / 3 + 0.6 * 0.93) +
        0.25 * (0.4 * 0.93 + 0.6 * 0.95 - (0.7 * (1 - 0.4 ** 3)) / 3);
      const costTruth = 0.7 * costUsd.small + 0.3 * costUsd.large;
      const holds = (value: number, one: { low?: number | undefined; high?: number | undefined }) =>
        Number((one.low ?? Number.NaN) <= value && value <= (one.high ?? Number.NaN));
      for (const name of ["ips", "snips", "dr"] as const) {
        covered[name] += holds(truth, quality.estimates[name]);
        widths[name] += ((quality.estimates[name].high ?? 0) - (quality.estimates[name].low ?? 0)) / logs;
      }
      covered.drCost += holds(costTruth, cost.estimates.dr);
      covered.difference += holds(truth - logged, quality.difference);
      covered.lowerBound += Number((quality.lowerBound ?? 1) <= truth);
    }
    if (isFull) console.log(`of ${logs} logs covered:`, covered, "mean widths:", widths);
    const least = 0.95 - 3 * Math.sqrt((0.95 * 0.05) / logs);
    for (const [name, count] of Object.entries(covered))
      expect(count / logs, name).toBeGreaterThanOrEqual(Math.min(least, 0.93));
    // The model helps: DR is narrower than IPS.
    expect(widths.dr).toBeLessThan(0.8 * widths.ips);
  });

  it("agrees with replay on the same outcomes", async () => {
    const world = worldOf(4_000, 7);
    const files = await serve(world, explore(0.5, at(0.5)), folder, "agrees");
    const policy = explore(0.1, at(0.8));
    const { quality, costUsd: cost, overlap, warnings, ...rest } = await estimate(world, files, policy);
    const truth = await truthOf(world, policy);
    expect(quality?.estimates.dr.value).toBeCloseTo(truth.quality, 1);
    expect(Math.abs((quality?.estimates.dr.value ?? 0) - truth.quality)).toBeLessThan(0.02);
    expect(Math.abs((cost?.estimates.dr.value ?? 0) / (truth.costUsd ?? 0) - 1)).toBeLessThan(0.02);
    expect(Math.abs((quality?.estimates.dm.value ?? 0) - truth.quality)).toBeLessThan(0.02);
    expect(overlap.meanWeight).toBeCloseTo(1, 1);
    expect(overlap.maxWeight).toBeCloseTo(0.95 / 0.25, 9);
    expect(overlap.uncovered).toBe(0);
    expect(rest).toMatchObject({ rows: 4_000, forced: 0, rated: 4_000, failed: 0, units: 1_334 });
    expect(rest.loggedPolicies).toEqual(["explore"]);
    expect(rest.plans.map(({ plan }) => plan)).toEqual(["small", "large"]);
    expect(rest.plans[0]?.targetShare).toBeCloseTo(truth.callRates.small, 9);
    expect(rest.strata.map(({ stratum }) => stratum)).toContain("category even");
    expect(rest.strata.filter(({ stratum }) => stratum.startsWith("complexity"))).toHaveLength(10);
    expect(warnings).toEqual([]);
  });

  it("estimates the logged policy itself as the mean of the log", async () => {
    const world = worldOf(300, 3);
    const policy = explore(0.3, at(0.5));
    const files = await serve(world, policy, folder, "on-policy");
    const { quality, costUsd: cost, overlap } = await estimate(world, files, policy);
    const rated = (await readFile(files.feedback, "utf8")).trim().split("\n");
    const mean = rated.reduce((sum, line) => sum + JSON.parse(line).quality, 0) / rated.length;
    expect(overlap).toMatchObject({ meanWeight: 1, maxWeight: 1, meanWeightPValue: 1 });
    expect(overlap.effectiveSampleSize).toBeCloseTo(300, 6);
    for (const name of ["ips", "clippedIps", "snips"] as const)
      expect(quality?.estimates[name].value).toBeCloseTo(mean, 12);
    expect(quality?.logged.value).toBeCloseTo(mean, 12);
    expect(cost?.estimates.snips.value).toBeCloseTo(cost?.logged.value ?? 0, 12);
    // A lottery: doubly robust averages over its draws.
    expect(Math.abs((quality?.estimates.dr.value ?? 0) - mean)).toBeLessThan(0.05);
  });

  it("leaves pins out, whatever was answered", async () => {
    const files = await serve(worldOf(300, 21), explore(0.4, at(0.5)), folder, "some-pins");
    const world = worldOf(300, 21);
    const lines = (await readFile(files.log, "utf8")).trim().split("\n");
    const pins = lines.slice(0, 40).map((line) => {
      const { id, ...rest } = JSON.parse(line);
      return JSON.stringify({ ...rest, id: `pin ${id}`, forced: true, propensity: 1 });
    });
    const log = join(folder, "with-pins.jsonl");
    await writeFile(log, [...pins, ...lines].join("\n"));
    const { forced, ...report } = await estimate(world, { ...files, log }, at(0.7));
    expect(forced).toBe(40);
    expect({ ...report, forced: 0 }).toEqual(await estimate(world, files, at(0.7)));
  });

  it("accepts a deterministic log for a target that decides alike everywhere", async () => {
    const world = worldOf(120, 4);
    const files = await serve(world, at(0.5), folder, "alike");
    const { quality } = await estimate(world, files, at(0.5));
    const estimates = Object.values(quality?.estimates ?? {}).map(({ value }) => value);
    for (const value of [quality?.estimates.ips, quality?.estimates.snips, quality?.estimates.dr])
      expect(value?.value).toBeCloseTo(quality?.logged.value ?? 0, 12);
    expect(estimates).toHaveLength(5);
  });

  it("takes a cascade as one action: both models and the name of the check", async () => {
    const world = worldOf(1_500, 5);
    const steps = cascade<Id>({ first: "small", then: "large", unless: looksRight });
    const files = await serve(world, explore(0.6, steps), folder, "cascade");
    const { quality, costUsd: cost, plans } = await estimate(world, files, steps);
    const truth = await truthOf(world, steps);
    expect(plans[0]).toMatchObject({ plan: "small, then large unless looksRight accepts", targetShare: 1 });
    expect(Math.abs((quality?.estimates.dr.value ?? 0) - truth.quality)).toBeLessThan(0.02);
    // All attempts are paid.
    expect(Math.abs((cost?.estimates.snips.value ?? 0) / (truth.costUsd ?? 0) - 1)).toBeLessThan(0.06);

    const other = cascade<Id>({ first: "small", then: "large", unless: { ...looksRight, name: "other" } });
    await expect(estimate(world, files, other)).rejects.toThrow(
      /log must be one that covers the target: at least 100.0 % of what it would do has probability 0/,
    );
  });

  it("weighs feedback up by plan: more of one model's answers may be rated than of the other's", async () => {
    const world = worldOf(3_000, 6);
    const random = seededRandom(1);
    const files = await serve(world, explore(0.6, at(0.5)), folder, "some-rated", (model) =>
      model === "small" ? random() < 0.2 : random() < 0.8,
    );
    const policy = at(0.9);
    const { quality, costUsd: cost, rated, warnings } = await estimate(world, files, policy);
    const truth = await truthOf(world, policy);
    expect(rated).toBeLessThan(2_000);
    expect(quality?.known).toBe(rated);
    expect(cost?.known).toBe(3_000);
    for (const name of ["ips", "snips", "dr"] as const)
      expect(Math.abs((quality?.estimates[name].value ?? 0) - truth.quality), name).toBeLessThan(0.05);
    expect(warnings).toEqual([
      expect.stringMatching(
        /^quality rests on \d+ of 3000 rows \(\d+\.\d %\): taken to be missing at random/,
      ),
    ]);
  });
});

describe("requests without an answer", () => {
  it("have quality 0 and cost what their attempts did; an abort by the caller says nothing", async () => {
    const world = worldOf(300, 20);
    const files = await serve(world, explore(0.4, at(0.5)), folder, "failing");
    const lines = (await readFile(files.log, "utf8")).trim().split("\n");
    const codeOf = (index: number) =>
      index % 10 === 0 ? "all-models-failed" : index % 10 === 1 ? "unknown" : undefined;
    const log = join(folder, "failed.jsonl");
    await writeFile(
      log,
      lines
        .map((line, index) => {
          const { costUsd: _, ...decision } = JSON.parse(line);
          const code = codeOf(index);
          return code === undefined ? line : JSON.stringify({ ...decision, error: { code, message: "" } });
        })
        .join("\n"),
    );
    const ratings = (await readFile(files.feedback, "utf8")).trim().split("\n");
    const feedback = join(folder, "failed-feedback.jsonl");
    const kept = ratings.filter((_, index) => codeOf(index) === undefined);
    await writeFile(feedback, kept.join("\n"));

    const policy = explore(0.4, at(0.5));
    const { failed, rated, quality, costUsd: cost } = await estimate(world, { log, feedback }, policy);
    expect({ failed, rated, known: quality?.known, priced: cost?.known }).toEqual({
      failed: 30,
      rated: 240,
      known: 270,
      priced: 300,
    });
    const mean = kept.reduce((sum, line) => sum + JSON.parse(line).quality, 0) / 240;
    // One in ten has no answer.
    expect(quality?.logged.value).toBeCloseTo(0.9 * mean, 1);
    expect(Math.abs((quality?.logged.value ?? 0) - 0.9 * mean)).toBeLessThan(0.005);
  });
});

describe("a log that cannot tell", () => {
  it("is refused when it is deterministic, with the way out", async () => {
    const world = worldOf(60, 8);
    const files = await serve(world, at(0.5), folder, "deterministic");
    await expect(estimate(world, files, at(0.8), { file: files.log })).rejects.toThrow(
      /every propensity is 1, so the log shows nothing about the \d+\.\d % of decisions that would differ. Route for a while with explore\(0\.05, policy\)/,
    );
  });

  it("is refused when exploration began later, and not from then on", async () => {
    const world = worldOf(240, 9);
    const before = await serve(world, at(0.2), folder, "before");
    const after = await serve(worldOf(240, 10), explore(0.4, at(0.2)), folder, "after");
    const both = join(folder, "both.jsonl");
    await writeFile(both, (await readFile(before.log, "utf8")) + (await readFile(after.log, "utf8")));
    const target = at(0.6);
    await expect(estimate(world, { log: both, feedback: after.feedback }, target)).rejects.toThrow(
      /at least \d+\.\d % of what it would do has probability 0 there \(\d+ rows of threshold [0-9a-f]+\)/,
    );
    expect((await estimate(world, after, target)).rows).toBe(240);
  });

  it("is refused when the target uses a model that the log's router did not have", async () => {
    const world = worldOf(60, 11);
    const files = await serve(world, explore(0.4, at(0.5)), folder, "new-model");
    const router = world.router(at(0.5));
    const models = { ...router.models, giant: { ...router.models.large, name: "giant" } };
    const policy = threshold({ small: "small", large: "giant", at: 0.5 });
    await expect(offPolicy(joinDecisions(files).decisions(), { models, policy }, few)).rejects.toThrow(
      /covers the target/,
    );
  });

  it("is refused when its ids mean other models", async () => {
    const world = worldOf(30, 12);
    const files = await serve(world, explore(0.4, at(0.5)), folder, "renamed");
    const { models } = world.router(at(0.5));
    const renamed = { ...models, small: { ...models.small, name: "tiny" } };
    await expect(
      offPolicy(joinDecisions(files).decisions(), { models: renamed, policy: at(0.5) }, few),
    ).rejects.toThrow(/models\.small\.name must be small, as in the log/);
  });

  it("is refused when weights cannot average 1: a propensity was written wrongly", async () => {
    const world = worldOf(400, 13);
    const files = await serve(world, explore(0.4, at(0.5)), folder, "wrong");
    const wrong = join(folder, "wrong-propensities.jsonl");
    const lines = (await readFile(files.log, "utf8")).trim().split("\n");
    const propensityOf = (one: { propensity: number }) => Math.min(1, one.propensity * 2);
    await writeFile(
      wrong,
      lines
        .map((line) => JSON.parse(line))
        .map((one) => JSON.stringify({ ...one, propensity: propensityOf(one) }))
        .join("\n"),
    );
    await expect(
      estimate(world, { ...files, log: wrong }, at(0.5), { ...few, maxUncovered: 0.1 }),
    ).rejects.toThrow(/the mean weight must be 1 and is 0\.\d+ ± 0\.\d+/);
  });

  it("is refused when it is empty, holds pins alone, or holds a decision twice", async () => {
    const world = worldOf(3, 14);
    await expect(offPolicy([], world.router(at(0.5)))).rejects.toThrow(/log: file holds no decisions/);
    const files = await serve(world, explore(0.4, at(0.5)), folder, "pins");
    const lines = (await readFile(files.log, "utf8")).trim().split("\n");
    const pins = join(folder, "pins-only.jsonl");
    await writeFile(
      pins,
      lines.map((line) => JSON.stringify({ ...JSON.parse(line), forced: true })).join("\n"),
    );
    await expect(estimate(world, { ...files, log: pins }, at(0.5))).rejects.toThrow(/holds only pins \(3\)/);
    const twice = join(folder, "twice.jsonl");
    await writeFile(twice, `${lines.join("\n")}\n${lines[0]}\n`);
    await writeFile(files.feedback, "");
    await expect(estimate(world, { ...files, log: twice }, at(0.5))).rejects.toThrow(
      /log:4: id is the same as in line 1/,
    );
  });

  it("has no quality without feedback, and its cost all the same", async () => {
    const world = worldOf(300, 15);
    const files = await serve(world, explore(0.4, at(0.5)), folder, "unrated", () => false);
    const { quality, costUsd: cost, warnings } = await estimate(world, files, at(0.7));
    expect(quality).toBeUndefined();
    expect(cost?.known).toBe(300);
    expect(warnings).toContainEqual(expect.stringMatching(/^quality is n\/a: feedback is missing/));
  });

  it("is refused to a policy that reads texts, unless it holds them", async () => {
    const world = worldOf(30, 16);
    const files = await serve(world, explore(0.4, at(0.5)), folder, "texts");
    const reader: Policy<Id> = {
      name: "reader",
      select: ({ request }) => ({ model: request.ask.length > 25 ? "large" : "small", reason: "length" }),
    };
    await expect(estimate(world, files, reader)).rejects.toThrow(
      /log:1: prompt is missing, and the policy reads it/,
    );
    const withText = join(folder, "with-text.jsonl");
    const lines = (await readFile(files.log, "utf8")).trim().split("\n");
    await writeFile(
      withText,
      lines.map((line) => JSON.stringify({ ...JSON.parse(line), prompt: "hi" })).join("\n"),
    );
    const { plans } = await estimate(world, { ...files, log: withText }, reader, { ...few, maxUncovered: 1 });
    expect(plans[0]).toMatchObject({ plan: "small", targetShare: 1 });
  });
});

describe("warnings", () => {
  it("tell of small effective sample sizes, one heavy row and thin plans", async () => {
    const world = worldOf(150, 17);
    const files = await serve(world, explore(0.04, always<Id>("large")), folder, "thin");
    const { warnings, overlap } = await estimate(world, files, always<Id>("small"), {
      ...few,
      maxUncovered: 1,
    });
    expect(overlap.effectiveSampleSize).toBeLessThan(10);
    expect(overlap.maxWeight).toBeCloseTo(50, 9);
    expect(warnings).toContainEqual(
      expect.stringMatching(/^the error of cost rests on \d heavy rows, too few for an interval$/),
    );
    expect(warnings).toContainEqual(expect.stringMatching(/^effective sample size \d of 150 rows/));
    expect(warnings).toContainEqual(expect.stringMatching(/^one row has \d+\.\d % of all weight/));
    expect(warnings).toContainEqual(
      expect.stringMatching(/^100\.0 % of the target goes to "small", which the log knows from an effective/),
    );
    expect(warnings).toContainEqual(
      expect.stringMatching(/^little overlap at category even: an effective \d\.\d of 75 rows/),
    );
  });

  it("tell of a mean weight other than 1, and of what the log could not have done", async () => {
    const world = worldOf(240, 22);
    const files = await serve(world, explore(0.4, at(0.5)), folder, "halved");
    const lines = (await readFile(files.log, "utf8")).trim().split("\n");
    const decisions = lines.map((line) => JSON.parse(line));
    const halved = join(folder, "halved-propensities.jsonl");
    const certain = join(folder, "certain.jsonl");
    await writeFile(
      halved,
      decisions.map((one) => JSON.stringify({ ...one, propensity: one.propensity / 2 })).join("\n"),
    );
    await writeFile(
      certain,
      decisions.map((one, index) => JSON.stringify(index < 60 ? { ...one, propensity: 1 } : one)).join("\n"),
    );
    const { warnings } = await estimate(world, { ...files, log: halved }, at(0.5));
    expect(warnings).toContainEqual(
      expect.stringMatching(/^mean weight [12]\.\d+ where 1 is expected \(p = /),
    );
    const wide = { ...few, maxUncovered: 1 };
    const { warnings: uncovered } = await estimate(world, { ...files, log: certain }, at(0.9), wide);
    expect(uncovered).toContainEqual(
      expect.stringMatching(/^at least \d+\.\d % of what the target would do has probability 0 in the log/),
    );
  });

  it("tell of another classifier", async () => {
    const world = worldOf(300, 18);
    const files = await serve(world, explore(0.4, at(0.5)), folder, "classifier");
    const { warnings } = await estimate(world, files, at(0.5), { ...few, classifier: "trained@2" });
    // Eight bad answers are too few for Student's interval, which is told too.
    expect(warnings).toEqual([
      expect.stringMatching(/^the error of quality rests on 78 heavy rows, 8 bad and 70 good answers: its/),
      expect.stringMatching(/several classifiers: stated@1, trained@2/),
    ]);
  });
});
