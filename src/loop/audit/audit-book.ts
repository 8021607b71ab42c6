import type { AuditChanged } from "../../contracts/index.ts";
import type { AuditSkip, AuditStatus } from "./audit-status.ts";
import { createDayBudget, type DayHold } from "./day-budget.ts";
import { recentMean } from "./recent-mean.ts";
import { createSampleRate, type SampleRateOptions } from "./sample-rate.ts";

export interface AuditBookOptions extends SampleRateOptions {
  readonly usdPerDay: number;
  readonly maxConcurrent: number;
  readonly tell: (event: AuditChanged) => void;
}

/** Counts, money and probabilities of an audit. */
export interface AuditBook {
  /** Notes the time of a request, in milliseconds since the epoch. */
  readonly setNow: (at: number) => void;
  /** Returns the probability of the next request: by what is known before it. */
  probability(): number;
  /** Counts a request that could have been drawn. */
  seen(isDrawn: boolean): void;
  /** Share of the drawn requests of other models that could be compared; 1 before the first. */
  comparableShare(): number;
  /** Counts a request of another model that was, or was not, compared. */
  compared(isCompared: boolean): void;
  skip(reason: AuditSkip): void;
  /** Counts a request that the reference answered. */
  ofReference(): void;
  record(): void;
  loss(loss: number, probability: number): void;
  /** Counts a loss that the promise refused. */
  refused(): void;
  /** Holds money for a comparison; undefined if a usual one is not paid for. `isAlone`: no other one holds any. */
  hold(isAlone: boolean): DayHold | undefined;
  /** Counts what a comparison has cost, and whether what it held did not pay for it: the next one then holds more. */
  spent(usd: number, heldUsd: number, isRefused: boolean): void;
  /** Day of the budget, and what is spent on it. */
  day(): { readonly day: number; readonly daySpentUsd: number };
  restore(day: number, spentUsd: number): void;
  /** Notes that the file cannot be written, or can be again. */
  failing(isFailing: boolean, reason: string): void;
  status(): Omit<AuditStatus, "queued" | "underWay" | "scorer" | "feedback" | "state"> & {
    readonly state: AuditChanged["state"];
  };
}

/** Mean costs that the money of a comparison must be worth. */
const enough = 2;

export function createAuditBook(options: AuditBookOptions): AuditBook {
  const { usdPerDay, tell } = options;
  const rate = createSampleRate(options);
  const money = createDayBudget(usdPerDay, options.maxConcurrent);
  const meanCost = recentMean();
  const comparable = recentMean();
  const skipped: Record<AuditSkip, number> = {
    tools: 0,
    "no-consent": 0,
    "not-permitted": 0,
    budget: 0,
    cut: 0,
    "queue-full": 0,
    failed: 0,
    "too-long": 0,
    closed: 0,
  };
  const counts = {
    requests: 0,
    drawn: 0,
    records: 0,
    ofReference: 0,
    spentUsd: 0,
    lossSum: 0,
    weightSum: 0,
    refused: 0,
  };
  /** Time of the last request. The money knows what it is to do about a clock that was corrected. */
  let now = 0;
  /** Day on which the money is used up. */
  let usedDay: number | undefined;
  /** Money that a comparison is to hold if there is as much. */
  let wantedUsd = 0;
  let isFailing = false;
  let state: AuditChanged["state"] = "running";

  const change = (reason: string) => {
    const next = isFailing ? "failing" : usedDay === undefined ? "running" : "budget-used";
    if (next === state) return;
    state = next;
    tell({ type: "audit-changed", state, reason });
  };

  const probability = (): number => {
    const day = money.dayOf(now);
    if (usedDay !== undefined && usedDay !== day) {
      usedDay = undefined;
      change("a new day has begun");
    }
    // Of a request that is drawn while its record cannot be written, nothing would be left but its cost.
    if (usedDay !== undefined || isFailing) return 0;
    const cost = meanCost.value();
    return rate.probability(day, cost === undefined || cost === 0 ? undefined : usdPerDay / cost);
  };

  return {
    setNow(at) {
      now = at;
    },
    probability,
    seen(isDrawn) {
      rate.seen(now, isDrawn);
      counts.requests += 1;
      if (isDrawn) counts.drawn += 1;
    },
    comparableShare: () => comparable.value() ?? 1,
    compared: (isCompared) => comparable.add(isCompared ? 1 : 0),
    skip(reason) {
      skipped[reason] += 1;
    },
    ofReference() {
      counts.ofReference += 1;
    },
    record() {
      counts.records += 1;
    },
    loss(loss, chance) {
      counts.lossSum += loss / chance;
      counts.weightSum += 1 / chance;
    },
    refused() {
      counts.refused += 1;
    },
    hold(isAlone) {
      const usual = enough * (meanCost.value() ?? 0);
      const hold = money.open(now, Math.max(usual, wantedUsd));
      if (hold !== undefined && hold.usd >= usual) return hold;
      hold?.settle(0);
      // What others hold may be given back.
      if (isAlone) {
        usedDay = money.dayOf(now);
        change(`the budget of ${usdPerDay} USD a day does not pay for another comparison`);
      }
      return undefined;
    },
    spent(usd, heldUsd, isRefused) {
      counts.spentUsd += usd;
      // A comparison that was not paid for says nothing about what one costs.
      if (usd > 0 || !isRefused) meanCost.add(usd);
      wantedUsd = isRefused ? Math.min(usdPerDay, 2 * heldUsd) : 0.9 * wantedUsd;
    },
    day: () => ({ day: money.dayOf(now), daySpentUsd: money.usedUsd(now) }),
    restore: (day, spentUsd) => money.restore(day, spentUsd, now),
    failing(fails, reason) {
      isFailing = fails;
      change(reason);
    },
    status() {
      const { requests, drawn, records, ofReference, spentUsd, lossSum, weightSum } = counts;
      const chance = probability();
      const cost = meanCost.value();
      return {
        state,
        requests,
        drawn,
        records,
        ofReference,
        skipped: { ...skipped },
        probability: chance,
        ...(weightSum === 0 ? {} : { meanLoss: lossSum / weightSum }),
        refusedRecords: counts.refused,
        spentUsd,
        spentTodayUsd: money.usedUsd(now),
        usdPerDay,
        ...(cost === undefined
          ? {}
          : {
              meanCostUsd: cost,
              expectedUsdPerDay: Math.min(usdPerDay, rate.requestsPerDay() * chance * cost),
            }),
      };
    },
  };
}
