import type { RequestFacts } from "../contracts/index.ts";

/** An ask shorter than this ("yes, do it") says little without the turns before it. */
const followUpCharacters = 60;

/** What leaves for a model that is asked about a request. */
export interface ReadText {
  readonly ask: string;
  /** The last of the turns before it, for a short follow-up; else "". */
  readonly earlier: string;
}

/**
 * The ask, and before a short follow-up also the end of the conversation: at most `maxCharacters` UTF-16
 * units together. Of a longer ask the head and, as a third of it, the tail.
 */
export function readText({ ask, window }: RequestFacts, maxCharacters: number): ReadText {
  if (ask.length > maxCharacters) {
    const tail = Math.floor(maxCharacters / 3);
    return { ask: ask.slice(0, maxCharacters - tail) + ask.slice(ask.length - tail), earlier: "" };
  }
  if (window === "" || ask.length >= followUpCharacters) return { ask, earlier: "" };
  const room = maxCharacters - ask.length;
  return { ask, earlier: window.slice(Math.max(0, window.length - room)) };
}
