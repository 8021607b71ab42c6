import type { Histogram, Meter } from "@opentelemetry/api";
import type { Attempt } from "../../../contracts/index.ts";
import { errorType } from "./attempt-attributes.ts";
import { attributes, chat, metrics } from "./names.ts";

/** Returns a function that records the metrics of the conventions for a call. */
export function recordMetrics(
  meter: Meter,
): (attempt: Attempt, model: { readonly name: string; readonly provider: string }) => void {
  const histogram = (of: keyof typeof metrics): Histogram => {
    const { name, unit, description, buckets } = metrics[of];
    return meter.createHistogram(name, {
      unit,
      description,
      advice: { explicitBucketBoundaries: [...buckets] },
    });
  };
  const [duration, firstChunk, tokens] = [
    histogram("duration"),
    histogram("firstChunk"),
    histogram("tokens"),
  ];
  return ({ latencyMs, firstTokenMs, usage, error }, { name, provider }) => {
    const known = {
      [attributes.operation]: chat,
      [attributes.provider]: provider,
      [attributes.requestModel]: name,
    };
    const type = errorType({ error });
    const failure = type === undefined ? {} : { [attributes.errorType]: type };
    duration.record(latencyMs / 1_000, { ...known, ...failure });
    if (firstTokenMs !== undefined) firstChunk.record(firstTokenMs / 1_000, known);
    if (usage === undefined) return;
    recordTokens(tokens, usage.inputTokens, { ...known, [attributes.tokenType]: "input" });
    recordTokens(tokens, usage.outputTokens, { ...known, [attributes.tokenType]: "output" });
  };
}

/** A provider may report anything as a number of tokens. */
function recordTokens(tokens: Histogram, count: number, labels: Record<string, string>): void {
  if (count >= 0 && Number.isFinite(count)) tokens.record(count, labels);
}
