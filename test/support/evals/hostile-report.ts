import type { Report } from "../../../evals/report/report.ts";
import { reportData } from "../../../evals/report/report-data.ts";
import { estimating, hostile, now, reportRecords } from "./report-world.ts";
import { tuned } from "./tuned.ts";

/** Creates a report whose names, categories, ids, prompts and notes all try to inject HTML. */
export async function hostileReport(): Promise<Report> {
  const names = { small: `small ${hostile}`, large: `large ${hostile}` };
  const records = reportRecords(150, (record, index) => ({
    ...record,
    id: `${index} ${hostile}`,
    prompt: `${record.prompt} ${hostile}`,
    category: index % 2 === 0 ? hostile : "plain",
    outcomes: {
      [names.small]: Object.values(record.outcomes)[0] ?? { quality: 0 },
      [names.large]: Object.values(record.outcomes)[1] ?? { quality: 1 },
    },
  }));
  const { classify } = estimating;
  const classifier = {
    name: hostile,
    version: hostile,
    classify: (...args: Parameters<typeof classify>) => {
      const { complexity } = estimating.classify(...args) as { complexity: number };
      return { complexity, quality: { [names.small]: 1 - complexity, [names.large]: 0.9 } };
    },
  };
  const tuning = tuned({
    ...names,
    models: [names.small, names.large],
    policy: { name: "threshold", parameters: { ...names, at: 0.5, otherwise: names.large } },
    judge: hostile,
    certificate: { notes: [hostile] },
  });
  return reportData(records, {
    ...names,
    classifier,
    tuning,
    resamples: 20,
    now,
    outcomes: hostile,
    command: hostile,
  });
}
