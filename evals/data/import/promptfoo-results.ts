import { createHash } from "node:crypto";
import { answerOf, defined, fieldOf, knownAmount, promptOrMessages, textOf } from "../input/json-values.ts";
import { type Fields, isObject } from "../outcomes/is-object.ts";
import { meanOfField } from "../outcomes/mean-of-field.ts";
import type { Outcome, OutcomeRecord } from "../outcomes/outcome-record.ts";
import { type Imported, type ImportSettings, type Place, refuseAt } from "./import-format.ts";

/** Results of one prompt for one test. */
interface Group {
  readonly place: Place;
  readonly prompt: string;
  readonly test: string;
  readonly id: string | undefined;
  readonly metadata: Fields;
  readonly answers: {
    readonly provider: string;
    readonly label: string | undefined;
    readonly outcome: Outcome;
  }[];
}

/** Collects results until the end, since the results of a test need not be adjacent. */
export interface PromptfooResults {
  add(place: Place, result: Fields): void;
  end(): Generator<Imported, void, void>;
}

export function isPromptfooResult(value: unknown): value is Fields {
  return (
    isObject(value) && fieldOf(value, "provider") !== undefined && fieldOf(value, "prompt") !== undefined
  );
}

/**
 * Reads the results of a run as outcomes by provider (`openai:gpt-5`; its label if one provider has several).
 * A test that ran more than once has the mean, with `repeats`. Results without an answer are left out. Costs
 * and tokens of 0, and cost and latency of answers from promptfoo's cache, count as unknown.
 */
export function promptfooResults({ quality, leaveOut }: ImportSettings): PromptfooResults {
  const groups = new Map<string, Group>();
  const labels = new Map<string, Set<string | undefined>>();
  const prompts = new Set<unknown>();

  const add = (place: Place, result: Fields): void => {
    const { response, provider } = result;
    const prompt = fieldOf(result["prompt"], "raw");
    const name = typeof provider === "string" ? textOf(provider) : textOf(fieldOf(provider, "id"));
    if (typeof prompt !== "string") refuseAt(place, "prompt.raw", "must be a string");
    if (name === undefined) refuseAt(place, "provider.id", "must be a non-empty string");
    if (prompt === "[prompt stripped]") {
      leaveOut("results whose prompt was stripped");
      return;
    }
    const answer = answerOf(fieldOf(response, "output"));
    if (answer === undefined || fieldOf(response, "error") || result["failureReason"] === 2) {
      leaveOut("results without an answer (errors)");
      return;
    }
    const outcome = outcomeOf(place, result, answer, quality);
    const label = textOf(fieldOf(provider, "label"));
    labels.set(name ?? "", (labels.get(name ?? "") ?? new Set()).add(label));
    // `promptIdx` starts from 0 for each provider.
    prompts.add(fieldOf(result["prompt"], "label"));
    const group = groupOf(place, String(prompt), result);
    const key = JSON.stringify([group.prompt, group.test]);
    const found = groups.get(key) ?? group;
    groups.set(key, found);
    found.answers.push({ provider: name ?? "", label, outcome });
  };

  const end = function* (): Generator<Imported, void, void> {
    const nameOf = (provider: string, label: string | undefined): string =>
      (labels.get(provider)?.size ?? 0) > 1 ? (label ?? provider) : provider;
    for (const { place, prompt, test, id, metadata, answers } of groups.values()) {
      const byModel = new Map<string, Outcome[]>();
      for (const { provider, label, outcome } of answers) {
        const model = nameOf(provider, label);
        const known = byModel.get(model);
        if (known === undefined) byModel.set(model, [outcome]);
        else known.push(outcome);
      }
      const record: OutcomeRecord = defined({
        id: prompts.size > 1 || id === undefined ? hash(prompt, test) : id,
        ...promptOrMessages(prompt),
        category: textOf(metadata["category"]),
        // The same test under several prompts is not independent.
        group: prompts.size > 1 ? hash(test) : undefined,
        metadata: withoutOwn(metadata),
        outcomes: Object.fromEntries([...byModel].map(([model, outcomes]) => [model, meanOf(outcomes)])),
      });
      yield { place, record };
    }
  };
  return { add, end };
}

function groupOf(place: Place, prompt: string, result: Fields): Group {
  const testCase = result["testCase"];
  const vars = fieldOf(testCase, "vars") ?? result["vars"] ?? {};
  const metadata = fieldOf(testCase, "metadata");
  const own = isObject(metadata) ? metadata : {};
  const id = textOf(own["id"]);
  return {
    place,
    prompt,
    test: JSON.stringify([id, vars, fieldOf(testCase, "assert")]),
    id,
    metadata: own,
    answers: [],
  };
}

function outcomeOf(place: Place, result: Fields, answer: string, kind: "score" | "pass"): Outcome {
  const { score, success, response } = result;
  if (kind === "pass" && typeof success !== "boolean") refuseAt(place, "success", "must be true or false");
  if (kind === "score" && !(typeof score === "number" && score >= 0 && score <= 1))
    refuseAt(
      place,
      "score",
      `must be a number in [0, 1]${typeof score === "number" ? `, got ${score}` : ""}: give the asserts weights, or take the quality pass`,
    );
  const fresh = fieldOf(response, "cached") !== true;
  const usage = fieldOf(response, "tokenUsage") ?? result["tokenUsage"];
  return defined({
    quality: kind === "pass" ? Number(success) : (score as number),
    answer,
    costUsd: fresh ? (knownAmount(result["cost"]) ?? knownAmount(fieldOf(response, "cost"))) : undefined,
    inputTokens: knownAmount(fieldOf(usage, "prompt")),
    outputTokens: knownAmount(fieldOf(usage, "completion")),
    latencyMs: fresh ? knownAmount(result["latencyMs"]) : undefined,
  });
}

function meanOf(outcomes: readonly Outcome[]): Outcome {
  const first = outcomes[0] as Outcome;
  if (outcomes.length === 1) return first;
  return defined({
    quality: meanOfField(outcomes, "quality") ?? 0,
    answer: first.answer,
    costUsd: meanOfField(outcomes, "costUsd"),
    latencyMs: meanOfField(outcomes, "latencyMs"),
    repeats: outcomes.length,
  });
}

/** Removes the fields that the record has itself. */
function withoutOwn({ id, category, ...rest }: Fields): Fields | undefined {
  return Object.keys(rest).length === 0 ? undefined : rest;
}

function hash(...parts: readonly string[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 16);
}
