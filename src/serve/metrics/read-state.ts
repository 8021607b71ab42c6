import type { BudgetAccount, Router } from "../../contracts/index.ts";
import { readOnce } from "../../plugin/read-once.ts";
import { wantedOf } from "../../plugin/wanted-of.ts";
import { withoutEffort } from "../../plugin/without-effort.ts";
import type { Families } from "./families.ts";
import type { Labels } from "./labels.ts";
import { setPromise } from "./on-news.ts";
import type { ReadMetricsOptions } from "./options.ts";

/** Parts that are read, each by itself: one that throws does not hide the others. */
type Part = "breakers" | "pools" | "budgets" | "promise" | "drift" | "rollout";

/** Reads what is a state and not a count: breakers, limits, budgets, promises, drift, rollouts. */
export function stateReader(
  router: Router,
  families: Families,
  labels: Labels,
  { promises, drift, rollouts, readTimeoutMs }: ReadMetricsOptions,
): () => Promise<void> {
  const failed = (part: Part) => families.unreadable_total.add(1, part);
  const tried = (part: Part, read: () => void): void => {
    try {
      read();
    } catch {
      failed(part);
    }
  };
  const askBudgets = readOnce(() => router.readBudgets(), readTimeoutMs);
  const readBudgets = async (): Promise<void> => {
    try {
      setBudgets(families, labels, await askBudgets());
    } catch {
      failed("budgets");
    }
  };
  const askRollouts = rollouts.map((rollout) => readOnce(() => rollout.status(), readTimeoutMs));
  const readRollout = async (ask: (typeof askRollouts)[number]): Promise<void> => {
    try {
      const { id, stage, share } = await ask();
      families.rollout_stage.set(stage, labels.rollout(id));
      families.rollout_share.set(share, labels.rollout(id));
    } catch {
      failed("rollout");
    }
  };
  return async () => {
    if (!router.isClosed) {
      tried("breakers", () => setBreakers(router, families, labels));
      tried("pools", () => setWanted(router, families, labels));
      await readBudgets();
    }
    for (const promise of promises)
      tried("promise", () => setPromise(families, labels.promise(promise.name), promise.report()));
    await Promise.all(askRollouts.map(readRollout));
    if (drift.length > 0) families.drift_active.clear();
    for (const monitor of drift) tried("drift", () => setDrift(families, labels, monitor.status()));
  };
}

const breakerStates = ["closed", "half-open", "open"];

function setBreakers(router: Router, families: Families, labels: Labels): void {
  const { breakers, limits } = router.readEndpoints();
  const { breaker_state, paused, learned_requests_per_minute: learned } = families;
  for (const family of [breaker_state, paused, learned]) family.clear();
  const byName = new Map(breakers.map((breaker) => [breaker.name, breaker]));
  const now = Date.now();
  for (const name of new Set([
    ...Object.values(router.models).map((model) => withoutEffort(model.name, model)),
    ...byName.keys(),
  ])) {
    const label = labels.name(name);
    const { state = "closed", pausedUntil = 0 } = byName.get(name) ?? {};
    for (const one of breakerStates) breaker_state.set(one === state ? 1 : 0, label, one);
    paused.set(pausedUntil > now ? 1 : 0, label);
  }
  for (const { name, requestsPerMinute } of limits) learned.set(requestsPerMinute, labels.name(name));
}

/** A pool of which none is known has no sample: the last one would be taken for what it wants now. */
function setWanted(router: Router, families: Families, labels: Labels): void {
  const { pool_wanted_members: family } = families;
  family.clear();
  for (const [id, model] of Object.entries(router.models)) {
    const wanted = wantedOf(model);
    if (wanted !== undefined) family.set(wanted.wanted, labels.model(id));
  }
}

/** Sets for each budget the account that is nearest its limit. Owners, people or tenants, never become labels. */
function setBudgets(families: Families, labels: Labels, accounts: readonly BudgetAccount[]): void {
  const nearest = new Map<string, { labels: [string, string]; left: number; ratio: number; count: number }>();
  for (const { name, unit, used, open, limit } of accounts) {
    // An owner who may use nothing is at no limit that an alarm is about.
    if (limit === 0) continue;
    const key = `${name} ${unit}`;
    const left = Math.max(0, limit - used - open);
    const ratio = left / limit;
    const known = nearest.get(key);
    if (known === undefined) {
      nearest.set(key, { labels: [labels.budget(name), unit], left, ratio, count: 1 });
      continue;
    }
    known.count += 1;
    if (ratio < known.ratio) Object.assign(known, { left, ratio });
  }
  for (const family of [families.budget_left, families.budget_left_ratio, families.budget_accounts])
    family.clear();
  for (const { labels: values, left, ratio, count } of nearest.values()) {
    families.budget_left.set(left, ...values);
    families.budget_left_ratio.set(ratio, ...values);
    families.budget_accounts.set(count, ...values);
  }
}

type DriftStatus = ReturnType<ReadMetricsOptions["drift"][number]["status"]>;

function setDrift(families: Families, labels: Labels, { findings, alarms }: DriftStatus): void {
  for (const { of, verdict, value, bound } of findings) {
    if (verdict === "not-judged") continue;
    families.drift_value.set(value, labels.drift(of));
    families.drift_bound.set(bound, labels.drift(of));
    families.drift_active.set(0, labels.drift(of));
  }
  for (const { of } of alarms) families.drift_active.set(1, labels.drift(of));
}
