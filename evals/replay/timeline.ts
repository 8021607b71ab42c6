import {
  OutcomeFormatError,
  type PolicyContext,
  type SessionFacts,
  type Usage,
} from "../../src/contracts/index.ts";
import { cachedTokensOf } from "../../src/state/sessions.ts";
import type { Outcome } from "../outcomes/outcome-record.ts";
import { unitKey } from "../split/units.ts";
import type { ReplayCase, ReplayCases } from "./replay-cases.ts";

/** Which turn of a conversation follows which. */
export interface Timeline<Id extends string> {
  /** Positions of all cases: the turns of a session after each other, by time. */
  readonly order: Uint32Array;
  /** Whether any case follows another. */
  readonly hasTurns: boolean;
  /** By case: the position of the turn before it in its session, -1 where there is none. */
  readonly previous: Int32Array;
  /**
   * What a policy sees of a case when the model at position `model` gave the session's last answer. All
   * else of a session is the same whatever was chosen before: so it is made once, for all policies.
   */
  contextAfter(index: number, model: number): PolicyContext<Id>;
}

const made = new WeakMap<readonly unknown[], Timeline<string>>();

/**
 * The timeline of cases, made once. Throws `OutcomeFormatError`, which names the field `at`, when a
 * session has several records and one of them has no time.
 */
export function timelineOf<Id extends string>(prepared: ReplayCases<Id>): Timeline<Id> {
  const known = made.get(prepared.cases);
  if (known !== undefined) return known as Timeline<Id>;
  const timeline = buildTimeline(prepared);
  made.set(prepared.cases, timeline);
  return timeline;
}

function buildTimeline<Id extends string>({ models, cases }: ReplayCases<Id>): Timeline<Id> {
  const previous = new Int32Array(cases.length).fill(-1);
  const turns = new Uint32Array(cases.length);
  const sessions = sessionsOf(cases);
  for (const session of sessions) {
    if (session.length > 1) sortByTime(cases, session);
    session.forEach((index, turn) => {
      turns[index] = turn;
      if (turn > 0) previous[index] = session[turn - 1] as number;
    });
  }
  const contexts: PolicyContext<Id>[] = [];
  return {
    order: Uint32Array.from(sessions.flat()),
    hasTurns: sessions.length < cases.length,
    previous,
    contextAfter(index, model) {
      const at = index * models.length + model;
      const known = contexts[at];
      if (known !== undefined) return known;
      const one = cases[index] as ReplayCase<Id>;
      const before = cases[previous[index] as number] as ReplayCase<Id>;
      const session = sessionAfter(before, models[model] as Id, turns[index] as number, one);
      const context = { ...one.context, session };
      contexts[at] = context;
      return context;
    },
  };
}

/** Positions by session, in order of the first appearance; a case without one is by itself. */
function sessionsOf<Id extends string>(cases: readonly ReplayCase<Id>[]): readonly number[][] {
  const sessions = new Map<string | number, number[]>();
  cases.forEach(({ record }, index) => {
    const key = unitKey(record, "session") ?? index;
    const known = sessions.get(key);
    if (known === undefined) sessions.set(key, [index]);
    else known.push(index);
  });
  return [...sessions.values()];
}

/** Sorts positions by the time of their records; at the same time the order of the file holds. */
export function sortByTime<Id extends string>(
  cases: readonly ReplayCase<Id>[],
  positions: number[] | Uint32Array,
): void {
  const times = new Map(Array.from(positions, (index) => [index, timeOf(cases[index] as ReplayCase<Id>)]));
  positions.sort((a, b) => (times.get(a) ?? 0) - (times.get(b) ?? 0) || a - b);
}

/** Milliseconds since the epoch. Throws `OutcomeFormatError`. */
function timeOf<Id extends string>({ record, position }: ReplayCase<Id>): number {
  if (record.at !== undefined) return Date.parse(record.at);
  throw new OutcomeFormatError(
    "records",
    position,
    "at",
    "is missing: the records of a session are replayed in order of time (give each its time, or leave out session)",
  );
}

/** What the router would know of a session that `model` has just answered in. */
function sessionAfter<Id extends string>(
  before: ReplayCase<Id>,
  model: Id,
  turns: number,
  { record, context }: ReplayCase<Id>,
): SessionFacts<Id> {
  const outcome = before.outcomes.get(model);
  const answeredAt = Date.parse(before.record.at ?? "") + (outcome?.latencyMs ?? 0);
  return {
    model,
    turns,
    idleMs: Math.max(0, Date.parse(record.at ?? "") - answeredAt),
    cachedTokens: cachedTokensOf(usageOf(outcome)),
    toolLoopPending: context.request.toolLoopPending,
  };
}

function usageOf(outcome: Outcome | undefined): Usage | undefined {
  if (outcome?.inputTokens === undefined || outcome.outputTokens === undefined) return undefined;
  const { inputTokens, outputTokens, cachedTokens: cachedInputTokens } = outcome;
  return { inputTokens, outputTokens, cachedInputTokens };
}
