import {
  OutcomeFormatError,
  type PolicyContext,
  type SessionFacts,
  type Usage,
} from "../../src/contracts/index.ts";
import { cachedTokensOf } from "../../src/router/health/inner.ts";
import type { Outcome } from "../data/outcomes/outcome-record.ts";
import { unitKey } from "../data/split/units.ts";
import type { ReplayCase, ReplayCases } from "./replay-cases.ts";

/** Order of the turns of conversations. */
export interface Timeline<Id extends string> {
  /** Positions of all cases: the turns of a session one after another, by time. */
  readonly order: Uint32Array;
  /** True if a case follows another. */
  readonly hasTurns: boolean;
  /** Position of the previous turn of the session, by case; -1 if there is none or the order is not known. */
  readonly previous: Int32Array;
  /** Returns the policy's view of a case that follows no other. */
  contextOf(index: number): PolicyContext<Id>;
  /**
   * Returns the policy's view of a case if the model at position `model` gave the session's last answer. The
   * rest of a session does not depend on what was chosen, so it is made once for all policies.
   */
  contextAfter(index: number, model: number): PolicyContext<Id>;
}

const made = new WeakMap<readonly unknown[], Timeline<string>>();

/**
 * Builds the timeline of cases. The turns of a session of which one has no time are in no order: a policy
 * that reads their `session` gets an `OutcomeFormatError` that names the field `at`.
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
  const untimed = new Map<number, PolicyContext<Id>>();
  for (const session of sessions) {
    if (session.length > 1) {
      const without = session.find((index) => cases[index]?.record.at === undefined);
      if (without !== undefined) {
        const { position } = cases[without] as ReplayCase<Id>;
        for (const index of session)
          untimed.set(index, withoutSession(cases[index] as ReplayCase<Id>, position));
        continue;
      }
      sortByTime(cases, session);
    }
    session.forEach((index, turn) => {
      turns[index] = turn;
      if (turn > 0) previous[index] = session[turn - 1] as number;
    });
  }
  const contexts: PolicyContext<Id>[] = [];
  return {
    order: Uint32Array.from(sessions.flat()),
    hasTurns: previous.some((before) => before >= 0),
    previous,
    contextOf: (index) =>
      (untimed.size === 0 ? undefined : untimed.get(index)) ?? (cases[index] as ReplayCase<Id>).context,
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

/** Groups positions by session, in order of first appearance; a case without a session is by itself. */
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

/** Sorts positions by the time of their records; equal times keep the order of the file. */
export function sortByTime<Id extends string>(
  cases: readonly ReplayCase<Id>[],
  positions: number[] | Uint32Array,
): void {
  const times = new Map(Array.from(positions, (index) => [index, timeOf(cases[index] as ReplayCase<Id>)]));
  positions.sort((a, b) => (times.get(a) ?? 0) - (times.get(b) ?? 0) || a - b);
}

/** Returns the time in milliseconds since the epoch. Throws `OutcomeFormatError`. */
function timeOf<Id extends string>({ record, position }: ReplayCase<Id>): number {
  if (record.at !== undefined) return Date.parse(record.at);
  throw timeMissing(position);
}

function timeMissing(position: number): OutcomeFormatError {
  return new OutcomeFormatError(
    "records",
    position,
    "at",
    "is missing: the policy reads state that is replayed in order of time (give each record its time, or leave out session)",
  );
}

/**
 * Defines a session that throws when it is read: most policies never read it, and one that does must not take
 * it for absent.
 */
function withoutSession<Id extends string>({ context }: ReplayCase<Id>, position: number): PolicyContext<Id> {
  const get = (): never => {
    throw timeMissing(position);
  };
  return Object.defineProperty({ ...context }, "session", { get, enumerable: true });
}

/** Builds the session that the router would know after an answer of `model`. */
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
