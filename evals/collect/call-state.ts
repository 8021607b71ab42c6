import type { CallAnswer, JournalEntry } from "./journal-entry.ts";

/** State of a call. */
export type CallState =
  /** Has no answer that is kept. `failed` is the last failure's kind, `timeouts` the number of those in a row. */
  | { readonly state: "due"; readonly failed?: string | undefined; readonly timeouts?: number | undefined }
  /** Waits for its score. */
  | { readonly state: "answered"; readonly answer: CallAnswer }
  /** Has no score although the scorer was asked: it is asked again. */
  | { readonly state: "unscored"; readonly answer: CallAnswer; readonly reason?: string | undefined }
  | {
      readonly state: "scored";
      readonly answer: CallAnswer;
      readonly quality: number;
      /** Metadata of the score. */
      readonly scoring?: Readonly<Record<string, unknown>> | undefined;
    }
  /** Has failed because the model cannot answer the request: quality 0. `error` is the reason. */
  | { readonly state: "refused"; readonly error: string };

export const due: CallState = { state: "due" };

/** True if nothing more is to be done for a call. */
export function isFinished({ state }: CallState): boolean {
  return state === "scored" || state === "refused";
}

export function answerIn(call: CallState): CallAnswer | undefined {
  return "answer" in call ? call.answer : undefined;
}

/** Returns the state after an entry about the call. Pure. */
export function nextCallState(
  call: CallState,
  entry: Extract<JournalEntry, { readonly type: "answered" | "failed" | "scored" }>,
): CallState {
  switch (entry.type) {
    case "answered": {
      const { type: _, id: _id, model: _model, repeat: _repeat, atMostUsd: _most, ...answer } = entry;
      return isFinished(call) ? call : { state: "answered", answer };
    }
    case "failed":
      if (entry.counts) return { state: "refused", error: entry.error };
      return call.state === "due" ? dueAfter(call, entry.error) : call;
    case "scored": {
      const answer = answerIn(call);
      if (answer === undefined) return call;
      const { quality, reason, metadata } = entry;
      return quality === null
        ? { state: "unscored", answer, reason }
        : { state: "scored", answer, quality, scoring: metadata };
    }
  }
}

/** Kind of the failure of a call that had no answer in time. */
export const TIMEOUT = "timeout";

function dueAfter(
  { timeouts = 0 }: Extract<CallState, { readonly state: "due" }>,
  failed: string,
): CallState {
  return failed === TIMEOUT ? { state: "due", failed, timeouts: timeouts + 1 } : { state: "due", failed };
}

/** Returns the state before scoring, for another scorer. */
export function withoutScore(call: CallState): CallState {
  const answer = answerIn(call);
  return answer === undefined ? call : { state: "answered", answer };
}
