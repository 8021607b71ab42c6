import { describe, expect, it } from "vitest";
import {
  describeCertificate,
  type OutcomeRecord,
  type TuneThresholdOptions,
  tuneThreshold,
} from "../../../evals/index.ts";
import { certifiedPolicy } from "../../../evals/monitor/gate/certified-policy.ts";
import { isRouterError } from "../../../src/index.ts";
import { stated } from "../../support/evals/records.ts";
import { tuneRecords } from "../../support/evals/tune-records.ts";
import { wordOf } from "../../support/evals/word-of.ts";

const now = Date.parse("2026-12-01T00:00:00Z");
const tune = (records: readonly OutcomeRecord[], options: Partial<TuneThresholdOptions> = {}) =>
  tuneThreshold(records, {
    small: "small",
    large: "large",
    classifier: stated,
    resamples: 100,
    clock: () => now,
    ...options,
  });

const errorOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );

const gaffkeNote =
  "That Gaffke's test is valid is a theorem of 2026 whose proof is a preprint; the test `betting` rests on none.";

describe("a threshold for a greatest loss", () => {
  it("comes with a certificate of all that was asked and measured", async () => {
    const file = await tune(tuneRecords(3_000), { judge: "exact" });
    const { certificate } = file;
    expect(file.threshold).toBeGreaterThan(0.5);
    expect(file.threshold).toBeLessThan(0.66);
    expect(file).toMatchObject({
      formatVersion: 1,
      kind: "threshold",
      small: "small",
      large: "large",
      models: ["small", "large"],
      classifier: { name: "stated", version: "1" },
      policy: {
        name: "threshold",
        parameters: { small: "small", large: "large", at: file.threshold, otherwise: "large" },
      },
      text: "prompt",
      createdAt: "2026-12-01T00:00:00.000Z",
      expiresAt: "2027-03-01T00:00:00.000Z",
      judge: "exact",
      data: { purpose: "tune", records: 3_000, prompts: 3_000 },
    });
    expect(file.version).toMatch(/^[0-9a-f]{12}$/);
    expect(file.quantiles).toHaveLength(129);
    expect(certificate).toMatchObject({
      guarantee: "mean",
      target: { maxLoss: 0.02 },
      maxLoss: 0.02,
      confidence: 0.95,
      test: "gaffke",
      records: 3_000,
      units: 3_000,
      largestUnit: 1,
      choosing: 0,
      skipped: 0,
      unclassified: 0,
      groupBy: ["prompt", "template", "group", "session", "tenant"],
      seed: 1,
      threshold: file.threshold,
      notes: [gaffkeNote],
    });
    expect(certificate.pValue).toBeLessThanOrEqual(0.05);
    expect(certificate.upperBound).toBeGreaterThan(certificate.loss);
    expect(certificate.upperBound).toBeLessThanOrEqual(0.02);
    const { quality, costUsd, saving, largeCallRate } = certificate;
    expect(certificate.loss).toBeCloseTo(quality.large - quality.routed, 12);
    expect(saving?.value).toBeCloseTo(0.9 * (1 - largeCallRate), 12);
    expect(saving?.low).toBeLessThan(saving?.value ?? 0);
    expect(saving?.high).toBeGreaterThan(saving?.value ?? 0);
    expect(costUsd?.routed).toBeCloseTo(0.01 * (1 - (saving?.value ?? 0)), 12);
  });

  it("stands on a curve that says what was tested and accepted", async () => {
    const { curve, threshold } = await tune(tuneRecords(1_000), { steps: 20 });
    expect(curve.map((point) => point.threshold)).toEqual([
      0,
      ...Array.from({ length: 20 }, (_, index) => (index + 1) / 20),
      1.01,
    ]);
    const chosen = curve.findIndex((point) => point.threshold === threshold);
    expect(curve.map(({ accepted }) => accepted)).toEqual(curve.map((_, index) => index <= chosen));
    expect(curve[chosen + 1]?.pValue).toBeGreaterThan(0.05);
    expect(curve[chosen + 2]?.pValue).toBeUndefined();
    expect(curve[0]).toMatchObject({ largeCallRate: 1, loss: 0, accepted: true });
    expect(curve.at(-1)).toMatchObject({ largeCallRate: 0 });
  });

  it("is the same for the same records, options and clock", async () => {
    const records = tuneRecords(600);
    expect(await tune(records)).toEqual(await tune(records));
    expect((await tune(records, { seed: 2 })).version).not.toBe((await tune(records)).version);
  });

  it("is lower for a smaller loss, and for regressions, where gains make up for nothing", async () => {
    const records = tuneRecords(2_500);
    const wide = await tune(records, { target: { maxLoss: 0.1 } });
    const narrow = await tune(records, { target: { maxLoss: 0.03 } });
    const regressions = await tune(records, { target: { maxLoss: 0.03 }, guarantee: "regressions" });
    expect(narrow.threshold).toBeLessThan(wide.threshold ?? 0);
    expect(regressions.threshold).toBeLessThan(narrow.threshold ?? 0);
    expect(regressions.certificate).toMatchObject({ guarantee: "regressions", test: "binomial" });
  });

  it("rests on units: records of a conversation, or with the same prompt, count once", async () => {
    const single = tuneRecords(1_200);
    const sessions = await tune(
      single.map((record, index) => ({ ...record, session: `s${Math.floor(index / 4)}` })),
    );
    expect(sessions.certificate).toMatchObject({ records: 1_200, units: 300, largestUnit: 4 });
    const copies = single.flatMap((record) => [record, { ...record, id: `${record.id}b` }]);
    expect((await tune(copies)).certificate).toMatchObject({ records: 2_400, units: 1_200, largestUnit: 2 });
    const byTenant = single.map((record, index) => ({ ...record, tenant: `t${index % 300}` }));
    expect((await tune(byTenant, { groupBy: ["prompt"] })).certificate.units).toBe(1_200);
    expect((await tune(byTenant)).certificate.units).toBe(300);
  });

  it("says how many records would do where there are too few, whatever they show", async () => {
    const error = await errorOf(tune(tuneRecords(100, { seed: 2 })));
    if (!isRouterError(error, "insufficient-evidence")) throw error;
    expect(error.records).toBe(100);
    expect(error.message).toMatch(
      /^no threshold can be certified to lose at most 0\.02 with 95 % confidence \(the safest one that sends anything to the small model loses [-\d.]+ on 100 independent units\): 100 records, about \d+ would do$/,
    );
    // As many as it says do, most of the time.
    const enough = await Promise.all(
      Array.from({ length: 10 }, (_, seed) =>
        errorOf(tune(tuneRecords(error.recordsNeeded, { seed: seed + 10 }), { resamples: 1 })),
      ),
    );
    expect(enough.filter((one) => one === undefined).length).toBeGreaterThanOrEqual(7);
  });

  it("says that more records would not do where the small model is much worse everywhere", async () => {
    const hopeless = tuneRecords(1_000, { small: () => 0.1, complexity: () => 0.5 });
    const error = await errorOf(tune(hopeless));
    if (!isRouterError(error, "insufficient-evidence")) throw error;
    expect(error.recordsNeeded).toBe(Number.POSITIVE_INFINITY);
    expect(error.message).toMatch(/1000 records, and more like these would not do$/);
  });
});

describe("the test", () => {
  const notBinary = (records: readonly OutcomeRecord[]): OutcomeRecord[] =>
    records.map((record, index) =>
      index === 0 ? { ...record, outcomes: { ...record.outcomes, small: { quality: 0.5 } } } : record,
    );

  it("is exact up to 2,000 single records with qualities of 0 and 1, and the certificate names it", async () => {
    const records = tuneRecords(1_000);
    const { certificate } = await tune(records);
    expect(certificate).toMatchObject({ test: "exact", notes: [] });
    expect(describeCertificate(certificate, "large")).toContain(" (exact test). ");
    expect((await tune(notBinary(records))).certificate.test).toBe("gaffke");
    expect((await tune(tuneRecords(2_001))).certificate.test).toBe("gaffke");
  });

  it("does not depend on the seed, unless bets are asked for", async () => {
    for (const records of [tuneRecords(800), notBinary(tuneRecords(800))]) {
      const of = async (seed: number, test?: "betting") =>
        (await tune(records, { seed, test, resamples: 1 })).certificate.pValue;
      expect(await of(1)).toBe(await of(2));
      expect(await of(1, "betting")).not.toBe(await of(2, "betting"));
    }
  });

  it("is Gaffke's for a share or a budget, whose bound takes one test for each limit", async () => {
    const { certificate } = await tune(tuneRecords(500), { target: { largeShare: 0.5 } });
    expect(certificate.test).toBe("gaffke");
    await expect(tune(tuneRecords(500), { target: { largeShare: 0.5 }, test: "exact" })).rejects.toThrow(
      'tuneThreshold.test must be absent, gaffke or betting: the target is not a loss, got "exact"',
    );
  });

  it("that is exact is refused where there is none", async () => {
    await expect(tune(notBinary(tuneRecords(300)), { test: "exact" })).rejects.toThrow(
      "test must be absent, gaffke or betting: an exact test takes at most 2000 records with qualities of 0 and 1",
    );
  });
});

describe("units of several records", () => {
  /** One user in ten has 20 requests, the others one. */
  const users = (count: number, small: () => number = () => 0.95): OutcomeRecord[] =>
    tuneRecords(count, {
      small,
      of: (index) => ({ session: index % 29 < 20 ? `s${Math.floor(index / 29)}` : `one${index}` }),
    });

  it("count as many as the largest has, or as the cap that is given, of which the certificate tells", async () => {
    const records = users(2_900);
    const target = { maxLoss: 0.1 };
    const { certificate } = await tune(records, { target });
    expect(certificate).toMatchObject({ units: 1_000, largestUnit: 20, unitCap: 20 });
    expect(certificate.loss).toBeCloseTo(certificate.quality.large - certificate.quality.routed, 12);
    expect(describeCertificate(certificate, "large")).toMatch(
      /of those that share a prompt or template or group or session or tenant, at most 20 count\. That Gaffke's/,
    );
    const alike = (await tune(records, { target, unitCap: 1 })).certificate;
    expect(alike).toMatchObject({ units: 1_000, largestUnit: 20, unitCap: 1 });
    expect(describeCertificate(alike, "large")).toMatch(/or tenant, all count as one\. That Gaffke's/);
    // All weigh the same: 20 requests that were lost are as one.
    expect(alike.loss).not.toBeCloseTo(alike.quality.large - alike.quality.routed, 6);
  });

  it("take fewer records where they count less", async () => {
    const records = users(1_450);
    const target = { maxLoss: 0.03 };
    expect(isRouterError(await errorOf(tune(records, { target })), "insufficient-evidence")).toBe(true);
    expect((await tune(records, { target, unitCap: 1 })).certificate.pValue).toBeLessThanOrEqual(0.05);
  });

  it("take more records where larger ones than any here are to count in full", async () => {
    const records = tuneRecords(1_000);
    const target = { maxLoss: 0.05 };
    const tight = await tune(records, { target });
    const roomy = await tune(records, { target, unitCap: 5 });
    expect(roomy.certificate.unitCap).toBe(5);
    expect(roomy.threshold).toBeLessThan(tight.threshold ?? 0);
  });

  it("are what an error speaks of: more records of the same tenants would not do", async () => {
    for (const tenants of [1, 2]) {
      const records = tuneRecords(600, {
        small: () => 0.95,
        of: (index) => ({ tenant: `t${index % tenants}` }),
      });
      const error = await errorOf(tune(records));
      if (!isRouterError(error, "insufficient-evidence")) throw error;
      expect(error.unitsNeeded).toBeGreaterThan(tenants);
      expect(error.recordsNeeded).toBe((600 / tenants) * (error.unitsNeeded ?? 0));
      expect(error.message).toMatch(
        /on [12] independent units, the largest of [36]00 records\): 600 records in [12] independent units, about \d+ units like these would do, with \d+ records; more records of the same units would not$/,
      );
      const shared = await errorOf(tune(records, { target: { largeShare: 0.5 } }));
      if (!isRouterError(shared, "insufficient-evidence")) throw shared;
      expect(shared.recordsNeeded).toBeGreaterThan(600);
      expect(shared.message).toMatch(/units like these would do/);
    }
  });

  it("take the place of the exact binomial test, and the certificate says so", async () => {
    const records = tuneRecords(1_000, { small: () => 0.95 });
    const options = { target: { maxLoss: 0.1 }, guarantee: "regressions" } as const;
    const single = (await tune(records, options)).certificate;
    expect(single).toMatchObject({ test: "binomial", notes: [] });
    expect(describeCertificate(single, "large")).toContain(" (binomial test). ");
    const [first] = records;
    if (first === undefined) throw new Error("no records");
    const copied = (await tune([...records, { ...first, id: "copy" }], options)).certificate;
    expect(copied).toMatchObject({
      test: "gaffke",
      notes: [gaffkeNote],
    });
    expect(describeCertificate(copied, "large")).toContain(" (Gaffke's test). ");
    const capped = (await tune(records, { ...options, unitCap: 2 })).certificate;
    expect(capped).toMatchObject({ test: "gaffke", notes: [gaffkeNote] });
  });
});

describe("records that are not as one would wish", () => {
  /** One record in `every` lacks an outcome: that of the small model, and of each fifth of them the large one's. */
  const lackingOf = (records: readonly OutcomeRecord[], every: number, reason?: string): OutcomeRecord[] =>
    records.map((record, index): OutcomeRecord => {
      const { small, large } = record.outcomes;
      if (small === undefined || large === undefined || index % every !== 0) return record;
      if (index % (5 * every) === 0) return { ...record, outcomes: { small } };
      return { ...record, outcomes: { large }, ...(reason && { missing: { small: reason } }) };
    });

  it("counts as lost those that lack a model, however few, and says how many and why", async () => {
    const { certificate, data } = await tune(lackingOf(tuneRecords(1_000), 50, "timeout"), {
      target: { maxLoss: 0.05 },
    });
    expect(certificate).toMatchObject({
      records: 1_000,
      skipped: 0,
      lost: 20,
      missingShare: 0.02,
      missing: [
        { model: "small", reason: "timeout", records: 16 },
        { model: "large", reason: "no outcome", records: 4 },
      ],
    });
    expect(data.records).toBe(1_000);
    expect(describeCertificate(certificate, "large")).toContain(
      "On 1000 records (20 of them lack an outcome and count as lost: small has none on 16 (timeout), large has none on 4), with 95 %",
    );
  });

  it("takes their loss into account, and refuses where they are as many as may be lost", async () => {
    // The small model is always right, but for the tenth of the requests on which it never answers.
    const perfect = tuneRecords(1_000, { small: () => 1 });
    const silent = lackingOf(perfect, 10, "timeout");
    const { certificate } = await tune(silent, { target: { maxLoss: 0.15 } });
    expect(certificate).toMatchObject({ records: 1_000, skipped: 0, lost: 100, missingShare: 0.1 });
    expect(certificate.loss).toBeGreaterThan(0.03);
    expect(certificate.saving).toBeDefined();
    // Left out, all of them would have gone to the small model at no loss.
    const answered = await tune(perfect.filter((_, index) => index % 10 !== 0));
    expect(answered.certificate).toMatchObject({ largeCallRate: 0 });
    for (const maxLoss of [0.1, 0.03])
      await expect(tune(silent, { target: { maxLoss } })).rejects.toThrow(
        `records must be records with an outcome of each model: 100 of 1000 lack an outcome and count as lost, which is the permitted loss of ${maxLoss} or more (small has none on 80 (timeout), large has none on 20); run those again, or permit more loss, got an array of 1000`,
      );
    const share = await tune(silent, { target: { largeShare: 0 } });
    expect(share.certificate.maxLoss).toBeGreaterThan(0.05);
  });

  it("leaves out those for which a model is not permitted, however many: no policy could take it", async () => {
    const { certificate } = await tune(
      lackingOf(tuneRecords(1_000), 4, "not-permitted").map((record) => {
        // The large model's are not permitted, either.
        const { small, large } = record.outcomes;
        return small !== undefined && large === undefined
          ? { ...record, missing: { large: "not-permitted" } }
          : record;
      }),
      { target: { maxLoss: 0.05 } },
    );
    expect(certificate).toMatchObject({ records: 750, skipped: 250, missingShare: 0.25 });
    expect(certificate.lost).toBeUndefined();
    expect(certificate.missing).toEqual([
      { model: "small", reason: "not-permitted", records: 200 },
      { model: "large", reason: "not-permitted", records: 50 },
    ]);
    expect(describeCertificate(certificate, "large")).toContain(
      "On 750 records (250 more were left out, since a model is not permitted there: small has none on 200, large has none on 50), with",
    );
  });

  it("shows no reason that is no short word: it may be text of a request", async () => {
    const { certificate } = await tune(
      lackingOf(tuneRecords(1_000), 50, "my secret is 1234, said the user"),
      {
        target: { maxLoss: 0.05 },
      },
    );
    expect(JSON.stringify(certificate)).not.toContain("secret");
    expect(certificate.missing?.[0]).toEqual({ model: "small", reason: "no outcome", records: 16 });
  });

  it("refuses a model that no record has, and records without both", async () => {
    await expect(tune(tuneRecords(10), { small: "other" })).rejects.toThrow(
      'models must be a model that the records name: large, small, got "other"',
    );
    const apart = tuneRecords(10).map(({ outcomes, ...record }, index): OutcomeRecord => {
      const name = index % 2 === 0 ? "small" : "large";
      return { ...record, outcomes: { [name]: outcomes[name] ?? { quality: 0 } } };
    });
    await expect(tune(apart)).rejects.toThrow(
      "records must be records of which each has outcomes of all models (5 have small, 5 have large, none has all), got an array of 10",
    );
    await expect(tune([])).rejects.toThrow(
      "records must be at least one record to tune on, got an array of 0",
    );
  });

  it("tells constant scores: all to the small model where that is proven, else nothing", async () => {
    const constant = { complexity: () => 0.5 };
    const good = await tune(tuneRecords(1_000, { ...constant, small: () => 0.95 }));
    expect(good.threshold).toBe(0.51);
    expect(good.certificate).toMatchObject({
      largeCallRate: 0,
      notes: expect.arrayContaining([
        "Complexity is the same on all records: it does not distinguish requests.",
      ]),
    });
    const error = await errorOf(tune(tuneRecords(1_000, { ...constant, small: () => 0.9 })));
    expect(isRouterError(error, "insufficient-evidence")).toBe(true);
  });

  it("sends all to a small model that is better, and says so", async () => {
    // Some requests are as hard as can be: a threshold of 1 would send them to the large model.
    const complexity = (random: () => number): number => (random() < 0.05 ? 1 : random());
    const file = await tune(tuneRecords(1_000, { small: () => 0.99, complexity }));
    expect(file).toMatchObject({
      threshold: 1.01,
      policy: { name: "always", parameters: { model: "small" } },
      certificate: { largeCallRate: 0 },
    });
    expect(file.certificate.upperBound).toBeLessThan(0);
    expect(file.certificate.notes).toEqual([
      "On these records the small model is at least as good as the large one.",
    ]);
    expect(certifiedPolicy(file.policy)?.name).toBe("always");
  });

  it("keeps to the large model where the small one is no cheaper", async () => {
    const dear = tuneRecords(1_000).map((record): OutcomeRecord => {
      const { small, large } = record.outcomes;
      if (small === undefined || large === undefined) return record;
      return { ...record, outcomes: { small: { ...small, costUsd: 0.02 }, large } };
    });
    const { threshold, certificate } = await tune(dear);
    expect(threshold).toBe(0);
    expect(certificate).toMatchObject({ loss: 0, upperBound: 0, pValue: 0, saving: { value: 0 } });
    expect(certificate.notes[0]).toMatch(/^Nothing that was accepted costs less/);
  });

  it("makes the share of large calls small where costs are not known, and states no saving", async () => {
    const { certificate } = await tune(tuneRecords(2_000, { costs: false }));
    expect(certificate.saving).toBeUndefined();
    expect(certificate.costUsd).toBeUndefined();
    expect(certificate.largeCallRate).toBeLessThan(0.5);
    expect(certificate.notes[0]).toMatch(/^The cost of a record is not known/);
  });

  it("counts records that cannot be classified as sent to the large model", async () => {
    const broken = tuneRecords(1_000).map((record, index) =>
      index % 10 === 0 ? { ...record, prompt: `no number ${wordOf(index)}` } : record,
    );
    const { certificate, curve } = await tune(broken);
    expect(certificate.unclassified).toBe(100);
    expect(curve.at(-1)?.largeCallRate).toBeCloseTo(0.1, 12);
  });

  it("does not try always-small where some could not be classified: it would get those too", async () => {
    // Some are as hard as can be: only always-small saves on them.
    const complexity = (random: () => number): number => (random() < 0.1 ? 1 : random());
    const broken = tuneRecords(1_000, { small: () => 1, complexity }).map((record, index): OutcomeRecord => {
      const { large } = record.outcomes;
      if (index % 10 !== 0 || large === undefined) return record;
      return { ...record, prompt: `no number ${wordOf(index)}`, outcomes: { small: { quality: 0 }, large } };
    });
    for (const target of [{ maxLoss: 0.05 }, { largeShare: 0 }]) {
      const { threshold, policy, certificate, curve } = await tune(broken, { target });
      expect({ threshold, policy: policy.name }).toEqual({ threshold: 1, policy: "threshold" });
      expect(curve.at(-1)?.threshold).toBe(1);
      expect(certificate.notes).toContainEqual(
        expect.stringMatching(/^Always-small was not tried: \d+ records could not be classified\.$/),
      );
    }
  });

  it("says from when to when the records are, and what the models cost where it is known", async () => {
    const dated = tuneRecords(600, {
      of: (index) => ({ at: new Date(now - index * 86_400_000).toISOString() }),
    });
    const price = { usdPerMillionInputTokens: 1, usdPerMillionOutputTokens: 2 };
    const file = await tune(dated, { target: { maxLoss: 0.1 }, prices: { small: price } });
    expect(file.window).toEqual({ from: "2025-04-11T00:00:00.000Z", to: "2026-12-01T00:00:00.000Z" });
    expect(file.prices).toEqual({ small: price });
  });
});

describe("a threshold for a share or a budget", () => {
  it("is chosen by complexity on a fifth of the records, and the others bound its loss", async () => {
    const { threshold, certificate } = await tune(tuneRecords(2_500), { target: { largeShare: 0.3 } });
    const { records, choosing, largeCallRate, loss, maxLoss, upperBound } = certificate;
    expect(records + choosing).toBe(2_500);
    expect(choosing).toBeGreaterThan(400);
    expect(choosing).toBeLessThan(600);
    expect(threshold).toBeCloseTo(0.7, 1);
    expect(largeCallRate).toBeCloseTo(0.3, 1);
    expect(upperBound).toBe(maxLoss);
    expect(maxLoss).toBeGreaterThan(loss);
    expect(maxLoss).toBeLessThan(loss + 0.04);
  });

  it("is chosen by scores of other traffic where there are some: all records bound its loss", async () => {
    const scores = Array.from({ length: 1_000 }, (_, index) => index / 2_000);
    const { threshold, certificate } = await tune(tuneRecords(1_000), {
      target: { largeShare: 0.2 },
      scores,
    });
    expect(threshold).toBe(0.4);
    expect(certificate).toMatchObject({ records: 1_000, choosing: 0 });
  });

  it("takes the ends for what they are", async () => {
    const all = await tune(tuneRecords(500), { target: { largeShare: 1 } });
    expect(all).toMatchObject({ threshold: 0, certificate: { upperBound: 0, largeCallRate: 1 } });
    const none = await tune(tuneRecords(500), { target: { largeShare: 0 } });
    expect(none).toMatchObject({ threshold: 1.01, certificate: { largeCallRate: 0 } });
    const ties = { complexity: (random: () => number) => (random() < 0.5 ? 0.2 : 0.8) };
    // Half of the requests are alike: a share of 0.4 cannot be had, and no more is taken.
    expect((await tune(tuneRecords(500, ties), { target: { largeShare: 0.4 } })).threshold).toBe(1.01);
  });

  it("comes as close to a budget per 1,000 requests as it can, from below", async () => {
    const { certificate } = await tune(tuneRecords(2_500), { target: { budgetUsd: 4 } });
    expect(1_000 * (certificate.costUsd?.routed ?? 0)).toBeGreaterThan(3.5);
    expect(1_000 * (certificate.costUsd?.routed ?? 0)).toBeLessThan(4.3);
    await expect(tune(tuneRecords(500), { target: { budgetUsd: 0.5 } })).rejects.toThrow(
      "target.budgetUsd must be at least 1.00, what the cheapest threshold costs per 1,000 requests, got 0.5",
    );
    await expect(tune(tuneRecords(500, { costs: false }), { target: { budgetUsd: 4 } })).rejects.toThrow(
      "target.budgetUsd must be absent where the cost of a record is not known",
    );
  });

  it("is refused where too few records are there to say anything", async () => {
    const error = await errorOf(tune(tuneRecords(2), { target: { largeShare: 0.1 } }));
    expect(isRouterError(error, "insufficient-evidence")).toBe(true);
  });
});

describe("options that are wrong", () => {
  it.each([
    [{ target: { maxLoss: 0 } }, "tuneThreshold.target.maxLoss must be a number above 0 and below 1, got 0"],
    [{ target: { maxLoss: 2 } }, "tuneThreshold.target.maxLoss must be a number above 0 and below 1, got 2"],
    [{ target: { largeShare: -1 } }, "tuneThreshold.target.largeShare must be a number in [0, 1], got -1"],
    [
      { target: {} as never },
      "tuneThreshold.target must be one of { maxLoss }, { largeShare }, { budgetUsd }, got an object",
    ],
    [{ large: "small" }, 'tuneThreshold.large must be another model than tuneThreshold.small, got "small"'],
    [
      { groupBy: [] },
      "tuneThreshold.groupBy must be one or more of prompt, template, group, session, tenant",
    ],
    [{ scores: [2] }, "tune.scores must be complexities in [0, 1], at least one"],
  ] as const)("%o is refused", async (options, message) => {
    await expect(tune(tuneRecords(5), options as never)).rejects.toThrow(message);
  });
});
