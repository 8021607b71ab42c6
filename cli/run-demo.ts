import type { RouteResult } from "../src/contracts/index.ts";
import { answeringAttempt } from "../src/plugin/answering-attempt.ts";
import { costOf, priceAt } from "../src/router/cost/inner.ts";
import { type DemoPrompt, demoPrompts } from "./demo-prompts.ts";
import type { DemoSetup } from "./demo-setup.ts";

export interface DemoRow {
  readonly prompt: string;
  readonly complexity?: number | undefined;
  readonly model: string;
  readonly reason: string;
  /** Cost of the reported usage. Absent: the price is unknown. */
  readonly costUsd?: number | undefined;
  /** Cost of the same tokens at the large model's price. */
  readonly alwaysLargeUsd?: number | undefined;
}

export interface DemoTotals {
  readonly requests: number;
  readonly small: number;
  readonly large: number;
  /** Sum over all rows. Absent: the cost of a row is unknown. */
  readonly costUsd?: number | undefined;
  readonly alwaysLargeUsd?: number | undefined;
  /** Share of `alwaysLargeUsd` that is saved. */
  readonly saving?: number | undefined;
}

/** Maximum tokens of a real model's answer, which limits the cost of a demo. */
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
  const { decision, attempts, costUsd } = result;
  // Of the answer alone: always-large would not have paid for retries and judges.
  const { usage } = answeringAttempt(attempts) ?? {};
  const asked = request.messages.at(-1)?.content;
  const text = typeof asked === "string" ? asked : "";
  const { price } = router.models.large;
  return {
    prompt: note === undefined ? text : `${note} ${text}`,
    complexity: decision.classification?.complexity,
    model: attempts.at(-1)?.model ?? decision.model,
    reason: decision.reason,
    costUsd,
    alwaysLargeUsd:
      price === undefined || usage === undefined ? undefined : costOf(priceAt(price, Date.now()), usage),
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

/** Adds amounts; one unknown amount makes the sum unknown. */
function sum(amounts: readonly (number | undefined)[]): number | undefined {
  return amounts.reduce<number | undefined>(
    (total, amount) => (total === undefined || amount === undefined ? undefined : total + amount),
    0,
  );
}
