import { InvalidOptionError } from "../../../src/contracts/index.ts";
import type { DatasetRecord } from "../outcomes/dataset-record.ts";
import type { Outcome, OutcomeRecord } from "../outcomes/outcome-record.ts";
import { type Asked, askedOf, withTools } from "./asked-of.ts";
import type { Exported, ExportSettings, ExportSource } from "./export-format.ts";

/**
 * Writes a data set as tests, to be run with the prompt `{{prompt}}`, and outcomes as the output of a run,
 * which `promptfoo import` accepts. One JSON value, or JSON lines if the file's name ends in `.jsonl`.
 */
export async function* promptfoo(
  source: ExportSource,
  { extension, leaveOut }: ExportSettings,
): AsyncGenerator<string, void, void> {
  if (extension !== ".json" && extension !== ".jsonl")
    throw new InvalidOptionError("out", extension, "a name that ends in .json or .jsonl for promptfoo");
  const { kind, models } = source;
  const items = kind === "dataset" ? tests(source, leaveOut) : results(source, leaveOut);
  if (extension === ".jsonl") {
    for await (const item of items) yield `${JSON.stringify(item)}\n`;
    return;
  }
  if (kind === "dataset") yield* listOf(items);
  else {
    yield `{"results":{"version":3,"prompts":${JSON.stringify(models.map((provider) => ({ raw: "{{prompt}}", label: "{{prompt}}", provider })))},"results":`;
    yield* listOf(items);
    yield `},"config":{},"shareableUrl":null}\n`;
  }
}

async function* listOf(items: AsyncIterable<object>): AsyncGenerator<string, void, void> {
  let before = "[\n";
  for await (const item of items) {
    yield `${before}${JSON.stringify(item)}`;
    before = ",\n";
  }
  yield before === "[\n" ? "[]\n" : "\n]\n";
}

async function* tests(
  { records }: ExportSource,
  leaveOut: ExportSettings["leaveOut"],
): AsyncGenerator<object, void, void> {
  for await (const record of records()) {
    const asked = askedOf(record);
    if (asked === undefined) leaveOut(withTools);
    else yield { ...testOf(record, asked), assert: assertsOf((record as DatasetRecord).expected) };
  }
}

/** Test of a record, with its id and category so that an import restores them. */
function testOf(
  record: Exported,
  asked: Asked,
): { readonly vars: { readonly prompt: string }; readonly metadata: object } {
  const { id, category, metadata } = record;
  return { vars: { prompt: textOf(asked) }, metadata: { ...metadata, id, category } };
}

function textOf(asked: Asked): string {
  return typeof asked === "string" ? asked : JSON.stringify(asked);
}

function assertsOf(expected: unknown): readonly object[] {
  if (expected === undefined || expected === null) return [];
  const several = Array.isArray(expected) && expected.every((one) => typeof one === "string");
  return [{ type: several ? "contains-any" : "equals", value: expected }];
}

async function* results(
  { records, models }: ExportSource,
  leaveOut: ExportSettings["leaveOut"],
): AsyncGenerator<object, void, void> {
  let testIdx = 0;
  for await (const each of records()) {
    const record = each as OutcomeRecord;
    const asked = askedOf(record);
    if (asked === undefined) {
      leaveOut(withTools);
      continue;
    }
    for (const [promptIdx, model] of models.entries()) {
      if (!Object.hasOwn(record.outcomes, model)) continue;
      const { answer, ...outcome } = record.outcomes[model] as Outcome;
      yield resultOf({
        promptIdx,
        testIdx,
        model,
        asked,
        test: testOf(record, asked),
        answer: answer ?? "",
        outcome,
      });
    }
    testIdx += 1;
  }
}

function resultOf(result: {
  readonly promptIdx: number;
  readonly testIdx: number;
  readonly model: string;
  readonly asked: Asked;
  readonly test: ReturnType<typeof testOf>;
  readonly answer: string;
  readonly outcome: Outcome;
}): object {
  const { promptIdx, testIdx, model, asked, test, answer, outcome } = result;
  const { quality, costUsd, latencyMs, inputTokens, outputTokens, error } = outcome;
  return {
    promptIdx,
    testIdx,
    testCase: test,
    promptId: "",
    provider: { id: model, label: "" },
    prompt: { raw: textOf(asked), label: "{{prompt}}" },
    vars: test.vars,
    response: {
      output: answer,
      cost: costUsd,
      tokenUsage: { prompt: inputTokens, completion: outputTokens },
    },
    success: quality === 1,
    score: quality,
    // A request that the model could not answer counts against it: 1, a failed test, not 2, a broken run.
    failureReason: quality === 1 ? 0 : 1,
    error,
    latencyMs,
    cost: costUsd,
    namedScores: {},
    gradingResult: { pass: quality === 1, score: quality, reason: "" },
  };
}
