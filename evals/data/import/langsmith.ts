import type { ImportInput } from "../input/import-input.ts";
import { fieldOf, textOf } from "../input/json-values.ts";
import type { Fields } from "../outcomes/is-object.ts";
import { type Imported, type ImportSettings, type Place, refuseAt } from "./import-format.ts";
import { readItems } from "./read-items.ts";
import { atPath } from "./table.ts";
import { between, recordsOfCalls, type TracedCall } from "./traced-call.ts";

/**
 * Reads LangSmith's JSON: runs of type `llm` with their feedback (`feedback_stats`, or lines of feedback by
 * `run_id`), and examples of a data set.
 */
export async function* langsmith(
  inputs: readonly ImportInput[],
  settings: ImportSettings,
): AsyncGenerator<Imported, void, void> {
  const found = new Map<string, { place: Place; value: Fields }>();
  const scores = new Map<string, Map<string, unknown>>();
  for (const input of inputs) {
    for await (const { place, value } of readItems(input, ["runs", "examples", "data"])) {
      const run = textOf(value["run_id"]);
      if (run !== undefined && value["key"] !== undefined) {
        const own = scores.get(run) ?? new Map<string, unknown>();
        scores.set(run, own.set(String(value["key"]), value["score"]));
        continue;
      }
      if (value["run_type"] !== undefined && value["run_type"] !== "llm") {
        settings.leaveOut("runs that call no model");
        continue;
      }
      const id = textOf(value["id"]) ?? textOf(value["trace_id"]);
      if (id === undefined) refuseAt(place, "id", "must be a non-empty string");
      const earlier = found.get(id as string);
      // A run is sent when it starts and when it ends.
      found.set(id as string, { place: earlier?.place ?? place, value: { ...earlier?.value, ...value } });
    }
  }
  const calls = [...found].map(([id, { place, value }]): TracedCall => {
    const isRun = value["run_type"] !== undefined;
    const outputs = value["outputs"];
    const own = new Map(scores.get(id));
    const stats = value["feedback_stats"];
    if (typeof stats === "object" && stats !== null)
      for (const [key, one] of Object.entries(stats)) own.set(key, fieldOf(one, "avg"));
    const usage = fieldOf(outputs, "usage_metadata");
    const only = onlyValue(outputs);
    return {
      place,
      id,
      input: value["inputs"],
      output: isRun
        ? (atPath(outputs, "choices.0.message.content") ?? textIn(outputs) ?? outputs)
        : undefined,
      expected: isRun ? undefined : (only ?? outputs),
      model: isRun
        ? (textOf(atPath(value, "extra.metadata.ls_model_name")) ??
          textOf(atPath(value, "extra.invocation_params.model")))
        : undefined,
      scores: own,
      costUsd: value["total_cost"],
      inputTokens: value["prompt_tokens"] ?? fieldOf(usage, "input_tokens"),
      outputTokens: value["completion_tokens"] ?? fieldOf(usage, "output_tokens"),
      latencyMs: between(value["start_time"], value["end_time"]),
      session: atPath(value, "extra.metadata.session_id"),
      at: value["start_time"],
      metadata: isRun ? undefined : value["metadata"],
    };
  });
  yield* recordsOfCalls(calls, settings);
}

function onlyValue(value: unknown): unknown {
  const values = typeof value === "object" && value !== null ? Object.values(value) : [];
  return values.length === 1 ? values[0] : undefined;
}

/** Returns the text of the usual forms of LangChain's outputs. */
function textIn(outputs: unknown): unknown {
  const paths = ["generations.0.0.text", "generations.0.text", "output.content", "output", "content"];
  return paths.map((path) => atPath(outputs, path)).find((text) => typeof text === "string");
}
