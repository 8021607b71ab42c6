import { type ApartSums, apartSums } from "./apart-sums.ts";
import type { CheckedRecord } from "./check-audited-record.ts";
import { keyOf } from "./key-of.ts";
import { type LossWindow, lossWindow } from "./loss-window.ts";
import { type PromiseCategories, promiseCategories } from "./promise-categories.ts";
import { noOthers, type OtherProcesses } from "./promise-fleet.ts";
import type { PromiseRules } from "./promise-options.ts";
import type { LivePromiseState } from "./promise-state.ts";
import { type PromiseStream, promiseStream, settled, storedStream } from "./promise-stream.ts";
import { type RecentKeys, recentKeys } from "./recent-keys.ts";
import { isBelowLimit, levelOfLook } from "./window-tests.ts";

/** All that a promise has seen, and what follows from it. */
export interface PromiseEvidence {
  readonly window: LossWindow;
  readonly categories: PromiseCategories;
  readonly apart: ApartSums;
  /** Number of records of which each counted. */
  readonly records: number;
  readonly repeated: LivePromiseState["repeated"];
  /** Statement about all traffic, or about a category. */
  stream(category: string | undefined): PromiseStream;
  add(record: CheckedRecord): void;
  follow(others: OtherProcesses): void;
  exportState(): LivePromiseState;
}

/** Called with each statement whose state has changed. */
export type OnChange = (category: string | undefined, from: PromiseStream, to: PromiseStream) => void;

/** Smallest number of records of a category in the window of which `kept` is said. */
const enough = 100;
/** Sum of weights below which others have none: the rest of roundings. */
const leastWeight = 1e-9;

/** Creates the evidence, filled with a state. */
export function promiseEvidence(
  rules: PromiseRules,
  state: LivePromiseState | undefined,
  onChange: OnChange,
): PromiseEvidence {
  const { name, maxLoss, size, everyMs, maxTenantShare } = rules;
  const names = state?.categories.map(([category]) => category) ?? [];
  const rows = state?.window.map(([loss, weight, category, tenant, at]) => {
    return { loss, weight, category: names[category], tenant, at };
  });
  const window = lossWindow(size, rows);
  const categories = promiseCategories(rules, (category) => window.countOf(category), state?.categories);
  const apart = apartSums(state?.apart);
  const decisions: RecentKeys = recentKeys(size, state?.decisions);
  const units: RecentKeys = recentKeys(size, state?.units);
  let overall: PromiseStream = promiseStream(rules, state?.overall);
  let repeated = state?.repeated ?? { decisions: 0, units: 0 };
  let records = state?.records ?? 0;
  let others = noOthers;

  const streamOf = (category: string | undefined) =>
    category === undefined ? overall : (categories.get(category) ?? promiseStream(rules));
  const put = (category: string | undefined, stream: PromiseStream) => {
    if (category === undefined) overall = stream;
    else categories.set(category, stream);
  };
  const settle = (category: string | undefined) => {
    const from = streamOf(category);
    const alarms = category === undefined ? rules.overall : rules.ofCategory;
    const to = settled(from, alarms, records, others.bets(category), others.isBroken(category));
    put(category, to);
    if (to.state !== from.state) onChange(category, from, to);
  };

  /** Returns the weight of a record of the tenant, whose share of all weight is bounded. */
  const weightOf = (probability: number, tenant: number): number => {
    const weight = 1 / probability;
    if (tenant === 0 || maxTenantShare === 1) return weight;
    const own = window.weight(tenant);
    const ofOthers = window.weight() - own;
    if (ofOthers < leastWeight) return weight;
    return Math.min(weight, Math.max(0, (maxTenantShare / (1 - maxTenantShare)) * ofOthers - own));
  };

  /** Looks at the window for evidence that the promise is kept. */
  const look = (level: number) => {
    const all = window.rows();
    put(undefined, { ...overall, isKept: isBelowLimit(all, rules, level) });
    if (records < size) return;
    for (const [category, stream] of categories.entries()) {
      const own = all.filter((row) => row.category === category);
      const isKept = own.length >= enough && isBelowLimit(own, rules, rules.delta);
      if (isKept === stream.isKept) continue;
      put(category, { ...stream, isKept });
      settle(category);
    }
  };

  const count = ({ loss, probability, tenant: named, category: given, at = 0 }: CheckedRecord) => {
    const tenant = named === undefined ? 0 : keyOf(named);
    const category = categories.nameFor(given);
    const weight = weightOf(probability, tenant);
    window.add({ loss, weight, category, tenant, at });
    records += 1;
    // The weight of a record is known before its loss: bets may be scaled by the largest of the window. One that has
    // left it must not make the bets of all later records small.
    const most = rules.mostWeight ?? window.mostWeight();
    const gain = most === 0 ? 0 : ((weight / most) * (loss - maxLoss)) / (1 + maxLoss);
    const interval = everyMs === undefined ? undefined : Math.floor(at / everyMs);
    const touched = category === undefined ? [undefined] : [category, undefined];
    for (const one of touched) streamOf(one).detector.add(gain, interval);
    const level = levelOfLook(records, rules);
    if (level !== undefined) look(level);
    for (const one of touched) settle(one);
  };

  return {
    window,
    categories,
    apart,
    get records() {
      return records;
    },
    get repeated() {
      return repeated;
    },
    stream: streamOf,
    add(record) {
      const { decisionId, unit, because, loss, probability } = record;
      if (decisions.see(decisionId === undefined ? undefined : keyOf(decisionId)))
        repeated = { ...repeated, decisions: repeated.decisions + 1 };
      else if (because !== "policy") apart.add(because, loss, 1 / probability);
      else if (units.see(unit === undefined ? undefined : keyOf(unit)))
        repeated = { ...repeated, units: repeated.units + 1 };
      else count(record);
    },
    follow(given) {
      others = given;
      // A category that is broken elsewhere gets a place here, if there is one.
      for (const category of given.broken) categories.nameFor(category);
      for (const [category] of categories.entries()) settle(category);
      settle(undefined);
    },
    exportState() {
      const all = categories.entries();
      const place = new Map(all.map(([category], at) => [category, at]));
      return {
        formatVersion: 2,
        name,
        maxLoss,
        everyMs: everyMs ?? 0,
        records,
        overall: storedStream(overall),
        categories: all.map(([category, stream]) => [category, storedStream(stream)]),
        window: window
          .rows()
          .map(({ loss, weight, category, tenant, at }) => [
            loss,
            weight,
            category === undefined ? -1 : (place.get(category) ?? -1),
            tenant,
            at,
          ]),
        apart: apart.sums(),
        decisions: decisions.keys(),
        units: units.keys(),
        repeated,
      };
    },
  };
}
