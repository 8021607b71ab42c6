import type { Choice } from "../../src/contracts/index.ts";
import { type Outcome, outcomeOf } from "../data/outcomes/outcome-record.ts";
import { acceptanceOf } from "./acceptance.ts";
import type { ReplayCase } from "./replay-cases.ts";

/** Sums of choices, by case. */
export interface Tally<Id extends string> {
  readonly quality: Float64Array;
  readonly costUsd: Float64Array;
  /** Expected time of all calls, one after the other. */
  readonly latencyMs: Float64Array;
  /** Expected number of calls of each model, those of checks among them. */
  readonly calls: ReadonlyMap<Id, Float64Array>;
  /**
   * Probability that each model gives the answer: `models.length` numbers per case. Empty unless requested.
   */
  readonly answers: Float64Array;
  /** True if every outcome that counts has a cost. */
  isPriced(): boolean;
  /** True if every outcome that counts has a latency. */
  isTimed(): boolean;
  /** Adds the plan of a choice, weighted by `probability` times the choice's own. */
  add(one: ReplayCase<Id>, index: number, choice: Choice<Id>, probability: number): void;
}

export function createTally<Id extends string>(
  models: readonly Id[],
  cases: number,
  withAnswers: boolean,
): Tally<Id> {
  const quality = new Float64Array(cases);
  const costUsd = new Float64Array(cases);
  const latencyMs = new Float64Array(cases);
  const answers = new Float64Array(withAnswers ? cases * models.length : 0);
  const calls = new Map(models.map((id) => [id, new Float64Array(cases)]));
  let priced = true;
  let timed = true;

  const pay = (outcome: Outcome | undefined, index: number, reached: number): void => {
    if (outcome?.costUsd === undefined) priced = false;
    else increase(costUsd, index, reached * outcome.costUsd);
    if (outcome?.latencyMs === undefined) timed = false;
    else increase(latencyMs, index, reached * outcome.latencyMs);
  };
  const call = (one: ReplayCase<Id>, index: number, model: Id, reached: number, answered: number): void => {
    // The router's checks have made sure that the model is one of the case's.
    const outcome = one.outcomes.get(model) as Outcome;
    increase(calls.get(model) as Float64Array, index, reached);
    increase(quality, index, answered * outcome.quality);
    if (withAnswers) increase(answers, index * models.length + models.indexOf(model), answered);
    pay(outcome, index, reached);
  };

  const callOfCheck = (one: ReplayCase<Id>, index: number, name: string, reached: number): void => {
    const outcome = outcomeOf(one.record, name);
    const candidate = one.context.candidates.find(({ facts }) => facts.name === name);
    const ofModel = candidate && calls.get(candidate.id);
    if (ofModel !== undefined) increase(ofModel, index, reached);
    pay(outcome, index, reached);
  };

  return {
    quality,
    costUsd,
    latencyMs,
    calls,
    answers,
    isPriced: () => priced,
    isTimed: () => timed,
    add(one, index, choice, probability) {
      let { model } = choice;
      let reached = probability * (choice.probability ?? 1);
      for (const { unless, to } of choice.escalate ?? noEscalation) {
        if (!(reached > 0)) return;
        // The next step is reached if no check before it accepted.
        const { accepted, called } = acceptanceOf(one, model, unless);
        const answered = reached * accepted;
        call(one, index, model, reached, answered);
        for (const name of called) callOfCheck(one, index, name, reached);
        reached -= answered;
        model = to;
      }
      if (reached > 0) call(one, index, model, reached, reached);
    },
  };
}

const noEscalation: readonly never[] = [];

function increase(sums: Float64Array, index: number, amount: number): void {
  sums[index] = (sums[index] as number) + amount;
}
