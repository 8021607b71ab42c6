import type { Candidate, Choice, Policy, PolicyContext, SessionFacts } from "../src/contracts/index.ts";
import { describePolicy, type OptionTable, readOptions } from "../src/plugin/index.ts";
import { checkPolicy } from "./internal/check-policy.ts";
import { choicesOf, mapChoices, totalOf } from "./internal/lottery.ts";
import { cacheCosts } from "./internal/switch-cost.ts";

export interface StickyOptions {
  /**
   * Milliseconds without an answer after which the inner policy decides again, because the caches are
   * cold. Default 300,000, the shortest lifetime of the large providers' prompt caches.
   */
  readonly idleResetMs?: number | undefined;
  /** Turns, including this one, that the conversation is expected to stay on a model it moves to. Default 1. */
  readonly expectedTurns?: number | undefined;
  /**
   * Hysteresis: the smallest gain for which the conversation moves, as a share of the cost of staying
   * over the expected turns. In [0, 1], default 0.1.
   */
  readonly minGain?: number | undefined;
  /**
   * Value of a good answer in US dollars; weighs `estimatedQuality` against cost. Default: unknown, and
   * the inner policy decides if quality is worth a more expensive model. With 0 only cost counts.
   */
  readonly usdPerGoodAnswer?: number | undefined;
}

export const stickyOptions: OptionTable<StickyOptions, "usdPerGoodAnswer"> = {
  idleResetMs: { is: "number", min: 0, default: 300_000 },
  expectedTurns: { is: "number", min: 1, max: 1_000, default: 1 },
  minGain: { is: "share", default: 0.1 },
  usdPerGoodAnswer: { is: "number", min: 0, optional: true },
};

/**
 * Keeps a conversation on one model as long as moving does not pay. Needs a `session` in the request;
 * without one, or before its first answer, the inner policy decides. The rules, in this order:
 *
 * 1. If the session's model is no longer permitted, the inner policy decides.
 * 2. While a tool loop is pending the conversation stays: no other model can use the reasoning and
 *    signatures of the model that called the tools.
 * 3. A conversation that names what its provider keeps (a file by its id, a container) stays with that
 *    provider: no other one has it.
 * 4. After `idleResetMs` the inner policy decides.
 * 5. Each choice of the inner policy for another model is kept if moving pays; if not, it becomes the
 *    session's model with the same probability. So lotteries stay exact, under rule 3 as well.
 *
 * Moving from model A to B pays when, over h = `expectedTurns`,
 *
 *     gain = h warm(A) - write(B) - (h - 1) warm(B) + h usdPerGoodAnswer (quality(B) - quality(A))
 *
 * is above 0 and at least `minGain` h warm(A). `warm` is the cost with the conversation's prefix read from
 * the prompt cache, `write` the cost with the whole input at the cache-write (or input) rate. Counting
 * input only, a move pays at once from a price ratio of w / r: 12.5 at the usual 1.25 and 0.1. The inner
 * policy chose a more expensive model (by cost with nothing cached) for its quality: without
 * `usdPerGoodAnswer`, or where qualities are not known, the conversation moves there. Where a price is
 * not known it stays.
 *
 * Throws `InvalidOptionError`.
 */
export function sticky<const Id extends string>(policy: Policy<Id>, options: StickyOptions = {}): Policy<Id> {
  checkPolicy("sticky.policy", policy);
  const { idleResetMs, expectedTurns, minGain, usdPerGoodAnswer } = readOptions(
    "sticky",
    stickyOptions,
    options,
  );
  const economics = { expectedTurns, minGain, usdPerGoodAnswer };

  return {
    name: "sticky",
    parameters: {
      policy: describePolicy(policy),
      idleResetMs,
      expectedTurns,
      minGain,
      ...(usdPerGoodAnswer !== undefined && { usdPerGoodAnswer }),
    },
    models: policy.models,
    reads: policy.reads,
    inner: [policy],
    order: "session",
    select(context) {
      const { session, candidates } = context;
      if (session === undefined) return policy.select(context);
      const current = candidates.find(({ id }) => id === session.model);
      if (current === undefined)
        return mapChoices(policy.select(context), (choice) =>
          because(`the session's model ${session.model} is not permitted`, choice),
        );
      if (session.toolLoopPending) {
        const stays = { model: current.id, reason: `stays with ${current.id}: a tool loop is pending` };
        // The request counts for the arm of its unit, whatever decides it. Arms come from policies that read something.
        return policy.reads === undefined ? stays : inArms(stays, policy.select(context));
      }
      const { contentTypes, providerState } = context.request;
      const isKept = providerState !== undefined || contentTypes?.includes("file-id") === true;
      const isIdle = session.idleMs >= idleResetMs;
      const whyIdle = `idle for ${Math.round(session.idleMs / 1_000)} s`;
      return mapChoices(policy.select(context), (choice) => {
        const move = { choice, current, session, context, economics };
        if (isKept && leavesProvider(move))
          return staying(move, `its provider keeps a ${providerState?.[0] ?? "file"} of the conversation`);
        if (isIdle) return because(whyIdle, choice);
        return choice.model === current.id ? choice : settle(move);
      });
    },
  };
}

interface Move<Id extends string> {
  /** The inner policy's choice. */
  readonly choice: Choice<Id>;
  readonly current: Candidate<Id>;
  readonly session: SessionFacts<Id>;
  readonly context: PolicyContext<Id>;
  readonly economics: Required<Pick<StickyOptions, "usdPerGoodAnswer">> & {
    readonly expectedTurns: number;
    readonly minGain: number;
  };
}

function leavesProvider<Id extends string>({ choice, current, context }: Move<Id>): boolean {
  const target = context.candidates.find(({ id }) => id === choice.model);
  return target !== undefined && target.facts.provider !== current.facts.provider;
}

/** Returns the choice if moving there pays, else the session's model in its place. */
function settle<Id extends string>(move: Move<Id>): Choice<Id> {
  const { choice, current, session, context, economics } = move;
  const target = context.candidates.find(({ id }) => id === choice.model);
  // The router refuses the choice and names the policy.
  if (target === undefined) return choice;
  const here = cacheCosts(current, context.request, session.cachedTokens);
  const there = cacheCosts(target, context.request, session.cachedTokens, choice.expectedCostUsd);
  if (here === undefined || there === undefined) return staying(move, "what moving costs is not known");

  const { expectedTurns: turns, minGain, usdPerGoodAnswer } = economics;
  const qualityGain = gainOfQuality(current, target);
  const priced = usdPerGoodAnswer === 0 || (usdPerGoodAnswer !== undefined && qualityGain !== undefined);
  if (there.coldUsd > here.coldUsd && !priced)
    return because(`leaves ${current.id} for a more expensive model`, choice);
  const stayUsd = turns * here.warmUsd;
  const moveUsd = there.writeUsd + (turns - 1) * there.warmUsd;
  const worthUsd = priced ? turns * usdPerGoodAnswer * (qualityGain ?? 0) : 0;
  const gainUsd = stayUsd - moveUsd + worthUsd;
  if (gainUsd > 0 && gainUsd >= minGain * stayUsd)
    return because(`leaves ${current.id}: gains ${shown(gainUsd)} USD`, choice);
  return staying(
    move,
    `${choice.model} would ${gainUsd > 0 ? "gain only" : "lose"} ${shown(Math.abs(gainUsd))} USD`,
  );
}

function gainOfQuality(current: Candidate, target: Candidate): number | undefined {
  const { estimatedQuality: before } = current;
  const { estimatedQuality: after } = target;
  return before === undefined || after === undefined ? undefined : after - before;
}

/** Replaces the choice's model by the session's and keeps the escalations that come after that model. */
function staying<Id extends string>({ choice, current }: Move<Id>, why: string): Choice<Id> {
  const { reason, probability, escalate, arms } = choice;
  const position = escalate?.findIndex(({ to }) => to === current.id) ?? -1;
  return {
    model: current.id,
    reason: `stays with ${current.id}: ${why}; ${reason}`,
    probability,
    escalate: escalate?.slice(position + 1),
    ...(arms !== undefined && { arms }),
  };
}

/** Returns the choice in each arm that the opinion has, and for the rest of the units. */
function inArms<Id extends string>(
  choice: Choice<Id>,
  opinion: ReturnType<Policy<Id>["select"]>,
): Choice<Id> | readonly Choice<Id>[] {
  const choices = opinion === undefined ? [] : choicesOf(opinion);
  const inside = choices.filter(({ arms }) => arms !== undefined);
  if (inside.length === 0) return choice;
  return [
    ...inside.map(({ probability, arms }) => ({ ...choice, probability, arms })),
    { ...choice, probability: Math.max(0, 1 - totalOf(inside)) },
  ];
}

function because<Id extends string>(why: string, choice: Choice<Id>): Choice<Id> {
  return { ...choice, reason: `${why}; ${choice.reason}` };
}

function shown(usd: number): string {
  return usd.toPrecision(3);
}
