import type { RequestFacts } from "../../contracts/index.ts";

/** Length below which an ask ("yes, do it") means little without the turns before it. */
const shortAskCharacters = 60;

/** The part of a request that a model which classifies it sees. */
export interface ReadText {
  readonly ask: string;
  /** The end of the turns before a short ask; else "". */
  readonly earlier: string;
}

/**
 * Returns the ask, and if it is short also the end of the conversation: together at most
 * `maxCharacters` UTF-16 units. A longer ask is cut in the middle; its end keeps a third of the characters.
 */
export function readText({ ask, window }: RequestFacts, maxCharacters: number): ReadText {
  if (ask.length > maxCharacters) {
    const tail = Math.floor(maxCharacters / 3);
    return { ask: ask.slice(0, maxCharacters - tail) + ask.slice(ask.length - tail), earlier: "" };
  }
  if (window === "" || ask.length >= shortAskCharacters) return { ask, earlier: "" };
  const room = maxCharacters - ask.length;
  return { ask, earlier: window.slice(Math.max(0, window.length - room)) };
}
