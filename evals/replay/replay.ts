import { InvalidOptionError, type Policy, type PolicyContext } from "../../src/contracts/index.ts";
import { readOption } from "../../src/plugin/index.ts";
import type { BudgetOptions } from "../../src/router/budget/inner.ts";
import type { OutcomeRecord } from "../data/outcomes/outcome-record.ts";
import { isLottery, opinionOf } from "./opinion.ts";
import { type ReplayCase, type ReplayCases, type ReplayCasesOptions, replayCases } from "./replay-cases.ts";
import type { Replay } from "./replay-result.ts";
import { type ReplayRun, replayRun } from "./replay-run.ts";
import { replaySpend } from "./replay-spend.ts";
import { timelineOf } from "./timeline.ts";

export type { Replay };

export interface ReplayPolicyOptions {
  /**
   * Budget for the `spend` that the policy sees: what the earlier records would have cost. Needs `at` and
   * costs in every record. With lotteries the spend is itself random: the policy sees its expectation, so the
   * result is then an approximation. Models that a router's budget would refuse are not refused. Default: no
   * budget.
   */
  readonly budget?: BudgetOptions | undefined;
}

export interface ReplayOptions<Id extends string> extends ReplayCasesOptions<Id>, ReplayPolicyOptions {
  readonly policy: Policy<NoInfer<Id>>;
}

/**
 * Replays a policy on recorded outcomes. No model is called and nothing is drawn: a lottery counts with its
 * probabilities, an escalation with the recorded result of its check, or with the verdict of the check on the
 * recorded `answer` if text is all that it reads.
 *
 * The records of a session are replayed in order of `at`, and the policy sees the state of the session at
 * that time, as in the router. Where lotteries or checks leave open which model gave the last answer, the
 * policy is asked once for each possible model, and the answers are weighted by its probability: nothing else
 * of a session depends on what was chosen, so this is exact. `idleMs` counts from the record's `at` plus the
 * `latencyMs` of the answering call, if it is known; the prompt is always the recorded one.
 *
 * Throws `PolicyError` as the router does; `OutcomeFormatError` if an outcome lacks the result of a check
 * that the policy escalates by and what the check would read, and if the policy reads a session of which a
 * record lacks `at`; `InvalidOptionError` if a model is in no record.
 */
export async function replay<const Id extends string>(
  records: Iterable<OutcomeRecord> | AsyncIterable<OutcomeRecord>,
  options: ReplayOptions<Id>,
): Promise<Replay<Id>> {
  readOption({ is: "object", methods: ["select"] }, "policy", options.policy);
  return replayPolicy(await replayCases(records, options), options.policy, options);
}

/**
 * Replays a policy on cases that were prepared once. For many policies on the same cases `replayPolicies` is
 * faster.
 */
export function replayPolicy<Id extends string>(
  prepared: ReplayCases<Id>,
  policy: Policy<NoInfer<Id>>,
  options: ReplayPolicyOptions = {},
): Replay<Id> {
  return replayTogether(prepared, [policy], options)[0] as Replay<Id>;
}

/** Number of results that are in memory at once, in addition to those that the caller keeps. */
const policiesTogether = 8;

/**
 * Replays many policies or thresholds, in their order, several of them per record while it is in the cache.
 */
export function* replayPolicies<Id extends string>(
  prepared: ReplayCases<Id>,
  policies: Iterable<Policy<NoInfer<Id>>>,
  options: ReplayPolicyOptions = {},
): Generator<Replay<Id>, void, void> {
  let group: Policy<Id>[] = [];
  for (const policy of policies) {
    group.push(policy);
    if (group.length < policiesTogether) continue;
    yield* replayTogether(prepared, group, options);
    group = [];
  }
  if (group.length > 0) yield* replayTogether(prepared, group, options);
}

/** Number of cases that stay in the processor's cache while several policies are asked about them. */
const block = 64;

function replayTogether<Id extends string>(
  prepared: ReplayCases<Id>,
  policies: readonly Policy<NoInfer<Id>>[],
  { budget }: ReplayPolicyOptions,
): readonly Replay<Id>[] {
  const { models, cases } = prepared;
  if (cases.length === 0) {
    throw new InvalidOptionError("records", [], "records with an outcome of each model on the same request");
  }
  const timeline = timelineOf(prepared);
  const runs = policies.map((policy) => {
    const spend = budget === undefined ? undefined : replaySpend(prepared, budget);
    return replayRun(prepared, policy, timeline.hasTurns, spend);
  });
  const order = runs[0]?.spend?.order ?? timeline.order;
  for (let start = 0; start < order.length; start += block) {
    const end = Math.min(order.length, start + block);
    for (const run of runs) {
      for (let at = start; at < end; at += 1) {
        const index = order[at] as number;
        const one = cases[index] as ReplayCase<Id>;
        const before = timeline.previous[index] as number;
        if (before < 0) ask(run, one, index, timeline.contextOf(index), 1);
        else {
          for (let model = 0; model < models.length; model += 1) {
            const probability = run.answered(before, model);
            if (probability > 0) ask(run, one, index, timeline.contextAfter(index, model), probability);
          }
        }
        run.spent(index);
      }
    }
  }
  return runs.map((run) => run.result());
}

function ask<Id extends string>(
  run: ReplayRun<Id>,
  one: ReplayCase<Id>,
  index: number,
  context: PolicyContext<Id>,
  probability: number,
): void {
  const { policy, spend } = run;
  const opinion = opinionOf(policy, spend === undefined ? context : spend.tell(index, context));
  if (isLottery(opinion)) for (const choice of opinion) run.add(one, index, choice, probability);
  else run.add(one, index, opinion, probability);
}
