import { isDeepStrictEqual } from "node:util";
import type { ImportInput } from "../input/import-input.ts";
import { fieldOf, textOf } from "../input/json-values.ts";
import { type Fields, isObject } from "../outcomes/is-object.ts";
import { type Imported, type ImportSettings, type Place, refuseAt } from "./import-format.ts";
import { readItems } from "./read-items.ts";
import { recordsOfCalls, type TracedCall } from "./traced-call.ts";

/**
 * Reads Braintrust's JSON: events of experiments and logs (`scores`, `metadata.model`, `metrics`), and rows of
 * a data set (`input`, `expected`).
 */
export async function* braintrust(
  inputs: readonly ImportInput[],
  settings: ImportSettings,
): AsyncGenerator<Imported, void, void> {
  const rows = new Map<string, { place: Place; value: Fields }>();
  for (const input of inputs) {
    for await (const { place, value } of readItems(input, ["rows", "events", "data"])) {
      // Spans below the root repeat its request in parts.
      if (Array.isArray(value["span_parents"]) && value["span_parents"].length > 0) {
        settings.leaveOut("spans below another");
        continue;
      }
      const id = textOf(value["id"]) ?? refuseAt(place, "id", "must be a non-empty string");
      const earlier = rows.get(id);
      if (earlier !== undefined && value["_is_merge"] !== true) {
        const isSame = isDeepStrictEqual({ ...value, metrics: fieldsOf(value["metrics"]) }, earlier.value);
        if (!isSame)
          refuseAt(
            place,
            "id",
            `is the same as in ${earlier.place.file}:${earlier.place.line}, of another event`,
          );
        settings.leaveOut("repeated records");
        continue;
      }
      // An SDK sends later what it learns later.
      const metrics = { ...fieldsOf(earlier?.value["metrics"]), ...fieldsOf(value["metrics"]) };
      rows.set(id, { place: earlier?.place ?? place, value: { ...earlier?.value, ...value, metrics } });
    }
  }
  const calls = [...rows].map(([id, { place, value }]): TracedCall => {
    const { metadata, metrics, scores } = value;
    const seconds = Number(fieldOf(metrics, "end")) - Number(fieldOf(metrics, "start"));
    return {
      place,
      id,
      input: value["input"],
      output: value["output"],
      expected: value["expected"],
      model: textOf(fieldOf(metadata, "model")),
      scores: new Map(Object.entries(fieldsOf(scores))),
      costUsd: fieldOf(metrics, "estimated_cost"),
      inputTokens: fieldOf(metrics, "prompt_tokens"),
      outputTokens: fieldOf(metrics, "completion_tokens"),
      latencyMs: seconds >= 0 ? Math.round(1_000 * seconds) : undefined,
      session: fieldOf(metadata, "session_id"),
      at: value["created"],
      metadata,
    };
  });
  yield* recordsOfCalls(calls, settings);
}

function fieldsOf(value: unknown): Fields {
  return isObject(value) ? value : {};
}
