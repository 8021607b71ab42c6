import type { ChatMessage } from "../../../src/contracts/index.ts";
import { mean } from "../../../src/loop/statistics/index.ts";
import { answerOf, defined, fieldOf, isMessages, knownAmount, textOf } from "../input/json-values.ts";
import type { Fields } from "../outcomes/is-object.ts";
import type { Outcome } from "../outcomes/outcome-record.ts";
import { type Imported, type ImportSettings, type Place, refuseAt } from "./import-format.ts";

/** State of a sample after the events so far. */
interface Sample {
  readonly place: Place;
  asked?: { prompt: string } | { messages: readonly ChatMessage[] };
  answer?: string | undefined;
  usage?: unknown;
  /** Values of `match` events. */
  readonly matches: number[];
  /** Values of `metrics` events. */
  readonly scores: number[];
  at?: string | undefined;
}

/** Collects the events of a run until its end: the events of a sample need not be adjacent. */
export interface OpenaiLog {
  add(place: Place, event: Fields): void;
  end(): readonly Imported[];
}

/**
 * Collects the log of a run. Quality is `correct` of a sample's `match` events, else `metric` of its
 * `metrics` events; the mean of several. Prompt and answer are those of its first `sampling` event: later
 * ones belong to a grader.
 */
export function openaiLog(place: Place, line: Fields, { metric, leaveOut }: ImportSettings): OpenaiLog {
  const spec = line["spec"];
  const model = modelOf(spec) ?? refuseAt(place, "spec.completion_fns", "must name the model");
  const category = textOf(fieldOf(spec, "base_eval"));
  const samples = new Map<string, Sample>();

  const add = (at: Place, event: Fields): void => {
    const { type, sample_id: id, data } = event;
    if (type === undefined && event["final_report"] !== undefined) return;
    if (typeof type !== "string") refuseAt(at, "type", "must be a string");
    if (textOf(id) === undefined) refuseAt(at, "sample_id", "must be a non-empty string");
    const sample = samples.get(id as string) ?? { place: at, matches: [], scores: [] };
    samples.set(id as string, sample);
    if (type === "sampling") addSampling(at, sample, data);
    else if (type === "match") sample.matches.push(scoreOf(at, "data.correct", fieldOf(data, "correct")));
    else if (type === "metrics" && fieldOf(data, metric) !== undefined)
      sample.scores.push(scoreOf(at, `data.${metric}`, fieldOf(data, metric)));
    if (type === "match" || type === "metrics") sample.at = timeOf(event["created_at"]);
  };

  return {
    add,
    end: () =>
      [...samples].flatMap(([id, sample]) => {
        const { asked, matches, scores } = sample;
        const found = matches.length > 0 ? matches : scores;
        if (asked === undefined) leaveOut("samples without a sampling event, which holds the prompt");
        else if (found.length === 0) leaveOut(`samples without a match event or the metric ${metric}`);
        if (asked === undefined || found.length === 0) return [];
        const outcome = outcomeOf(sample, found);
        const record = {
          id,
          ...asked,
          category,
          at: sample.at,
          outcomes: Object.fromEntries([[model, outcome]]),
        };
        return [{ place: sample.place, record: defined(record) }];
      }),
  };
}

function modelOf(spec: unknown): string | undefined {
  const functions = fieldOf(spec, "completion_fns");
  // The first is the model, the second of a model-graded run its grader; older logs say `model_name`.
  return textOf(Array.isArray(functions) ? functions[0] : undefined) ?? textOf(fieldOf(spec, "model_name"));
}

function addSampling(place: Place, sample: Sample, data: unknown): void {
  if (sample.asked !== undefined) return;
  const prompt = fieldOf(data, "prompt");
  const sampled = fieldOf(data, "sampled");
  if (typeof prompt === "string") sample.asked = { prompt };
  else if (isMessages(prompt)) sample.asked = { messages: prompt };
  else refuseAt(place, "data.prompt", "must be a string or a non-empty array of { role, content }");
  sample.answer = answerOf(Array.isArray(sampled) ? sampled[0] : sampled);
  sample.usage = fieldOf(data, "usage");
}

function scoreOf(place: Place, field: string, value: unknown): number {
  if (typeof value === "boolean") return value ? 1 : 0;
  if (typeof value === "number" && value >= 0 && value <= 1) return value;
  const shown = typeof value === "number" ? `, got ${value}` : "";
  return refuseAt(place, field, `must be true, false or a number in [0, 1]${shown}`);
}

function outcomeOf({ answer, usage }: Sample, found: readonly number[]): Outcome {
  return defined({
    quality: mean(found),
    answer,
    inputTokens: knownAmount(fieldOf(usage, "prompt_tokens")),
    outputTokens: knownAmount(fieldOf(usage, "completion_tokens")),
    repeats: found.length > 1 ? found.length : undefined,
  });
}

function timeOf(value: unknown): string | undefined {
  const at = typeof value === "string" ? new Date(value) : undefined;
  return at === undefined || Number.isNaN(at.getTime()) ? undefined : at.toISOString();
}
