import type { Load } from "../../../contracts/index.ts";
import type { MetricName, MetricNames } from "./metric-names.ts";
import { type MetricSample, readPrometheus } from "./prometheus-text.ts";

/** Load in one text of metrics. A value that is missing, or impossible, is absent. */
export interface ReadLoad extends Pick<Load, "running" | "waiting" | "kvUsage"> {
  /** Requests that ended since the engine started. */
  readonly finished?: number | undefined;
  /** Output tokens of those, of all requests, and steps that gave each running request one. */
  readonly finishedTokens?: number | undefined;
  readonly tokens?: number | undefined;
  readonly steps?: number | undefined;
  /** Prompt tokens that were read, and seconds of work on prompts. */
  readonly promptTokens?: number | undefined;
  readonly promptSeconds?: number | undefined;
  /** Problems with it, in our words. */
  readonly problems: readonly string[];
}

/** Reads an engine's load. Counts of several engines are summed; of the use of their caches, the mean counts. */
export function readLoad(text: string, names: MetricNames): ReadLoad {
  const { engine, path: _path, ...kinds } = names;
  const all = Object.values(kinds).flatMap((kind) => kind ?? []);
  const wanted = new Set(all.map(({ name }) => name));
  const { samples, badLines } = readPrometheus(text, (name) => wanted.has(name));
  const problems: string[] = badLines === 0 ? [] : [`lines of metrics that cannot be read: ${badLines}`];
  const count = (kind: readonly MetricName[] = []): number | undefined => {
    const values = firstOf(kind, samples);
    const sum = values?.reduce((one, other) => one + other, 0);
    if (sum === undefined || (sum >= 0 && Number.isFinite(sum))) return sum;
    problems.push(`${kind[0]?.name} is not a count`);
    return undefined;
  };
  const usage = firstOf(names.kvUsage, samples);
  const isShare = usage?.every((value) => value >= 0 && value <= 1);
  if (isShare === false) problems.push(`${names.kvUsage[0]?.name} is not a share in [0, 1]: wrong unit?`);
  const load = {
    running: count(names.running),
    waiting: count(names.waiting),
    finished: count(names.finished),
    finishedTokens: count(names.finishedTokens),
    tokens: count(names.tokens),
    steps: count(names.steps),
    promptTokens: count(names.promptTokens),
    promptSeconds: count(names.promptSeconds),
  };
  const lacking = [
    ...(load.running === undefined ? ["running"] : []),
    ...(load.waiting === undefined ? ["waiting"] : []),
  ];
  if (lacking.length > 0) problems.push(`no metrics of ${engine} for ${lacking.join(" or ")} requests`);
  else if (usage === undefined && names.kvUsage.length > 0)
    problems.push(`no metrics of ${engine} for the use of its cache: ${names.kvUsage[0]?.name} is not there`);
  const kvUsage = usage && isShare ? usage.reduce((one, other) => one + other, 0) / usage.length : undefined;
  return { ...load, kvUsage, problems };
}

/** Returns the values of the first name that is there. */
function firstOf(
  kind: readonly MetricName[],
  samples: readonly MetricSample[],
): readonly number[] | undefined {
  for (const { name, labels = {} } of kind) {
    const found = samples.filter(
      (one) =>
        one.name === name && Object.entries(labels).every(([key, value]) => one.labels.get(key) === value),
    );
    if (found.length > 0) return totalsOf(found).map(({ value }) => value);
  }
  return undefined;
}

/**
 * Leaves out samples that are parts of others: where one sample lacks a label, or has it empty, and has all other labels in common
 * with samples that have it, it is their total. SGLang counts by priority in this way. Samples without a total (one per engine) all
 * stay.
 */
function totalsOf(samples: readonly MetricSample[]): readonly MetricSample[] {
  if (samples.length < 2) return samples;
  const keyOf = (labels: Iterable<readonly [string, string]>): string =>
    JSON.stringify(
      [...labels].filter(([, value]) => value !== "").sort(([one], [other]) => (one < other ? -1 : 1)),
    );
  const keys = new Set(samples.map(({ labels }) => keyOf(labels)));
  const isPart = ({ labels }: MetricSample): boolean =>
    [...labels].some(
      ([name, value]) => value !== "" && keys.has(keyOf([...labels].filter(([other]) => other !== name))),
    );
  return samples.filter((sample) => !isPart(sample));
}
