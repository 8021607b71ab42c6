import type { Choice } from "../../src/contracts/index.ts";
import { outcomeOf } from "../data/outcomes/outcome-record.ts";
import { acceptanceOf } from "./acceptance.ts";
import { outcomeColumns } from "./outcome-columns.ts";
import type { ReplayCase, ReplayCases } from "./replay-cases.ts";

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

/** Creates the sums of one policy on these cases. */
export function createTally<Id extends string>(prepared: ReplayCases<Id>, withAnswers: boolean): Tally<Id> {
  const { models, cases } = prepared;
  const width = models.length;
  const columns = outcomeColumns(prepared);
  const quality = new Float64Array(cases.length);
  const costUsd = new Float64Array(cases.length);
  const latencyMs = new Float64Array(cases.length);
  const answers = new Float64Array(withAnswers ? cases.length * width : 0);
  const columnsOfCalls = models.map(() => new Float64Array(cases.length));
  let priced = true;
  let timed = true;

  const pay = (cost: number, latency: number, index: number, reached: number): void => {
    if (Number.isNaN(cost)) priced = false;
    else increase(costUsd, index, reached * cost);
    if (Number.isNaN(latency)) timed = false;
    else increase(latencyMs, index, reached * latency);
  };
  const call = (index: number, model: Id, reached: number, answered: number): void => {
    // The router's checks have made sure that the model is one of the case's.
    const position = models.indexOf(model);
    const at = index * width + position;
    increase(columnsOfCalls[position] as Float64Array, index, reached);
    increase(quality, index, answered * (columns.quality[at] as number));
    if (withAnswers) increase(answers, at, answered);
    pay(columns.costUsd[at] as number, columns.latencyMs[at] as number, index, reached);
  };

  const callOfCheck = (one: ReplayCase<Id>, index: number, name: string, reached: number): void => {
    const outcome = outcomeOf(one.record, name);
    const candidate = one.context.candidates.find(({ facts }) => facts.name === name);
    const ofModel = candidate && columnsOfCalls[models.indexOf(candidate.id)];
    if (ofModel !== undefined) increase(ofModel, index, reached);
    pay(outcome?.costUsd ?? Number.NaN, outcome?.latencyMs ?? Number.NaN, index, reached);
  };

  const escalate = (
    one: ReplayCase<Id>,
    index: number,
    first: Id,
    steps: NonNullable<Choice<Id>["escalate"]>,
    probability: number,
  ): void => {
    let model = first;
    let reached = probability;
    for (const { unless, to } of steps) {
      if (!(reached > 0)) return;
      // The next step is reached if no check before it accepted.
      const { accepted, called } = acceptanceOf(one, model, unless);
      const answered = reached * accepted;
      call(index, model, reached, answered);
      for (const name of called) callOfCheck(one, index, name, reached);
      reached -= answered;
      model = to;
    }
    if (reached > 0) call(index, model, reached, reached);
  };

  return {
    quality,
    costUsd,
    latencyMs,
    calls: new Map(models.map((id, position) => [id, columnsOfCalls[position] as Float64Array])),
    answers,
    isPriced: () => priced,
    isTimed: () => timed,
    add(one, index, choice, probability) {
      const reached = probability * (choice.probability ?? 1);
      if (choice.escalate !== undefined) escalate(one, index, choice.model, choice.escalate, reached);
      else if (reached > 0) call(index, choice.model, reached, reached);
    },
  };
}

function increase(sums: Float64Array, index: number, amount: number): void {
  sums[index] = (sums[index] as number) + amount;
}
