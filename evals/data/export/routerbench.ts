import { readPythonStrings } from "../input/read-python-strings.ts";
import { type OutcomeRecord, outcomeOf } from "../outcomes/outcome-record.ts";
import { csvHeader, csvLine } from "./csv-line.ts";
import type { ExportSettings, ExportSource } from "./export-format.ts";
import { textRecords } from "./text-records.ts";

/**
 * Writes RouterBench's wide table as CSV. `oracle_model_to_route_to` names the model with the best answer,
 * the cheapest of those (`no_model_correct` if no quality is above 0).
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
      ...outcomes.map((outcome) => outcome?.answer && unmistakable(outcome.answer)),
      ...outcomes.map((outcome) => outcome?.costUsd),
      oracleOf(record, models),
    ]);
  }
}

/**
 * Writes a text that looks like a Python list as a list of one string; otherwise it would be read as a
 * list.
 */
function unmistakable(text: string): string {
  if (readPythonStrings(text) === undefined) return text;
  return `['${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'").replaceAll("\n", "\\n")}']`;
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
