import type { RequestFacts } from "../contracts/index.ts";

/**
 * Creates the facts of a request for tests: one short human turn, changed by `partial`. Lengths are
 * computed from the texts (four characters per token) unless they are given.
 */
export function factsOf(partial: Partial<RequestFacts> = {}): RequestFacts {
  const { ask = "What is the capital of France?", window = "" } = partial;
  const { askCharacters = ask.length, characters = askCharacters + window.length } = partial;
  return {
    inputTokens: Math.ceil(characters / 4),
    expectedOutputTokens: 300,
    turns: 1,
    tools: 0,
    images: 0,
    toolLoopPending: false,
    jsonSchema: false,
    labels: {},
    ...partial,
    ask,
    window,
    askCharacters,
    characters,
  };
}
