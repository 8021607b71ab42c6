import { describe, expect, it } from "vitest";
import { type CallState, due, nextCallState, withoutScore } from "../../../evals/collect/call-state.ts";

const call = { id: "1", model: "m", repeat: 0 };
const answer = { answer: "a", costUsd: 1 };
const answered: CallState = { state: "answered", answer };
const unscored: CallState = { state: "unscored", answer, reason: "no judge" };
const scored: CallState = { state: "scored", answer, quality: 0.5, scoring: { reason: "so" } };
const refused: CallState = { state: "refused", error: "too-large" };

const anAnswer = { type: "answered", ...call, ...answer, atMostUsd: 3 } as const;
const aScore = { type: "scored", ...call, quality: 0.5, metadata: { reason: "so" } } as const;
const noScore = { type: "scored", ...call, quality: null, reason: "no judge" } as const;
const aRefusal = { type: "failed", ...call, error: "too-large", counts: true } as const;
const anOutage = { type: "failed", ...call, error: "server", counts: false } as const;
const aTimeout = { type: "failed", ...call, error: "timeout", counts: false } as const;

describe("the state of a call", () => {
  it.each([
    [due, anAnswer, answered],
    [due, aRefusal, refused],
    [due, anOutage, { state: "due", failed: "server" }],
    [due, aTimeout, { state: "due", failed: "timeout", timeouts: 1 }],
    [{ ...due, failed: "timeout", timeouts: 1 }, aTimeout, { state: "due", failed: "timeout", timeouts: 2 }],
    [{ ...due, failed: "timeout", timeouts: 1 }, anOutage, { state: "due", failed: "server" }],
    [due, aScore, due],
    [answered, aScore, scored],
    [answered, noScore, unscored],
    [unscored, aScore, scored],
    [unscored, noScore, unscored],
    [scored, anAnswer, scored],
    [refused, anAnswer, refused],
    [refused, aScore, refused],
  ])("%j, after %j, is %j", (before, entry, after) => {
    expect(nextCallState(before, entry)).toEqual(after);
  });

  it("falls back to the answer where another scorer is to score it", () => {
    expect([due, answered, unscored, scored, refused].map(withoutScore)).toEqual([
      due,
      answered,
      answered,
      answered,
      refused,
    ]);
  });
});
