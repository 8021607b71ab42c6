import type { ChatRequest } from "../../../contracts/index.ts";
import type { JsonObject } from "./google-wire.ts";

/** Way in which a model family accepts the amount of thinking. */
type Thinking = "level" | "budget" | "none";

/**
 * Returns how to set the thinking: `gemini-3…` and later, and the `-latest` names, take a level;
 * `gemini-2.5…` a token budget. All others (Gemma, tuned models, older ones) are assumed not to think.
 */
function thinkingOf(model: string): Thinking {
  const version = /(?:^|\/)gemini-(\d+)(?:\.(\d+))?/.exec(model);
  if (version === null) return /(?:^|\/)gemini-[a-z-]*latest$/.test(model) ? "level" : "none";
  const major = Number(version[1]);
  if (major >= 3) return "level";
  return major === 2 && Number(version[2] ?? 0) >= 5 ? "budget" : "none";
}

/** True if the model refuses earlier tool calls that carry no thought signature. */
export function needsThoughtSignature(model: string): boolean {
  return thinkingOf(model) === "level";
}

/** True if each search of an answer is billed, and not the answer that searched (Google's price list, 2026-11). */
export function isBilledByQuery(model: string): boolean {
  return thinkingOf(model) === "level";
}

// The mapping of Google's own OpenAI-compatible endpoint.
const budgets: ReadonlyMap<string, number> = new Map([
  ["minimal", 1024],
  ["low", 1024],
  ["medium", 8192],
]);
const largestBudget = 24_576;
/** Smallest budget of `gemini-2.5-pro`, which cannot stop thinking. */
const smallestProBudget = 128;

/**
 * Returns the `thinkingConfig` for a reasoning effort, or `undefined` if the model has none. An effort that
 * the model does not offer becomes the nearest one: `xhigh` and `max` become the highest, and `none` the
 * lowest of a model that cannot stop thinking.
 */
export function thinkingConfig(
  model: string,
  effort: NonNullable<ChatRequest["reasoning_effort"]>,
): JsonObject | undefined {
  const thinking = thinkingOf(model);
  const pro = model.includes("pro");
  const most = effort === "high" || effort === "xhigh" || effort === "max";
  if (thinking === "level") {
    if (most) return { thinkingLevel: "high" };
    if (effort === "none" || effort === "minimal") return { thinkingLevel: pro ? "low" : "minimal" };
    return effort === "low" || effort === "medium" ? { thinkingLevel: effort } : undefined;
  }
  if (thinking === "budget") {
    if (effort === "none") return { thinkingBudget: pro ? smallestProBudget : 0 };
    const thinkingBudget = most ? largestBudget : budgets.get(effort);
    return thinkingBudget === undefined ? undefined : { thinkingBudget };
  }
  return undefined;
}
