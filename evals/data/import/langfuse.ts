import type { ImportInput } from "../input/import-input.ts";
import { fieldOf, textOf } from "../input/json-values.ts";
import type { Fields } from "../outcomes/is-object.ts";
import { type Imported, type ImportSettings, type Place, refuseAt } from "./import-format.ts";
import { readItems } from "./read-items.ts";
import { between, recordsOfCalls, type TracedCall } from "./traced-call.ts";

/**
 * Reads Langfuse's JSON: observations and scores as its API and its exports have them, the events that its
 * SDKs send, and items of a data set. Generations with a score are outcomes; items are a data set.
 */
export async function* langfuse(
  inputs: readonly ImportInput[],
  settings: ImportSettings,
): AsyncGenerator<Imported, void, void> {
  const found = new Map<string, { place: Place; value: Fields }>();
  const scores = new Map<string, Map<string, unknown>>();
  const addScore = (of: unknown, name: unknown, value: unknown): void => {
    if (typeof of !== "string" || typeof name !== "string") return;
    const own = scores.get(of) ?? new Map<string, unknown>();
    scores.set(of, own.set(name, value));
  };
  for (const input of inputs) {
    for await (const { place, value: item } of readItems(input, ["batch", "data", "observations"])) {
      const type = textOf(item["type"]) ?? "";
      const body = fieldOf(item, "body");
      const value = (typeof body === "object" && body !== null ? body : item) as Fields;
      const isScore =
        type.startsWith("score") || ("name" in value && "value" in value && !("input" in value));
      if (isScore) {
        addScore(value["observationId"] ?? value["traceId"], value["name"], value["value"]);
        continue;
      }
      // Items of a data set have no type.
      if (type !== "" && !type.toLowerCase().startsWith("generation")) {
        settings.leaveOut("events other than generations");
        continue;
      }
      const id = textOf(value["id"]) ?? refuseAt(place, "id", "must be a non-empty string");
      const earlier = found.get(id);
      // An SDK sends a generation in parts.
      found.set(id, { place: earlier?.place ?? place, value: { ...earlier?.value, ...value } });
      for (const score of Array.isArray(value["scores"]) ? value["scores"] : [])
        addScore(id, fieldOf(score, "name"), fieldOf(score, "value"));
    }
  }
  const calls = [...found].map(([id, { place, value }]): TracedCall => {
    const usage = value["usageDetails"] ?? value["usage"];
    const own = scores.get(id) ?? scores.get(textOf(value["traceId"]) ?? "");
    return {
      place,
      id,
      input: value["input"],
      output: value["output"],
      expected: value["expectedOutput"],
      model: textOf(value["model"]),
      scores: own ?? new Map(),
      costUsd: value["calculatedTotalCost"] ?? value["totalCost"] ?? fieldOf(usage, "totalCost"),
      inputTokens: fieldOf(usage, "input"),
      outputTokens: fieldOf(usage, "output"),
      latencyMs: between(value["startTime"], value["endTime"]),
      session: value["sessionId"],
      at: value["startTime"],
      metadata: value["metadata"],
    };
  });
  yield* recordsOfCalls(calls, settings);
}
