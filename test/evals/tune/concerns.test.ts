import { describe, expect, it } from "vitest";
import {
  describeCertificate,
  type OutcomeRecord,
  tuneCategories,
  tuneThreshold,
} from "../../../evals/index.ts";
import { seededRandom } from "../../../evals/metrics/index.ts";
import { concernsOf } from "../../../evals/tune/concerns.ts";
import type { TuneColumns } from "../../../evals/tune/tune-columns.ts";
import { stated } from "../../support/evals/records.ts";
import { wordOf } from "../../support/evals/word-of.ts";
import { runs } from "../../support/runs.ts";

const options = { small: "small", large: "large", classifier: stated, resamples: 20 } as const;

interface Given {
  readonly category: string;
  readonly day: number;
  readonly lost: number;
}

function recordsOf(count: number, given: (index: number, random: () => number) => Given): OutcomeRecord[] {
  const random = seededRandom(5);
  return Array.from({ length: count }, (_, index) => {
    const { category, day, lost } = given(index, random);
    return {
      id: `r${index}`,
      prompt: `${random()} about ${wordOf(index)}`,
      category,
      at: new Date(Date.UTC(2026, 0, 1) + day * 86_400_000).toISOString(),
      outcomes: {
        small: { quality: random() < lost ? 0 : 1, costUsd: 0.001 },
        large: { quality: 1, costUsd: 0.01 },
      },
    };
  });
}

describe("what a certificate says first", () => {
  it("is a category that surely loses far more than is promised of all together", async () => {
    const records = recordsOf(1_200, (index, random) => {
      const category = index % 20 === 0 ? "law" : index % 2 === 0 ? "chat" : "code";
      return { category, day: 60 * random(), lost: category === "law" ? 0.4 : 0.005 };
    });
    const { certificate } = await tuneThreshold(records, { ...options, target: { maxLoss: 0.05 } });
    expect(certificate.largeCallRate).toBe(0);
    expect(certificate.concerns).toEqual([
      expect.stringMatching(
        /^Some categories surely lose far more than what is promised of all requests together: law lost \d\d(\.\d)? % on 60 records\. Tuning by category promises it of each\.$/,
      ),
    ]);
    expect(certificate.notes[0]).toBe(certificate.concerns?.[0]);
    expect(describeCertificate(certificate, "large")).toContain("law lost");
    const byCategory = await tuneCategories(records, { ...options, target: { maxLoss: 0.05 } });
    expect(byCategory.certificate.concerns).toBeUndefined();
  });

  it("is a loss that rises in the course of the records", async () => {
    const records = recordsOf(1_500, (index, random) => {
      const day = 60 * random();
      return { category: index % 2 === 0 ? "chat" : "code", day, lost: day > 45 ? 0.1 : 0.002 };
    });
    const { certificate } = await tuneThreshold(records, { ...options, target: { maxLoss: 0.05 } });
    expect(certificate.concerns).toEqual([
      expect.stringMatching(
        /^The loss rises in the course of these records: 0\.\d % in the earlier half, \d(\.\d)? % in the later one, which chance does not explain\. /,
      ),
    ]);
    // The same losses without an order.
    const bare = records.map(({ at: _, ...record }) => record);
    const untimed = await tuneThreshold(bare, { ...options, target: { maxLoss: 0.05 } });
    expect(untimed.certificate.concerns).toBeUndefined();
  });

  it("is how often the records were tuned on before", async () => {
    const records = recordsOf(400, () => ({ category: "chat", day: 0, lost: 0.005 }));
    const of = async (triedBefore: number) =>
      (await tuneThreshold(records, { ...options, target: { maxLoss: 0.05 }, triedBefore })).certificate
        .concerns;
    expect(await of(0)).toBeUndefined();
    expect(await of(1)).toEqual([
      expect.stringMatching(/^These records were tuned on once before, with another seed/),
    ]);
    expect(await of(7)).toEqual([expect.stringMatching(/^These records were tuned on 7 times before, /)]);
  });

  it("does not cry wolf: at most one draw in twenty, where each category keeps the promise", async () => {
    const draws = runs(120, 4_000);
    const maxLoss = 0.05;
    let alarms = 0;
    for (let draw = 0; draw < draws; draw += 1) {
      const random = seededRandom(draw);
      const count = 600;
      // Every category loses exactly what is promised, and conversations are all good or all bad.
      const units = Uint32Array.from({ length: count }, (_, index) => Math.floor(index / (1 + (draw % 3))));
      const ofUnit = new Map<number, number>();
      const loss = Float64Array.from(units, (unit) => {
        const known = ofUnit.get(unit) ?? (random() < maxLoss ? 1 : 0);
        ofUnit.set(unit, known);
        return known;
      });
      const columns = {
        units,
        categories: Array.from(units, (unit) => `c${unit % 8}`),
        records: Array.from(units, (unit) => ({
          id: "",
          outcomes: {},
          at: new Date(1e9 * (unit + 1)).toISOString(),
        })),
      } satisfies Pick<TuneColumns, "units" | "categories" | "records">;
      const concerned = { loss, maxLoss, settings: { guarantee: "mean" } } as const;
      if ((await concernsOf({ ...concerned, columns })).length > 0) alarms += 1;
    }
    console.info(`false alarms: ${((100 * alarms) / draws).toFixed(2)} % of ${draws}`);
    // Three standard errors above 5 %.
    expect(alarms / draws).toBeLessThan(0.05 + 3 * Math.sqrt((0.05 * 0.95) / draws));
  });
});
