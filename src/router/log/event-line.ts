import type { FeedbackGiven, LoopEvent, PartsReplaced, RouterEvent } from "../../contracts/index.ts";

/** Events of the loop that have lines of their own. Feedback has one if its decision is in an arm: it measures a saving. */
export type LoggedNews = LoopEvent | PartsReplaced | FeedbackGiven;

/** States of the loop, as a line of their own. */
export interface LoopStatesRead {
  readonly type: "loop-states";
  readonly writer: string;
  readonly states: object;
}

const news: ReadonlySet<string> = new Set<LoggedNews["type"]>([
  "audit-changed",
  "drift-found",
  "parts-replaced",
  "promise-changed",
  "replacement-refused",
  "rollout-changed",
]);

/** True for an event that becomes a line next to those of decisions. */
export function isLoggedNews(event: RouterEvent): event is LoggedNews {
  return event.type === "feedback-given" ? event.arms !== undefined : news.has(event.type);
}

/**
 * Returns the line `{ at, decisionId?, event }` of an event, or `{ at, writer, loop }` of states. They belong to no tenant
 * and no session; feedback goes with its decision.
 */
export function eventLine(event: LoggedNews | LoopStatesRead): string {
  const at = new Date(event.type === "feedback-given" ? event.at : Date.now()).toISOString();
  const value =
    event.type === "loop-states"
      ? { at, writer: event.writer, loop: event.states }
      : { at, ...(event.type === "feedback-given" && { decisionId: event.decisionId }), event };
  return `${JSON.stringify(value)}\n`;
}
