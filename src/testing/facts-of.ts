import type { RequestFacts, RequestText } from "../contracts/index.ts";

/**
 * Creates the facts of a request for tests: one short human turn, changed by `partial`. Lengths are
 * computed from the texts (four characters per token) unless they are given. All text is window and ask.
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
    step: { kind: "ask" },
    jsonSchema: false,
    labels: {},
    ...partial,
    ask,
    window,
    askCharacters,
    characters,
    text: partial.text ?? new GivenText(window === "" ? ask : `${window}\n${ask}`),
  };
}

/** A class, as in a router, so that facts can be cloned. */
class GivenText implements RequestText {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  all(): string {
    return this.#text;
  }
}
