import { readPythonStrings } from "../input/read-python-strings.ts";
import { type OutcomeRecord, outcomeOf } from "../outcomes/outcome-record.ts";
import { csvHeader, csvLine } from "./csv-line.ts";
import type { ExportSettings, ExportSource } from "./export-format.ts";
import { textRecords } from "./text-records.ts";

/**
 * RouterBench's wide table as CSV, with the model that answers best, the cheapest of those, in
 * `oracle_model_to_route_to` (`no_model_correct` where no quality is above 0).
 */
export async function* routerbench(
  { records, models }: ExportSource,
  { leaveOut }: ExportSettings,
): AsyncGenerator<string, void, void> {
  yield csvHeader([
    ...["sample_id", "prompt", "eval_name"],
    ...models,
    ...models.map((model) => `${model}|model_response`),
    ...models.map((model) => `${model}|total_cost`),
    "oracle_model_to_route_to",
  ]);
  for await (const { record, prompt } of textRecords(records(), leaveOut)) {
    const outcomes = models.map((model) => outcomeOf(record, model));
    yield csvLine([
      ...[record.id, unmistakable(prompt), record.category],
      ...outcomes.map((outcome) => outcome?.quality),
      ...outcomes.map((outcome) => outcome?.answer),
      ...outcomes.map((outcome) => outcome?.costUsd),
      oracleOf(record, models),
    ]);
  }
}

/** A prompt that looks like a Python list is written as one of a single string, or it would be read as it looks. */
function unmistakable(prompt: string): string {
  if (readPythonStrings(prompt) === undefined) return prompt;
  return `['${prompt.replaceAll("\\", "\\\\").replaceAll("'", "\\'").replaceAll("\n", "\\n")}']`;
}

function oracleOf(record: OutcomeRecord, models: readonly string[]): string {
  let best: { readonly model: string; readonly quality: number; readonly costUsd: number } | undefined;
  for (const model of models) {
    const { quality = 0, costUsd = Number.POSITIVE_INFINITY } = outcomeOf(record, model) ?? {};
    const better = quality > (best?.quality ?? 0) || (quality === best?.quality && costUsd < best.costUsd);
    if (better) best = { model, quality, costUsd };
  }
  return best?.model ?? "no_model_correct";
}
