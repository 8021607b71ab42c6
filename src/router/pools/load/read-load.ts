import type { Load } from "../../../contracts/index.ts";
import type { MetricName, MetricNames } from "./metric-names.ts";
import { engineWith } from "./names/engine-with.ts";
import { type MetricSample, type MetricSamples, readPrometheus } from "./prometheus-text.ts";
import { totalsOf } from "./totals-of.ts";

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

/** Largest count that is believed. Larger ones would make sums infinite, which never end. */
const mostCount = Number.MAX_SAFE_INTEGER;

/** Reads an engine's load. Counts of several engines are summed; of the use of their caches, the mean counts. */
export function readLoad(text: string, names: MetricNames): ReadLoad {
  const { engine, path: _path, ...kinds } = names;
  const all = Object.values(kinds).flatMap((kind) => kind ?? []);
  const wanted = new Set(all.map(({ name }) => name));
  const read = readPrometheus(text, (name) => wanted.has(name));
  // Sums of a part would be wrong.
  if (read.cut !== undefined)
    return { problems: [`it has ${read.cut}: is load.path that of an engine's metrics?`] };
  const { badLines } = read;
  const problems: string[] = badLines === 0 ? [] : [`lines of metrics that cannot be read: ${badLines}`];
  const count = (kind: readonly MetricName[] = [], isGauge = false): number | undefined => {
    const values = valuesOf(kind, read, problems, isGauge);
    const sum = values?.reduce((one, other) => one + other, 0);
    if (sum === undefined || (sum >= 0 && sum <= mostCount)) return sum;
    problems.push(`${kind[0]?.name} is not a count`);
    return undefined;
  };
  const usage = valuesOf(names.kvUsage, read, problems, true);
  const isShare = usage?.every((value) => value >= 0 && value <= 1);
  if (isShare === false) problems.push(`${names.kvUsage[0]?.name} is not a share in [0, 1]: wrong unit?`);
  const load = {
    running: count(names.running, true),
    waiting: count(names.waiting, true),
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
  if (lacking.length > 0)
    problems.push(`no metrics of ${engine} for ${lacking.join(" or ")} requests${adviceOn(text, names)}`);
  else if (usage === undefined && names.kvUsage.length > 0)
    problems.push(`no metrics of ${engine} for the use of its cache: ${names.kvUsage[0]?.name} is not there`);
  const kvUsage = usage && isShare ? usage.reduce((one, other) => one + other, 0) / usage.length : undefined;
  return { ...load, kvUsage, problems };
}

/** Returns what may help where an engine's metrics lack what it must have. */
function adviceOn(text: string, names: MetricNames): string {
  if (names.running.some(({ name }) => text.includes(name))) return "";
  const other = engineWith(text);
  return other === undefined
    ? ": is load.path that of its metrics?"
    : `: they are those of ${other}, for which the member's model is to be made`;
}

/** Types of samples that only rise, or are parts of a distribution: a gauge has another one. */
const notGauges: ReadonlySet<string> = new Set(["counter", "histogram", "summary"]);

/** Returns the values of the first name that is there. */
function valuesOf(
  kind: readonly MetricName[],
  { samples, types }: MetricSamples,
  problems: string[],
  isGauge: boolean,
): readonly number[] | undefined {
  for (const { name, labels = {} } of kind) {
    const type = types.get(name);
    if (isGauge && type !== undefined && notGauges.has(type)) {
      problems.push(
        `${name} is a ${type} where it should be a gauge: is it of another version of the engine?`,
      );
      return undefined;
    }
    const found = samples.filter((one) => one.name === name && hasLabels(one, labels));
    if (found.length === 0) continue;
    const { totals, isTwice } = totalsOf(found);
    // Which of them holds is not known.
    if (isTwice) {
      problems.push(`${name} is there twice with the same labels`);
      return undefined;
    }
    return totals.map(({ value }) => value);
  }
  return undefined;
}

function hasLabels({ labels }: MetricSample, wanted: Readonly<Record<string, string>>): boolean {
  return Object.entries(wanted).every(([key, value]) => labels.get(key) === value);
}
