import type { FieldTable } from "../../../plugin/options/option-kind.ts";

/** A metric by its name, and by labels that it must have. */
export interface MetricName {
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>> | undefined;
}

/** Names that an engine has for its load, the preferred ones first. The first one that is there counts. */
export interface MetricNames {
  readonly engine: string;
  /** Path of the metrics from the root of the server. Default `/metrics`. */
  readonly path?: string | undefined;
  readonly running: readonly MetricName[];
  readonly waiting: readonly MetricName[];
  /** Share in [0, 1]. Of several engines, the mean. */
  readonly kvUsage: readonly MetricName[];
  /** Counter of requests that ended. */
  readonly finished: readonly MetricName[];
  /** Counter of the output tokens of requests that ended. */
  readonly finishedTokens?: readonly MetricName[] | undefined;
  /** Counter of the output tokens of all requests, which rises while they run. */
  readonly tokens?: readonly MetricName[] | undefined;
  /** Counter of steps, each of which gives every running request a token. */
  readonly steps?: readonly MetricName[] | undefined;
  /** Counters of the prompt tokens that were read, and of the seconds of work on them. */
  readonly promptTokens?: readonly MetricName[] | undefined;
  readonly promptSeconds?: readonly MetricName[] | undefined;
}

const list = {
  is: "list",
  of: {
    is: "table",
    of: { name: { is: "text" }, labels: { is: "record", of: { is: "text", empty: true }, optional: true } },
  },
} as const;

export const metricNames: FieldTable<MetricNames> = {
  engine: { is: "text" },
  path: { is: "text", optional: true },
  running: list,
  waiting: list,
  kvUsage: list,
  finished: list,
  finishedTokens: { ...list, optional: true },
  tokens: { ...list, optional: true },
  steps: { ...list, optional: true },
  promptTokens: { ...list, optional: true },
  promptSeconds: { ...list, optional: true },
};

/** The names as they are, and with `_total`, which some versions of the client library add to counters. */
export function counter(...names: readonly string[]): readonly MetricName[] {
  return names.flatMap((name) => [{ name: `${name}_total` }, { name }]);
}
