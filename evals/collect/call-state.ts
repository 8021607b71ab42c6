import type { CallAnswer, JournalEntry } from "./journal-entry.ts";

/** State of a call. */
export type CallState =
  /** Has no answer that is kept. */
  | { readonly state: "due" }
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
      return entry.counts ? { state: "refused", error: entry.error } : call;
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

/** Returns the state before scoring, for another scorer. */
export function withoutScore(call: CallState): CallState {
  const answer = answerIn(call);
  return answer === undefined ? call : { state: "answered", answer };
}
