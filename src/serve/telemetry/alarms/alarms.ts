import { InvalidOptionError } from "../../../contracts/index.ts";
import { type OptionTable, readOption, readOptions } from "../../../plugin/index.ts";
import type { Family } from "../../metrics/family.ts";
import type { Prometheus } from "../../metrics/prometheus/prometheus.ts";
import { createDelivery, type Notify } from "./deliver.ts";
import { readSeries } from "./read-series.ts";
import { type AlarmRule, ruleSpan } from "./rule.ts";
import { createWatch, type Watch } from "./watch.ts";

export interface AlarmsOptions {
  /** The series: `prometheus(router)`. */
  readonly metrics: Pick<Prometheus, "families">;
  /** At most 100, each name once. */
  readonly rules: readonly AlarmRule[];
  readonly notify: Notify;
  /**
   * Time between two looks in milliseconds. Default 15,000; 0: only `check()` looks, which should be called at least once a
   * minute, or as often as the shortest window is long: after a longer time the windows begin again.
   */
  readonly everyMs?: number | undefined;
  /** Longest wait for `notify` in milliseconds. Default 10,000. */
  readonly notifyTimeoutMs?: number | undefined;
  /** Pause before the second try; the following ones are four times as long each. Default 1,000 ms. */
  readonly retryPauseMs?: number | undefined;
  /** Returns milliseconds; may jump. Default: the monotonic clock. */
  readonly now?: (() => number) | undefined;
}

export interface Alarms {
  /** Looks now. Never rejects. */
  check(): Promise<void>;
  /** Names of the alarms that fire. */
  readonly firing: readonly string[];
  /** News that could not be delivered. */
  readonly lost: number;
  close(): void;
}

export const alarmsOptions: OptionTable<AlarmsOptions, "now"> = {
  metrics: { is: "object", methods: ["families"], expected: "prometheus(router)" },
  rules: {
    is: "list",
    of: { is: "object", methods: ["judge"], named: ["name"] },
    min: 1,
    max: 100,
    expected: "a list of 1 to 100 rules",
  },
  notify: { is: "function" },
  everyMs: { is: "number", min: 0, max: 3_600_000, default: 15_000 },
  notifyTimeoutMs: { is: "number", min: 1, max: 600_000, default: 10_000 },
  retryPauseMs: { is: "number", min: 0, max: 600_000, default: 1_000 },
  now: { is: "function", optional: true },
};

/**
 * Looks at series at intervals, and tells when a rule begins to fire and when it no longer does, each once. Nothing of
 * this is on the way of a request. Throws `InvalidOptionError`.
 */
export function alarms(options: AlarmsOptions): Alarms {
  const read = readOptions("alarms", alarmsOptions, options);
  const { metrics, rules, notify, everyMs, notifyTimeoutMs, retryPauseMs } = read;
  const { now = () => performance.now() } = read;
  checkRules(rules);
  const delivery = createDelivery(notify, notifyTimeoutMs, retryPauseMs);
  const watches = rules.map((rule) => createWatch(rule, everyMs));
  let looking: Promise<void> | undefined;
  const look = async (): Promise<void> => {
    const byName = new Map((await metrics.families()).map((family) => [family.name, family]));
    const at = now();
    for (const watch of watches) tellChange(watch, byName, at, delivery.send);
  };
  const check = (): Promise<void> => {
    looking ??= look()
      .catch(() => {})
      .finally(() => {
        looking = undefined;
      });
    return looking;
  };
  const timer = everyMs === 0 ? undefined : setInterval(check, everyMs);
  (timer as { unref?: () => void } | undefined)?.unref?.();
  return {
    check,
    get firing() {
      return watches.filter(({ firing }) => firing).map(({ rule }) => rule.name);
    },
    get lost() {
      return delivery.lost;
    },
    close() {
      clearInterval(timer);
      delivery.close();
    },
  };
}

function tellChange(
  watch: Watch,
  families: ReadonlyMap<string, Family>,
  at: number,
  send: (news: Parameters<Notify>[0]) => void,
): void {
  const { rule } = watch;
  const changed = watch.look(
    rule.reads.map((read) => readSeries(families, read)),
    at,
  );
  if (changed === undefined) return;
  const { value, reason } = changed;
  send({ alarm: rule.name, state: watch.firing ? "firing" : "resolved", at: Date.now(), value, reason });
}

function checkRules(rules: readonly AlarmRule[]): void {
  const names = new Set<string>();
  rules.forEach(({ name, windowMs, forMs = 0 }, at) => {
    const option = `alarms.rules[${at}]`;
    if (names.has(name))
      throw new InvalidOptionError(option, name, "a rule with a name that is not there already");
    names.add(name);
    readOption(ruleSpan, `${option}.windowMs`, windowMs);
    readOption(ruleSpan, `${option}.forMs`, forMs);
  });
}
