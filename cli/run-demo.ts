import type { RouteResult } from "../src/contracts/index.ts";
import { costOf } from "../src/cost/cost-of.ts";
import { type DemoPrompt, demoPrompts } from "./demo-prompts.ts";
import type { DemoSetup } from "./demo-setup.ts";

export interface DemoRow {
  readonly prompt: string;
  readonly complexity?: number | undefined;
  readonly model: string;
  readonly reason: string;
  /** From the usage that the endpoint reported. Absent: the price is not known. */
  readonly costUsd?: number | undefined;
  /** What the same tokens cost at the large model's price. */
  readonly alwaysLargeUsd?: number | undefined;
}

export interface DemoTotals {
  readonly requests: number;
  readonly small: number;
  readonly large: number;
  /** Absent: the cost of a row is not known. */
  readonly costUsd?: number | undefined;
  readonly alwaysLargeUsd?: number | undefined;
  /** Share of `alwaysLargeUsd` that is saved. */
  readonly saving?: number | undefined;
}

/** Tokens of an answer of a real model: bounds what a demo costs. */
export const answerLimit = 500;

/** Routes the prompts one after the other. */
export async function* runDemo(setup: DemoSetup): AsyncGenerator<DemoRow, void, void> {
  for (const prompt of demoPrompts) {
    const limit = setup.simulated ? prompt.answerTokens : answerLimit;
    const result = await setup.router.route({ ...prompt.request, max_completion_tokens: limit });
    yield rowOf(prompt, result, setup);
  }
}

function rowOf({ note, request }: DemoPrompt, result: RouteResult, { router }: DemoSetup): DemoRow {
  const { decision, attempts, usage, costUsd } = result;
  const asked = request.messages.at(-1)?.content;
  const text = typeof asked === "string" ? asked : "";
  const { price } = router.models.large;
  return {
    prompt: note === undefined ? text : `${note} ${text}`,
    complexity: decision.classification?.complexity,
    model: attempts.at(-1)?.model ?? decision.model,
    reason: decision.reason,
    costUsd,
    alwaysLargeUsd: price === undefined ? undefined : costOf(price, usage),
  };
}

export function totalsOf(rows: readonly DemoRow[]): DemoTotals {
  const costUsd = sum(rows.map((row) => row.costUsd));
  const alwaysLargeUsd = sum(rows.map((row) => row.alwaysLargeUsd));
  const large = rows.filter(({ model }) => model === "large").length;
  const saving =
    costUsd === undefined || !alwaysLargeUsd ? undefined : (alwaysLargeUsd - costUsd) / alwaysLargeUsd;
  return { requests: rows.length, small: rows.length - large, large, costUsd, alwaysLargeUsd, saving };
}

/** One amount that is not known makes the sum unknown. */
function sum(amounts: readonly (number | undefined)[]): number | undefined {
  return amounts.reduce<number | undefined>(
    (total, amount) => (total === undefined || amount === undefined ? undefined : total + amount),
    0,
  );
}
