import {
  InvalidOptionError,
  type ModelFacts,
  OutcomeFormatError,
  type Policy,
} from "../../../src/contracts/index.ts";
import type { DecisionLine } from "../../data/decisions/decision-line.ts";
import type { LoggedDecision } from "../../data/decisions/join-feedback.ts";
import { planKey } from "./plan-key.ts";
import { type LogPlace, recordedContext } from "./recorded-context.ts";
import { targetPlans } from "./target-plans.ts";

/** Policy with the models that it chooses among, by id; a `Router` is one. */
export interface OffPolicyTarget<Id extends string> {
  readonly models: Readonly<Record<Id, ModelFacts>>;
  readonly policy: Policy<NoInfer<Id>>;
}

/** Logged decision with the plans of the target. */
export interface LoggedRow {
  readonly decision: DecisionLine;
  /** Key of the plan that was taken. */
  readonly logged: string;
  readonly propensity: number;
  /** Probabilities `π_e(plan | x)` by key. */
  readonly target: ReadonlyMap<string, number>;
  /** Quality in [0, 1], or NaN. */
  readonly quality: number;
  readonly rated: boolean;
  /** True if there was no answer, and the caller did not cause that. */
  readonly failed: boolean;
  /** Cost of all attempts, or NaN. What the response cache saved counts: it says nothing about the models. */
  readonly costUsd: number;
}

/**
 * Replays the target on each decision that a policy made. Throws `OutcomeFormatError` for a line that cannot
 * be replayed or occurred before, `InvalidOptionError` if the target has another model under an id.
 */
export async function readRows<Id extends string>(
  log: Iterable<LoggedDecision> | AsyncIterable<LoggedDecision>,
  { models, policy }: OffPolicyTarget<Id>,
  file: string,
): Promise<{ readonly rows: readonly LoggedRow[]; readonly forced: number }> {
  const rows: LoggedRow[] = [];
  const lineOfId = new Map<string, number>();
  let forced = 0;
  for await (const { decision, line, quality } of log) {
    const place: LogPlace = { file, line };
    const earlier = lineOfId.get(decision.id);
    if (earlier !== undefined)
      throw new OutcomeFormatError(file, line, "id", `is the same as in line ${earlier}`);
    lineOfId.set(decision.id, line);
    if (decision.forced) {
      forced += 1;
      continue;
    }
    checkNames(decision, models);
    const { attempts, prompt, promptHash, error, ...kept } = decision;
    // Before there was a word for it, a caller that left was of an unknown error.
    const failed = error !== undefined && error.code !== "aborted" && error.code !== "unknown";
    rows.push({
      // Parts that are no longer needed may be large.
      decision: { ...kept, attempts: [] },
      logged: planKey(decision.plan),
      propensity: decision.propensity,
      target: targetPlans(policy, recordedContext(decision, models, place), decision.degraded),
      quality: quality ?? (failed ? 0 : Number.NaN),
      rated: quality !== undefined,
      failed,
      costUsd: (decision.costUsd ?? costOf(attempts)) + savedBy(attempts),
    });
  }
  return { rows, forced };
}

/** Sums the cost of a failed request, whose line has no sum. */
function costOf(attempts: DecisionLine["attempts"]): number {
  return attempts.reduce((sum, { costUsd }) => sum + (costUsd ?? Number.NaN), 0);
}

/** Sums what answers from the response cache have saved; NaN if it is not known. */
function savedBy(attempts: DecisionLine["attempts"]): number {
  return attempts.reduce((sum, { hop, cached }) => {
    if (hop !== "cache") return sum;
    const saved: unknown = cached?.savedCostUsd;
    return sum + (typeof saved === "number" && saved >= 0 ? saved : Number.NaN);
  }, 0);
}

function checkNames({ attempts }: DecisionLine, models: Readonly<Record<string, ModelFacts>>): void {
  for (const { model, name } of attempts) {
    const facts = Object.hasOwn(models, model) ? models[model] : undefined;
    if (facts !== undefined && facts.name !== name)
      throw new InvalidOptionError(
        `models.${model}.name`,
        facts.name,
        `${name}, as in the log, whose outcomes are those of that model`,
      );
  }
}
