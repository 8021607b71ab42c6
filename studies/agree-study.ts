/**
 * Measures `agree` on published answers of two small models: a clone of
 * WildEval/ZeroEval has the answers, and the data sets in SWITCHPOINT_DATA (default ../shared/data) their
 * qualities. No log-probabilities are recorded there.
 *
 *     git clone https://github.com/WildEval/ZeroEval
 *     npm run build && node dist/studies/agree-study.js ZeroEval/result_dirs
 */

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type OutcomeRecord, outcomeOf } from "../evals/data/outcomes/outcome-record.ts";
import { promptKey } from "../evals/data/outcomes/prompt-key.ts";
import { readOutcomes } from "../evals/data/outcomes/read-outcomes.ts";
import { extractText } from "../policies/checks/internal/extract-answer.ts";
import { bootstrap, mean } from "../src/loop/statistics/index.ts";
import { dataPath } from "./data-path.ts";

const folder = process.argv[2] ?? "";
const sets = [
  ["crux", "zeroeval_crux"],
  ["math-l5", "zeroeval_math_l5"],
] as const;
/** Small model, the other small one, and the large one. */
const triples = [
  ["Meta-Llama-3.1-8B-Instruct", "Qwen2.5-7B-Instruct", "Meta-Llama-3.1-70B-Instruct"],
  ["Qwen2.5-7B-Instruct", "Meta-Llama-3.1-8B-Instruct", "Qwen2.5-72B-Instruct"],
  ["gpt-4o-mini-2024-07-18", "claude-3-5-haiku-20241022", "gpt-4o-2024-08-06"],
] as const;

for (const [name, data] of sets) {
  console.log(
    `\n${name}\n\n| small + other → large | n | small, large | agree | right if so | else | quality | a coin's | gap recovered [95 %] |`,
  );
  console.log("|---|---|---|---|---|---|---|---|---|");
  for (const triple of triples) console.log(await agreement(await recordsOf(name, data, triple), triple));
}
type Triple = (typeof triples)[number];

async function recordsOf(name: string, data: string, models: readonly string[]): Promise<OutcomeRecord[]> {
  const answers = new Map(models.map((model) => [model, answersOf(name, model)] as const));
  const records: OutcomeRecord[] = [];
  for await (const record of readOutcomes(dataPath("train", `${data}.jsonl.gz`))) {
    const outcomes = models.flatMap((model) => {
      const outcome = outcomeOf(record, model);
      const answer = answers.get(model)?.get(record.id.slice(record.id.indexOf("/") + 1));
      return outcome === undefined || answer === undefined ? [] : [[model, { ...outcome, answer }] as const];
    });
    if (outcomes.length === models.length)
      records.push({ ...record, outcomes: Object.fromEntries(outcomes) });
  }
  return records;
}

function answersOf(name: string, model: string): ReadonlyMap<string, string> {
  const path = join(folder, name, `${model}.json`);
  if (!existsSync(path)) {
    console.error(`${path} does not exist: give the folder result_dirs of a clone of WildEval/ZeroEval`);
    process.exit(1);
  }
  const rows = JSON.parse(readFileSync(path, "utf8")) as readonly {
    readonly session_id: string | number;
    readonly output: readonly string[];
  }[];
  return new Map(rows.map((row) => [String(row.session_id), row.output[0] ?? ""]));
}

async function agreement(records: readonly OutcomeRecord[], [small, other, large]: Triple): Promise<string> {
  const qualityOf = (model: string) =>
    Float64Array.from(records, (record) => outcomeOf(record, model)?.quality ?? Number.NaN);
  const [s, l] = [qualityOf(small), qualityOf(large)];
  const agreed = records.map((record) => {
    const said = extractText(outcomeOf(record, small)?.answer ?? "", "answer");
    return said !== undefined && extractText(outcomeOf(record, other)?.answer ?? "", "answer") === said;
  });
  const rightIf = (wanted: boolean): number => mean([...s].filter((_, index) => agreed[index] === wanted));
  const rate = mean(agreed.map(Number));
  const routed = s.map((quality, index) => (agreed[index] ? quality : (l[index] as number)));
  const coin = rate * mean([...s]) + (1 - rate) * mean([...l]);
  const { gap } = await bootstrap(
    records.length,
    (weights) => {
      const at = (column: Float64Array): number =>
        column.reduce((sum, one, index) => sum + one * (weights[index] as number), 0);
      return { gap: (at(routed) - at(s)) / (at(l) - at(s)) };
    },
    { groups: records.map(promptKey) },
  );
  const cells = [
    `${small} + ${other} → ${large}`,
    String(records.length),
    `${mean([...s]).toFixed(3)}, ${mean([...l]).toFixed(3)}`,
    percent(rate),
    percent(rightIf(true)),
    percent(rightIf(false)),
    mean([...routed]).toFixed(3),
    coin.toFixed(3),
    `${percent(gap?.value)} [${percent(gap?.low)}, ${percent(gap?.high)}]`,
  ];
  return `| ${cells.join(" | ")} |`;
}

function percent(share: number | undefined): string {
  return share === undefined ? "?" : `${(100 * share).toFixed(1)} %`;
}
