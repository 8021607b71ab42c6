import { answerOf, defined, fieldOf, isMessages, knownAmount, textOf } from "../input/json-values.ts";
import { isObject } from "../outcomes/is-object.ts";
import type { Outcome } from "../outcomes/outcome-record.ts";
import { type Imported, type ImportSettings, type Place, refuseAt } from "./import-format.ts";

/** Call of a model, or item of a data set, as tools for tracing export it. */
export interface TracedCall {
  readonly place: Place;
  readonly id: string;
  readonly input: unknown;
  readonly output?: unknown;
  readonly expected?: unknown;
  readonly model?: string | undefined;
  /** Scores by name. */
  readonly scores: ReadonlyMap<string, unknown>;
  readonly costUsd?: unknown;
  readonly inputTokens?: unknown;
  readonly outputTokens?: unknown;
  readonly latencyMs?: number | undefined;
  readonly session?: unknown;
  readonly at?: unknown;
  readonly metadata?: unknown;
}

/**
 * Converts calls to records: outcomes of the model that answered if calls have scores (those without are then
 * left out), else a data set. The score is `metric`; without it a call may have one score only.
 */
export function* recordsOfCalls(
  calls: readonly TracedCall[],
  { score: metric, leaveOut }: Pick<ImportSettings, "score" | "leaveOut">,
): Generator<Imported, void, void> {
  const isScored = calls.some(({ model, scores }) => model !== undefined && scores.size > 0);
  for (const call of calls) {
    const { place, id, model } = call;
    const ask = askOf(call);
    const shared = { id, ...ask, session: textOf(call.session), at: dateOf(call.at) };
    if (!isScored) {
      const { expected, metadata } = call;
      const others = { ...(isObject(metadata) ? metadata : {}), ...(model === undefined ? {} : { model }) };
      yield {
        place,
        record: defined({
          ...shared,
          expected: expected ?? undefined,
          metadata: Object.keys(others).length === 0 ? undefined : others,
        }),
      };
      continue;
    }
    const quality = model === undefined ? undefined : scoreOf(call, metric);
    if (model === undefined || quality === undefined) {
      leaveOut(model === undefined ? "without a model" : `without the score ${metric ?? ""}`.trim());
      continue;
    }
    const outcome = defined<Outcome>({
      quality,
      answer: answerOf(call.output),
      costUsd: knownAmount(call.costUsd),
      inputTokens: knownAmount(call.inputTokens),
      outputTokens: knownAmount(call.outputTokens),
      latencyMs: call.latencyMs,
    });
    yield { place, record: defined({ ...shared, outcomes: Object.fromEntries([[model, outcome]]) }) };
  }
}

function scoreOf({ place, scores }: TracedCall, metric: string | undefined): number | undefined {
  if (metric === undefined && scores.size > 1) {
    const names = [...scores.keys()].slice(0, 10).map((name) => JSON.stringify(name.slice(0, 40)));
    return refuseAt(place, "scores", `are several: choose one with --metric (${names.join(", ")})`);
  }
  const name = metric ?? [...scores.keys()][0] ?? "";
  const value = scores.get(name);
  if (value === undefined || value === null) return undefined;
  if (typeof value === "boolean") return Number(value);
  if (typeof value === "number" && value >= 0 && value <= 1) return value;
  return refuseAt(place, `scores[${JSON.stringify(name.slice(0, 80))}]`, "must be a number in [0, 1]");
}

/** Returns what was asked: messages, a text, or the only text in an object. */
function askOf({ place, input }: TracedCall): { prompt: string } | { messages: never } {
  if (typeof input === "string" && input !== "") return { prompt: input };
  const messages = isMessages(input) ? input : fieldOf(input, "messages");
  const own = Array.isArray(messages) && Array.isArray(messages[0]) ? messages[0] : messages;
  if (isMessages(own)) return { messages: own as never };
  for (const field of ["question", "prompt", "input", "text", "query"]) {
    const text = textOf(fieldOf(input, field));
    if (text !== undefined) return { prompt: text };
  }
  const values = isObject(input) ? Object.values(input) : [];
  const only = values.length === 1 ? textOf(values[0]) : undefined;
  if (only !== undefined) return { prompt: only };
  return refuseAt(place, "input", "must be a text, messages, or an object with a question, prompt or input");
}

function dateOf(value: unknown): string | undefined {
  return typeof value === "string" && !Number.isNaN(Date.parse(value))
    ? new Date(value).toISOString()
    : undefined;
}

/** Time between two dates; undefined if one of them is not known. */
export function between(start: unknown, end: unknown): number | undefined {
  const msOf = (at: unknown): number =>
    typeof at === "number" ? at : typeof at === "string" ? Date.parse(at) : Number.NaN;
  const latencyMs = msOf(end) - msOf(start);
  return latencyMs >= 0 ? latencyMs : undefined;
}
