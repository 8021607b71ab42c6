import type { OutcomeRecord } from "../../../evals/data/outcomes/outcome-record.ts";
import type { Report } from "../../../evals/report/report.ts";
import { reportData } from "../../../evals/report/report-data.ts";
import { always, firstOf } from "../../../policies/index.ts";
import { createRouter } from "../../../src/index.ts";
import { fakeModel } from "../../../src/testing/index.ts";
import { estimating, large, now, reportRecords, small, stated } from "./report-world.ts";

const pair = { small, large, classifier: stated, resamples: 20, now };

/** Creates a report whose names, categories and prompts are written from right to left. */
export function rightToLeftReport(): Promise<Report> {
  const names = { small: "מודל:קטן 8B", large: "نموذج:كبير (v2)" };
  const records = renamed(200, names).map((record, index) => ({
    ...record,
    prompt: `${record.prompt} ما هي عاصمة أستراليا؟ (1) כמה זה 2+2`,
    category: index % 2 === 0 ? "رياضيات – 101" : "שאלות, כללי",
  }));
  return reportData(records, { ...pair, ...names, judge: "בודק א (3)" });
}

/** Creates a report whose names and categories are as long as a careless caller makes them. */
export function longReport(): Promise<Report> {
  const names = {
    small: `together:${"meta-llama/Llama-Guard-".repeat(3)}11B-Vision-Turbo-Instruct-FP8-dynamic-preview`,
    large: `azure:${"x".repeat(5_000)}`,
  };
  const records = renamed(200, names).map((record, index) => ({
    ...record,
    id: `${record.id}${"-long".repeat(200)}`,
    category: `${index % 3} ${"category ".repeat(60)}${"y".repeat(400)}`,
    outcomes: priced(record, 1e7),
  }));
  return reportData(records, { ...pair, ...names, judge: "judge ".repeat(60), requestsPerMonth: 1e11 });
}

/** Creates a report on five records without times, categories and some costs. */
export function tinyReport(): Promise<Report> {
  const records = reportRecords(5, ({ category: _, ...record }, index) => ({
    ...record,
    outcomes: index === 0 ? { [small]: { quality: 0.5 }, [large]: { quality: 0.7 } } : record.outcomes,
  }));
  return reportData(records, pair);
}

/** Creates a report on a router of seven models, whose classifier estimates qualities. */
export async function manyModelsReport(): Promise<Report> {
  const ids = ["a", "b", "c", "d", "e", "f", "g"];
  const models = Object.fromEntries(
    ids.map((id) => [id, fakeModel({ provider: "openai", model: `model-${id}-2026-11-01` })]),
  );
  const router = createRouter({ models, classifier: estimating, policy: firstOf(always("c")) });
  const records = reportRecords(150, (record, index) => ({
    ...record,
    outcomes: Object.fromEntries(
      ids.map((id, at) => [
        `openai:model-${id}-2026-11-01`,
        { quality: (index * 7 + at * 13) % 10 < 4 + at / 2 ? 1 : 0.2, costUsd: 0.001 * (at + 1) ** 2 },
      ]),
    ),
  }));
  const report = await reportData(records, { router, resamples: 20, now });
  await router.close();
  return report;
}

function renamed(count: number, names: { small: string; large: string }): OutcomeRecord[] {
  return reportRecords(count, (record) => ({
    ...record,
    outcomes: {
      [names.small]: record.outcomes[small] ?? { quality: 0 },
      [names.large]: record.outcomes[large] ?? { quality: 1 },
    },
  }));
}

function priced({ outcomes }: OutcomeRecord, times: number): OutcomeRecord["outcomes"] {
  return Object.fromEntries(
    Object.entries(outcomes).map(([name, { quality, costUsd = 0 }]) => [
      name,
      { quality, costUsd: times * costUsd },
    ]),
  );
}
