import type { ChatRequest } from "../../contracts/index.ts";
import type { JsonObject } from "./google-wire.ts";

/** How a family of models is told how much to think. */
type Thinking = "level" | "budget" | "none";

/**
 * `gemini-3…` and later, and the `-latest` names, take a level; `gemini-2.5…` a budget of tokens.
 * Everything else (Gemma, tuned models, older ones) is taken not to think.
 */
function thinkingOf(model: string): Thinking {
  const version = /(?:^|\/)gemini-(\d+)(?:\.(\d+))?/.exec(model);
  if (version === null) return /(?:^|\/)gemini-[a-z-]*latest$/.test(model) ? "level" : "none";
  const major = Number(version[1]);
  if (major >= 3) return "level";
  return major === 2 && Number(version[2] ?? 0) >= 5 ? "budget" : "none";
}

/** Whether the model refuses tool calls of earlier turns that carry no thought signature. */
export function needsThoughtSignature(model: string): boolean {
  return thinkingOf(model) === "level";
}

// As Google's own OpenAI-compatible endpoint maps them.
const budgets: Readonly<Record<string, number>> = { minimal: 1024, low: 1024, medium: 8192 };
const largestBudget = 24_576;
/** `gemini-2.5-pro` cannot stop thinking: its smallest budget. */
const smallestProBudget = 128;

/**
 * `thinkingConfig` for a reasoning effort, or `undefined` where the model knows none such. An effort
 * beyond what the model offers becomes the nearest one: `xhigh` and `max` the most, and `none` the
 * least of a model that cannot stop thinking.
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
    const thinkingBudget = most ? largestBudget : budgets[effort];
    return thinkingBudget === undefined ? undefined : { thinkingBudget };
  }
  return undefined;
}
