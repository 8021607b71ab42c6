import { jsonDepth } from "../../data/outcomes/json-depth.ts";

/** Longest JSON that is read, in characters, and its deepest nesting. */
const longest = 1_000_000;
const deepest = 100;

export type Parsed =
  | { readonly value: unknown; readonly problem?: undefined }
  | { readonly problem: string; readonly value?: undefined };

/**
 * Parses a text as JSON, or says why it cannot. With `fenced`, a Markdown block that is all of the text
 * counts as its content. Bounded in length and depth, so that code that walks the value may recurse.
 */
export function parseJson(text: string, fenced: boolean): Parsed {
  if (text.length > longest) return { problem: `the answer is longer than ${longest} characters` };
  const trimmed = text.trim();
  const fence = /^```(?:json)?\s/i.exec(trimmed);
  const inFence = fence !== null && trimmed.endsWith("```") && trimmed.length > fence[0].length + 2;
  if (inFence && !fenced) return { problem: "the answer is in a Markdown block (option fenced takes it)" };
  const json = inFence ? trimmed.slice(fence[0].length, -3) : trimmed;
  if (jsonDepth(json) > deepest) return { problem: `the answer is nested deeper than ${deepest}` };
  try {
    return { value: JSON.parse(json) as unknown };
  } catch {
    return { problem: "the answer is not JSON" };
  }
}
