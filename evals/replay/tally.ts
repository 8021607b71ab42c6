import type { Choice } from "../../src/contracts/index.ts";
import type { Outcome } from "../outcomes/outcome-record.ts";
import { acceptanceOf } from "./acceptance.ts";
import type { ReplayCase } from "./replay-cases.ts";

/** What choices add up to, by case. */
export interface Tally<Id extends string> {
  readonly quality: Float64Array;
  readonly costUsd: Float64Array;
  /** How often each model is called. */
  readonly calls: ReadonlyMap<Id, Float64Array>;
  /** How likely each model gives the answer: `models.length` numbers a case. */
  readonly answers: Float64Array;
  /** Whether every outcome that counts has a cost. */
  isPriced(): boolean;
  /** Goes down the plan of a choice that is made with this probability, its own not included. */
  add(one: ReplayCase<Id>, index: number, choice: Choice<Id>, probability: number): void;
}

export function createTally<Id extends string>(models: readonly Id[], cases: number): Tally<Id> {
  const quality = new Float64Array(cases);
  const costUsd = new Float64Array(cases);
  const answers = new Float64Array(cases * models.length);
  const calls = new Map(models.map((id) => [id, new Float64Array(cases)]));
  const positions = new Map(models.map((id, position) => [id, position]));
  let priced = true;
  return {
    quality,
    costUsd,
    calls,
    answers,
    isPriced: () => priced,
    add(one, index, choice, probability) {
      const { escalate = noEscalation } = choice;
      let { model } = choice;
      let reached = probability * (choice.probability ?? 1);
      for (let step = 0; step <= escalate.length && reached > 0; step += 1) {
        // The router's checks have made sure that the model is one of the case's.
        const outcome = one.outcomes.get(model) as Outcome;
        const next = escalate[step];
        // A step is reached when no check before it accepted.
        const answered = next === undefined ? reached : reached * acceptanceOf(one, model, next.unless);
        increase(calls.get(model), index, reached);
        increase(quality, index, answered * outcome.quality);
        increase(answers, index * models.length + (positions.get(model) ?? 0), answered);
        if (outcome.costUsd === undefined) priced = false;
        else increase(costUsd, index, reached * outcome.costUsd);
        reached -= answered;
        if (next !== undefined) model = next.to;
      }
    },
  };
}

const noEscalation: readonly never[] = [];

function increase(sums: Float64Array | undefined, index: number, amount: number): void {
  if (sums !== undefined) sums[index] = (sums[index] as number) + amount;
}
