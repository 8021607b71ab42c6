import { describe, expect, it } from "vitest";
import { type Evidence, recommendationOf } from "../../../evals/report/recommendation.ts";
import type { Alternative, ReportedCertificate } from "../../../evals/report/report.ts";
import type { Estimate } from "../../../src/loop/statistics/bootstrap.ts";

const around = (value: number, width: number): Estimate => ({
  value,
  low: value - width,
  high: value + width,
});

function alternative(model: string, savedUsd: number | undefined, lost: number): Alternative {
  return {
    model,
    quality: around(0.9, 0.01),
    costUsd: savedUsd === undefined ? undefined : around(1_000, 10),
    savedUsd: savedUsd === undefined ? undefined : around(savedUsd, 10),
    savedShare: savedUsd === undefined ? undefined : around(savedUsd / 1_000, 0.01),
    lost: around(lost, 0.005),
  };
}

const certificate: ReportedCertificate = {
  version: "abc",
  createdAt: "2026-11-01T00:00:00.000Z",
  expiresAt: "2027-01-30T00:00:00.000Z",
  guarantee: "mean",
  records: 1_000,
  units: 1_000,
  maxLoss: 0.02,
  confidence: 0.95,
  loss: 0.01,
  upperBound: 0.015,
  pValue: 0.001,
  concerns: [],
  notes: [],
  problems: [],
  tunedOn: 0,
};

const good: Evidence = {
  reference: "big",
  today: "big",
  certificate,
  alternatives: [alternative("little", -300, -0.1), alternative("big", 400, 0.01)],
  saving: {
    requests: 1_000_000,
    costUsd: around(600, 10),
    referenceCostUsd: around(1_000, 10),
    savedUsd: around(400, 10),
  },
  rows: [],
  units: 1_000,
  known: 0,
};

const advice = (change: Partial<Evidence>) => recommendationOf({ ...good, ...change });

describe("recommendationOf", () => {
  it("says to switch on what is certified and surely saves", () => {
    const { level, headline, text } = advice({});
    expect(level).toBe("go");
    expect(headline).toBe("Saves $400 a month and loses at most 2 points of quality.");
    expect(text).toContain("ends on 2027-01-30");
  });

  it("never says to switch on what is not certified, however much it saves", () => {
    const { level, headline, text } = advice({ certificate: undefined });
    expect(level).toBe("wait");
    expect(headline).toBe("Saved $400 a month and lost 1.0 points of quality on these records.");
    expect(text).toContain("nothing is promised");
    const broken = advice({ certificate: { ...certificate, problems: ["it expired"] } });
    expect(broken.level).toBe("wait");
    expect(broken.headline).toContain("on these records");
  });

  it("names the model alone that costs no more and answers better", () => {
    const alternatives = [alternative("little", -300, 0.02), alternative("big", 400, 0.01)];
    const { level, text } = advice({ alternatives });
    expect(level).toBe("no");
    expect(text).toMatch(/^Send everything to little:/);
    // Neither cheaper nor better for sure: chance may have made the difference.
    const close: Alternative = {
      ...alternative("little", 0, 0),
      savedUsd: around(0, 10),
      lost: around(0, 0.1),
    };
    expect(advice({ alternatives: [close, alternative("big", 400, 0.01)] }).level).toBe("go");
  });

  it("says to leave it when it saves nothing", () => {
    const { level, text } = advice({ alternatives: [alternative("big", -50, -0.001)] });
    expect(level).toBe("no");
    expect(text).toBe("Keep sending everything to big: routing saves nothing.");
    expect(advice({ alternatives: [alternative("big", 5, 0.01)] })).toMatchObject({
      level: "care",
      text: expect.stringContaining("the saving is not sure"),
    });
  });

  it("asks for more records, with a promise only as a reservation", () => {
    const few = { units: 5 };
    expect(advice({ ...few, certificate: undefined })).toMatchObject({
      level: "wait",
      text: "Record more first: 5 independent records say too little; 100 are the least.",
    });
    expect(advice({ ...few, certificate: undefined, units: 1 }).text).toContain("1 independent record says");
    expect(advice(few)).toMatchObject({ level: "care", text: expect.stringContaining("too few") });
  });

  it("has a reservation where the certificate has concerns, records are known, or costs are not", () => {
    expect(advice({ certificate: { ...certificate, concerns: ["one"] } }).level).toBe("care");
    expect(advice({ known: 0.5 })).toMatchObject({ level: "care", text: expect.stringContaining("50 %") });
    expect(advice({ known: 0.01 }).level).toBe("go");
    const uncosted = advice({
      saving: undefined,
      alternatives: [alternative("little", undefined, -0.1), alternative("big", undefined, 0.01)],
    });
    expect(uncosted).toMatchObject({
      level: "care",
      headline: "Loses at most 2 points of quality; what it saves is not known.",
      text: expect.stringContaining("record costs"),
    });
  });

  it("compares with the model that answers everything today", () => {
    const { level, headline } = advice({ today: "little" });
    expect(level).toBe("care");
    expect(headline).toBe("Cost $300 more a month and gained 10.0 points of quality on these records.");
  });

  it("gives a share where no volume is known, and a share of answers where that is the promise", () => {
    const saving = good.saving && { ...good.saving, requests: undefined };
    const regressions = { ...certificate, guarantee: "regressions" as const };
    expect(advice({ saving, certificate: regressions }).headline).toBe(
      "Saves 40 % of the cost and answers at most 2 % of requests worse.",
    );
    const free: Alternative = { ...alternative("big", 0, 0), savedUsd: around(0, 0), savedShare: undefined };
    expect(advice({ alternatives: [free] }).headline).toMatch(/^Saves nothing/);
  });
});
