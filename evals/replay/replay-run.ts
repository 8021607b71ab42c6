import type { Choice, Policy } from "../../src/contracts/index.ts";
import { weightedMean } from "../../src/loop/statistics/index.ts";
import { meanCost } from "../metrics/mean-cost.ts";
import { meanQuality } from "../metrics/mean-quality.ts";
import { type ChosenModels, chosenModels } from "./chosen-models.ts";
import type { ReplayCase, ReplayCases } from "./replay-cases.ts";
import type { Replay } from "./replay-result.ts";
import type { ReplaySpend } from "./replay-spend.ts";
import { createTally, type Tally } from "./tally.ts";

/** The replay of one policy. */
export interface ReplayRun<Id extends string> {
  readonly policy: Policy<Id>;
  readonly spend: ReplaySpend<Id> | undefined;
  /** Adds a choice of a case, weighted by `probability` times the choice's own. */
  add(one: ReplayCase<Id>, index: number, choice: Choice<Id>, probability: number): void;
  /** Probability that the model at position `model` gave the answer of a case. */
  answered(index: number, model: number): number;
  /** Counts what a case costs, once all of its choices are added. */
  spent(index: number): void;
  result(): Replay<Id>;
}

/**
 * Creates the run of a policy. As long as each case is answered by one model for sure, that model is all that is kept of it:
 * a hundred thresholds then take a byte a case, and not five columns of numbers, which the collector would count as a reason
 * to look at all records again. The first lottery, cascade or budget opens the columns, with the same sums.
 */
export function replayRun<Id extends string>(
  prepared: ReplayCases<Id>,
  policy: Policy<Id>,
  hasTurns: boolean,
  spend: ReplaySpend<Id> | undefined,
): ReplayRun<Id> {
  const { models } = prepared;
  const width = models.length;
  let chosen: ChosenModels<Id> | undefined = spend === undefined ? chosenModels(prepared) : undefined;
  let tally: Tally<Id> | undefined;

  const opened = (): Tally<Id> => {
    if (tally === undefined) {
      tally = createTally(prepared, hasTurns);
      chosen?.tell(tally, prepared.cases);
      chosen = undefined;
    }
    return tally;
  };
  return {
    policy,
    spend,
    add(one, index, choice, probability) {
      const isSure = probability === 1 && (choice.probability ?? 1) === 1 && choice.escalate === undefined;
      if (!isSure || chosen?.note(index, models.indexOf(choice.model)) !== true)
        opened().add(one, index, choice, probability);
    },
    answered(index, model) {
      if (chosen !== undefined) return chosen.at(index) === model ? 1 : 0;
      return tally?.answers[index * width + model] ?? 0;
    },
    spent(index) {
      spend?.spent(index, opened());
    },
    result: () => ({ ...countsOf(prepared), ...(chosen?.sums() ?? sumsOf(opened())) }),
  };
}

function countsOf({ cases, skipped, unclassified }: ReplayCases<string>) {
  return { records: cases.length, skipped, unclassified };
}

function sumsOf<Id extends string>({
  quality,
  calls,
  costUsd: costs,
  latencyMs: times,
  isPriced,
  isTimed,
}: Tally<Id>): Omit<Replay<Id>, "records" | "skipped" | "unclassified"> {
  const costUsd = isPriced() ? costs : undefined;
  const latencyMs = isTimed() ? times : undefined;
  const callRates = Object.fromEntries(calls) as Record<Id, Float64Array>;
  const rates = [...calls].map(([id, rate]) => [id, weightedMean(rate) ?? 0] as const);
  return {
    quality: meanQuality(quality) ?? 0,
    costUsd: meanCost(costUsd),
    latencyMs: latencyMs && weightedMean(latencyMs),
    callRates: Object.fromEntries(rates) as Record<Id, number>,
    byRecord: { quality, costUsd, latencyMs, callRates },
  };
}
