import type { ChatRequest, Check, Completion, HopContext, Model } from "../../src/contracts/index.ts";
import { type CompletionParts, completionOf, factsOf } from "../../src/testing/index.ts";

export interface Asked {
  /** Absent for `hop.again`, which asks the model that has answered. */
  readonly model: Model | undefined;
  readonly request: Partial<ChatRequest>;
}

/** A hop whose models give these answers in order and record their requests. */
export function hopOf(...replies: readonly (string | CompletionParts)[]): {
  readonly hop: HopContext;
  readonly asked: readonly Asked[];
} {
  const asked: Asked[] = [];
  const reply = async (model: Model | undefined, request: Partial<ChatRequest>): Promise<Completion> => {
    asked.push({ model, request });
    return completionOf(replies[asked.length - 1] ?? "");
  };
  const hop: HopContext = {
    signal: new AbortController().signal,
    now: 0,
    generate: reply,
    again: (changes = {}) => reply(undefined, changes),
    call: () => Promise.reject(new Error("a check calls chat models only")),
    permits: () => true,
  };
  return { hop, asked };
}

/** A check's verdict on an answer, given as a text or as parts of a message. */
export function verdictOn(check: Check, answer: string | CompletionParts, hop: HopContext = hopOf().hop) {
  return check.accepts(factsOf(), completionOf(answer), hop);
}
