import { describe, expect, it } from "vitest";
import { type OutcomeRecord, replay, tunePolicies, withLogprobChecks } from "../../../evals/index.ts";
import { seededRandom } from "../../../evals/metrics/index.ts";
import { certifiedPolicy } from "../../../evals/monitor/gate/certified-policy.ts";
import { logprob } from "../../../policies/checks/index.ts";
import { always, cascade, mix, threshold, tiers } from "../../../policies/index.ts";
import { stated } from "../../support/evals/records.ts";
import { tuneRecords } from "../../support/evals/tune-records.ts";

const options = {
  small: "small",
  large: "large",
  classifier: stated,
  target: { maxLoss: 0.03 },
  resamples: 50,
} as const;

/** A model between the two, and how sure the small one is: mostly when it is right. */
function withMiddle(records: readonly OutcomeRecord[]): OutcomeRecord[] {
  const random = seededRandom(99);
  return records.map((record) => {
    const { small, large } = record.outcomes;
    if (small === undefined || large === undefined) return record;
    const middle = { quality: random() < 0.94 ? 1 : 0, costUsd: 0.004 };
    const logprobConfidence = small.quality === 1 ? -0.4 * random() : -0.3 - random();
    return { ...record, outcomes: { small: { ...small, logprobConfidence }, middle, large } };
  });
}
const records = withMiddle(tuneRecords(3_000));

describe("tunePolicies", () => {
  it("takes the last of tiers that is accepted, over three models", async () => {
    const models = ["small", "middle", "large"];
    const policies = [0.1, 0.3, 0.5, 0.55, 0.7, 0.9].map((cut) => tiers({ models, cuts: [cut, 0.95] }));
    const file = await tunePolicies(records, { ...options, models, policies });
    expect(file).toMatchObject({ kind: "policies", models, policy: { name: "tiers" } });
    expect(file.threshold).toBeUndefined();
    expect(file.policy.parameters?.["cuts"]).toEqual([0.55, 0.95]);
    expect(file.curve.map(({ accepted }) => accepted)).toEqual([true, true, true, true, true, false, false]);
    const policy = certifiedPolicy(file.policy);
    if (policy === undefined) throw new Error("not rebuilt");
    const replayed = await replay(records, { models, classifier: stated, policy });
    expect(replayed.quality).toBeCloseTo(file.certificate.quality.routed, 12);
  });

  it("tunes what a cascade takes for sure, by recorded confidence", async () => {
    const mins = [-0.05, -0.1, -0.2, -0.3, -0.5, -1];
    const checked = withLogprobChecks(records, "small", mins);
    const policies = mins.map((min) => cascade({ first: "small", then: "large", unless: logprob({ min }) }));
    const file = await tunePolicies(checked, { ...options, policies });
    expect(file.policy).toMatchObject({ name: "cascade", parameters: { models: ["small", "large"] } });
    expect(["logprob(min -0.3)", "logprob(min -0.5)"]).toContain(file.policy.parameters?.["unless"]);
    // Both calls are paid.
    expect(file.certificate.saving?.value).toBeCloseTo(0.9 - file.certificate.largeCallRate, 1);
  });

  it("says which field a cascade lacks", async () => {
    const silent = records.map((record) => {
      const { logprobConfidence: _, ...small } = record.outcomes["small"] ?? { quality: 0 };
      return { ...record, outcomes: { ...record.outcomes, small } };
    });
    const policies = [cascade({ first: "small", then: "large", unless: logprob({ min: -1 }) })];
    await expect(tunePolicies(silent, { ...options, policies })).rejects.toThrow(
      /outcomes\["small"\]\.checks\["logprob\(min -1\)"\] is missing.+logprobConfidence/,
    );
  });

  it("replays a cascade by log-probability on the recorded confidence, without verdicts added to the records", async () => {
    const policy = cascade({ first: "small", then: "large", unless: logprob({ min: -0.3 }) });
    const models = ["small", "large"];
    const alone = await replay(records, { models, policy });
    const added = await replay(withLogprobChecks(records, "small", [-0.3]), { models, policy });
    expect(alone).toEqual(added);
    expect(alone.callRates["large"]).toBeGreaterThan(0);
  });

  it("puts policies in order by other records, without those that are dearer and no safer", async () => {
    const at = (one: number) => threshold({ small: "small", large: "large", at: one });
    const policies = [
      at(0.5),
      mix([
        { use: "large", weight: 0.6 },
        { use: "small", weight: 0.4 },
      ]),
      at(0.2),
      at(0.8),
    ];
    const fit = withMiddle(tuneRecords(2_000, { seed: 8, of: (index) => ({ id: `f${index}` }) }));
    const file = await tunePolicies(records, { ...options, policies, fit });
    expect(file.policy.parameters?.["at"]).toBe(0.5);
    // Always-large, 0.2, 0.5, 0.8: a coin loses more than 0.5 and costs more.
    expect(file.curve).toHaveLength(4);
    await expect(tunePolicies(records, { ...options, policies, fit: records.slice(0, 5) })).rejects.toThrow(
      'tunePolicies.fit must be other records than those to tune on: "r0" shares a prompt or template or group or session or tenant with one of them',
    );
  });

  it("keeps the records that put them in order apart by what was told to join records", async () => {
    const policies = [always("small")];
    const ofTenant = records.map((record, index) => ({ ...record, tenant: `t${index}` }));
    const fit = tuneRecords(2, { seed: 8, of: (index) => ({ id: `f${index}`, tenant: `t${index}` }) });
    await expect(tunePolicies(ofTenant, { ...options, policies, fit })).rejects.toThrow(
      'tunePolicies.fit must be other records than those to tune on: "f0" shares a prompt or template or group or session or tenant with one of them',
    );
    await expect(
      tunePolicies(ofTenant, { ...options, policies, fit: withMiddle(fit), groupBy: ["prompt"] }),
    ).rejects.toThrow(/^no policy can be certified/);
  });

  it("refuses what it cannot try", async () => {
    const policies = [always("small")];
    await expect(tunePolicies(records, { ...options, policies, target: { budgetUsd: 1 } })).rejects.toThrow(
      "tunePolicies.target must be { maxLoss }",
    );
    await expect(tunePolicies(records, { ...options, policies })).rejects.toThrow(/3000 records/);
  });
});
