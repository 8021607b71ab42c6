import type { Attempt } from "../../contracts/index.ts";
import { hasFailed } from "../../plugin/has-failed.ts";

/** Money and tokens of some attempts. */
export interface SpendRow {
  readonly attempts: number;
  /** Attempts that ended with an error, paid or not. */
  readonly failed: number;
  /** Sum of the known costs in US dollars, exact to a nano-dollar. */
  readonly costUsd: number;
  /** Part of `costUsd` that is a share of own GPUs, for which no bill comes. Absent: none. */
  readonly ownGpuUsd?: number | undefined;
  /** Attempts whose cost is not known: they are missing in `costUsd`. */
  readonly unknown: number;
  /** Attempts whose cost rests on estimated tokens. */
  readonly estimated: number;
  readonly inputTokens: number;
  readonly cachedInputTokens: number;
  readonly outputTokens: number;
}

export interface NamedSpendRow extends SpendRow {
  readonly name: string;
}

/** Spend by one property. */
export interface SpendGroup {
  /** Rows by cost, the most expensive first; days in their order. */
  readonly rows: readonly NamedSpendRow[];
  /** Attempts of names that came after the group was full. */
  readonly others?: SpendRow | undefined;
  /** Attempts without the property: requests without a tenant. */
  readonly none?: SpendRow | undefined;
}

export interface SpendReport {
  readonly total: SpendRow;
  /** By name, `provider:model`. */
  readonly byModel: SpendGroup;
  /** By hop: `answer`, `retry`, `check`, `classify` … */
  readonly byHop: SpendGroup;
  readonly byTenant: SpendGroup;
  /** By day of the start in UTC, `2026-11-26`. */
  readonly byDay: SpendGroup;
}

/** Adds up attempts, each once. */
export interface SpendSums {
  /** Adds an attempt. The caller sees to it that each is added once. */
  add(attempt: Attempt, tenant: string | undefined): void;
  report(): SpendReport;
}

export interface SpendSumsOptions {
  /** Largest number of models, of tenants, and of days that have a row. The latest days are kept. */
  readonly maxRows: number;
}

interface Sum {
  attempts: number;
  failed: number;
  /** Nano-dollars. Not a number: those are exact up to 9,007,199 US dollars only. */
  nanoUsd: bigint;
  /** Part of it that is a share of own GPUs. */
  ownNanoUsd: bigint;
  unknown: number;
  estimated: number;
  inputTokens: number;
  cachedInputTokens: number;
  outputTokens: number;
}

/** Longest name of a row in characters. */
const longestName = 256;

export function createSpendSums({ maxRows }: SpendSumsOptions): SpendSums {
  const total = emptySum();
  const models = createGroup(maxRows);
  const hops = createGroup(maxRows);
  const tenants = createGroup(maxRows);
  const days = createGroup(maxRows, true);
  return {
    add(attempt, tenant) {
      const { usage, error, costEstimated } = attempt;
      const nanoUsd = nanoOf(attempt.costUsd);
      for (const sum of [
        total,
        models.sumOf(attempt.name),
        hops.sumOf(attempt.hop),
        tenants.sumOf(tenant),
        days.sumOf(attempt.startedAt.slice(0, 10)),
      ]) {
        sum.attempts += 1;
        if (hasFailed(error)) sum.failed += 1;
        if (nanoUsd === undefined) sum.unknown += 1;
        else sum.nanoUsd += nanoUsd;
        if (attempt.ownGpu === true) sum.ownNanoUsd += nanoUsd ?? 0n;
        if (costEstimated) sum.estimated += 1;
        sum.inputTokens += usage?.inputTokens ?? 0;
        sum.cachedInputTokens += usage?.cachedInputTokens ?? 0;
        sum.outputTokens += usage?.outputTokens ?? 0;
      }
    },
    report: () => ({
      total: rowOf(total),
      byModel: models.report(),
      byHop: hops.report(),
      byTenant: tenants.report(),
      byDay: days.report(),
    }),
  };
}

/** Returns whole nano-dollars; undefined for a cost that is not known, or none: negative or not finite. */
export function nanoOf(costUsd: number | undefined): bigint | undefined {
  if (typeof costUsd !== "number" || !(costUsd >= 0) || costUsd === Number.POSITIVE_INFINITY)
    return undefined;
  return BigInt(Math.round(costUsd * 1e9));
}

function createGroup(maxRows: number, keepsLatest = false) {
  const sums = new Map<string, Sum>();
  let others: Sum | undefined;
  let none: Sum | undefined;
  return {
    sumOf(name: string | undefined): Sum {
      if (name === undefined) {
        none ??= emptySum();
        return none;
      }
      const key = name.length <= longestName ? name : `${name.slice(0, longestName - 1)}…`;
      let sum = sums.get(key);
      if (sum !== undefined) return sum;
      if (sums.size >= maxRows) {
        const oldest = keepsLatest ? [...sums.keys()].sort()[0] : undefined;
        others ??= emptySum();
        if (oldest === undefined || key < oldest) return others;
        addTo(others, sums.get(oldest) as Sum);
        sums.delete(oldest);
      }
      sum = emptySum();
      sums.set(key, sum);
      return sum;
    },
    report(): SpendGroup {
      const rows = [...sums].map(([name, sum]) => ({ name, ...rowOf(sum) }));
      const byName = (a: NamedSpendRow, b: NamedSpendRow) => (a.name < b.name ? -1 : 1);
      rows.sort(keepsLatest ? byName : (a, b) => b.costUsd - a.costUsd || byName(a, b));
      return {
        rows,
        ...(others === undefined ? {} : { others: rowOf(others) }),
        ...(none === undefined ? {} : { none: rowOf(none) }),
      };
    },
  };
}

function emptySum(): Sum {
  return {
    attempts: 0,
    failed: 0,
    nanoUsd: 0n,
    ownNanoUsd: 0n,
    unknown: 0,
    estimated: 0,
    inputTokens: 0,
    cachedInputTokens: 0,
    outputTokens: 0,
  };
}

function addTo(sum: Sum, other: Sum): void {
  sum.attempts += other.attempts;
  sum.failed += other.failed;
  sum.nanoUsd += other.nanoUsd;
  sum.ownNanoUsd += other.ownNanoUsd;
  sum.unknown += other.unknown;
  sum.estimated += other.estimated;
  sum.inputTokens += other.inputTokens;
  sum.cachedInputTokens += other.cachedInputTokens;
  sum.outputTokens += other.outputTokens;
}

function rowOf({ nanoUsd, ownNanoUsd, ...counts }: Sum): SpendRow {
  const own = ownNanoUsd > 0n ? { ownGpuUsd: Number(ownNanoUsd) / 1e9 } : {};
  return { ...counts, costUsd: Number(nanoUsd) / 1e9, ...own };
}
