import type { ImportInput } from "../input/import-input.ts";
import { fieldOf } from "../input/json-values.ts";
import { type Fields, isObject } from "../outcomes/is-object.ts";
import { readJsonLines } from "../outcomes/read-json-lines.ts";
import { type Imported, type ImportSettings, refuseAt } from "./import-format.ts";
import { mergeOutcomes } from "./merge-outcomes.ts";
import { openaiLog } from "./openai-log.ts";

/**
 * Reads logs of OpenAI evals, JSON lines of `spec` and then events: outcomes of the run's model. Logs of several models
 * on the same samples become records with the outcomes of all of them.
 */
export async function* openaiEvals(
  inputs: readonly ImportInput[],
  settings: ImportSettings,
): AsyncGenerator<Imported, void, void> {
  const logs: Imported[] = [];
  for (const input of inputs) {
    let log: ReturnType<typeof openaiLog> | undefined;
    for await (const { line, value } of readJsonLines(input)) {
      const place = { file: input.name, line };
      if (!isObject(value)) refuseAt(place, "line", "must be a JSON object");
      if (fieldOf(value, "spec") !== undefined) {
        if (log !== undefined) refuseAt(place, "spec", "occurs twice: give each run its own file");
        log = openaiLog(place, value, settings);
      } else if (log !== undefined) log.add(place, value as Fields);
      else refuseAt(place, "line", "must be part of a log that begins with { spec }");
    }
    if (log !== undefined) logs.push(...log.end());
  }
  yield* mergeOutcomes(logs, settings);
}
