import { InvalidOptionError } from "../../../src/contracts/index.ts";
import { type Outcome, type OutcomeRecord, outcomeOf } from "../outcomes/outcome-record.ts";
import { askedOf, withTools } from "./asked-of.ts";
import type { ExportSettings, ExportSource } from "./export-format.ts";

/** Writes outcomes of one model as the log of a run. */
export async function* openaiEvals(
  source: ExportSource,
  { leaveOut }: ExportSettings,
): AsyncGenerator<string, void, void> {
  const { models, records } = source;
  if (models.length > 1)
    throw new InvalidOptionError(
      "models",
      models,
      `one model, since a log holds one run: ${models.join(", ")}`,
    );
  const model = models[0] ?? "";
  yield lineOf({ spec: { completion_fns: [model], eval_name: "switchpoint", run_id: "0" } });
  let event = 0;
  for await (const record of records()) {
    const input = askedOf(record);
    if (input === undefined) {
      leaveOut(withTools);
      continue;
    }
    const outcome = outcomeOf(record as OutcomeRecord, model);
    if (outcome === undefined) {
      leaveOut("records without an outcome of the model");
      continue;
    }
    for (const [type, data] of eventsOf(input, outcome)) {
      yield lineOf({
        run_id: "0",
        event_id: event,
        sample_id: record.id,
        type,
        data,
        created_at: (record as OutcomeRecord).at,
      });
      event += 1;
    }
  }
}

/** Events of an outcome: right and wrong are a match, a grade is a metric. */
function eventsOf(prompt: unknown, outcome: Outcome): readonly (readonly [string, object])[] {
  const { quality, answer, inputTokens, outputTokens } = outcome;
  const usage =
    inputTokens === undefined && outputTokens === undefined
      ? undefined
      : { prompt_tokens: inputTokens, completion_tokens: outputTokens };
  const sampled = answer === undefined ? undefined : [answer];
  return [
    ["sampling", { prompt, sampled, usage }],
    quality === 0 || quality === 1 ? ["match", { correct: quality === 1 }] : ["metrics", { score: quality }],
  ];
}

function lineOf(value: object): string {
  return `${JSON.stringify(value)}\n`;
}
