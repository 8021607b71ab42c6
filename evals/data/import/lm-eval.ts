import { basename, dirname } from "node:path";
import type { ImportInput } from "../input/import-input.ts";
import { answerOf, defined, fieldOf, textOf } from "../input/json-values.ts";
import { type Fields, isObject } from "../outcomes/is-object.ts";
import type { Outcome, OutcomeRecord } from "../outcomes/outcome-record.ts";
import { readJsonLines } from "../outcomes/read-json-lines.ts";
import { type Imported, type ImportSettings, type Place, refuseAt } from "./import-format.ts";
import { mergeOutcomes } from "./merge-outcomes.ts";

/** Metrics of the harness that say if an answer is right, in the order in which they are looked for. */
const usual = ["acc", "exact_match", "acc_norm", "pass@1", "f1", "mc2"];

/**
 * Reads `samples_<task>_<date>.jsonl` of lm-evaluation-harness (`--log_samples`). The model is the folder's
 * name, as the harness writes it; several models are joined by task and `doc_id`. Of several filters the first
 * of a sample counts. Quality is `metric`, else the usual ones.
 */
export async function* lmEval(
  inputs: readonly ImportInput[],
  { score: metric, leaveOut }: ImportSettings,
): AsyncGenerator<Imported, void, void> {
  const all: Imported[] = [];
  for (const input of inputs) {
    const model = basename(dirname(input.name)) || "model";
    // samples_gsm8k_2026-11-01T10-00-00.000000
    const task = input.stem.replace(/^samples_/, "").replace(/_\d{4}-\d\d-\d\dT[\d.-]+$/, "");
    const seen = new Set<string>();
    for await (const { line, value } of readJsonLines(input)) {
      const place = { file: input.name, line };
      if (!isObject(value)) refuseAt(place, "line", "must be a JSON object");
      const sample = value as Fields;
      const { doc_id: doc } = sample;
      if (typeof doc !== "number" && typeof doc !== "string")
        refuseAt(place, "doc_id", "must be a number: is it a file of samples?");
      const id = `${task}:${doc}`;
      if (seen.has(id)) {
        leaveOut("further filters of a sample");
        continue;
      }
      seen.add(id);
      const outcome = defined<Outcome>({
        quality: qualityOf(sample, metric, place),
        answer: answerIn(sample),
      });
      const record: OutcomeRecord = {
        id,
        prompt: promptOf(sample, place),
        category: task,
        outcomes: Object.fromEntries([[model, outcome]]),
      };
      all.push({ place, record });
    }
  }
  yield* mergeOutcomes(all, { leaveOut });
}

function qualityOf(sample: Fields, metric: string | undefined, place: Place): number {
  const listed = Array.isArray(sample["metrics"])
    ? sample["metrics"].filter((one) => typeof one === "string")
    : [];
  const name = metric ?? [...usual, ...listed].find((one) => typeof sample[one] === "number");
  const value = name === undefined || !Object.hasOwn(sample, name) ? undefined : sample[name];
  if (typeof value === "boolean") return Number(value);
  if (typeof value === "number" && value >= 0 && value <= 1) return value;
  return refuseAt(
    place,
    (name ?? "acc").slice(0, 80),
    "must be a number in [0, 1]: name the metric of the samples with --metric",
  );
}

/** Prompt of the first request: `[[prompt, …]]`, in newer versions `{ gen_args_0: { arg_0: prompt } }`. */
function promptOf({ arguments: given }: Fields, place: Place): string {
  const first = Array.isArray(given) ? given[0] : fieldOf(given, "gen_args_0");
  const prompt = Array.isArray(first) ? first[0] : fieldOf(first, "arg_0");
  return textOf(prompt) ?? refuseAt(place, "arguments", "must hold the prompt that the model got");
}

/** Generated text; of multiple choice there is none. */
function answerIn({ resps, filtered_resps: filtered, arguments: given }: Fields): string | undefined {
  const isChoice = Array.isArray(given) && given.length > 1;
  const response = Array.isArray(resps)
    ? resps.flat(2)[0]
    : Array.isArray(filtered)
      ? filtered[0]
      : undefined;
  return isChoice || typeof response !== "string" ? undefined : answerOf(response);
}
