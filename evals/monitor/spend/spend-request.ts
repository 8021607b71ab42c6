import type { Attempt, Usage } from "../../../src/contracts/index.ts";
import { answeringAttempt } from "../../../src/plugin/answering-attempt.ts";
import type { DecisionLine } from "../../data/decisions/decision-line.ts";

/** A request of a decision log, with what its saving depends on. */
export interface SpendRequest {
  readonly decision: Pick<DecisionLine, "request" | "classification">;
  /** Time of the decision in milliseconds since the epoch, and of the answer. */
  readonly at: number;
  readonly answeredAt: number;
  /** Known cost of all its attempts in US dollars; NaN if one is not known. */
  readonly spentUsd: number;
  /** Usage of the large model's answer. Absent: another model answered, or its tokens are estimated. */
  readonly large?: Usage | undefined;
  /** Id of the first model of the plan. */
  readonly first: string;
  readonly propensity: number;
  /** True if a pin chose the model. */
  readonly forced: boolean;
  readonly failed: boolean;
  /** Ids of models that were not permitted. */
  readonly refused: readonly string[];
  /** Id under which the large model was called. */
  readonly largeId?: string | undefined;
  /** Output tokens of the answer, which the next turn of the conversation repeats. */
  readonly answerTokens: number;
  /** Input tokens of the answer, as its model counted them. Absent: there is none, or they are estimated. */
  readonly inputTokens?: number | undefined;
}

const answers: ReadonlySet<string> = new Set(["answer", "retry", "fallback", "cascade", "hedge", "repair"]);

export function spendRequestOf(decision: DecisionLine, large: string): SpendRequest {
  const { request, classification, attempts, plan, propensity, forced, candidates } = decision;
  const at = Date.parse(decision.at);
  const failed = decision.error !== undefined;
  const ofLarge = attempts.findLast((attempt) => isAnswerOf(attempt, large));
  const answering = failed ? undefined : answeringAttempt(attempts);
  return {
    decision: { request, classification },
    at,
    answeredAt: at + (decision.latencyMs ?? 0),
    spentUsd: attempts.reduce((sum, { costUsd }) => sum + (costUsd ?? Number.NaN), 0),
    large: failed ? undefined : ofLarge?.usage,
    first: plan[0]?.model ?? "",
    propensity,
    forced,
    failed,
    refused: candidates.filter(({ permitted }) => permitted !== true).map(({ model }) => model),
    largeId: ofLarge?.model,
    answerTokens: answering?.usage?.outputTokens ?? 0,
    inputTokens: answering?.costEstimated === true ? undefined : answering?.usage?.inputTokens,
  };
}

function isAnswerOf({ model, name, hop, error, usage, costEstimated }: Attempt, large: string): boolean {
  if (model !== large && name !== large) return false;
  return answers.has(hop) && error === undefined && usage !== undefined && costEstimated !== true;
}
