import type { ChatRequest, ModelDefaults } from "../../../contracts/index.ts";
import type { Untranslatable } from "./anthropic-messages.ts";
import type { Effort, Thinking } from "./anthropic-wire.ts";

/**
 * Form in which reasoning is requested. `effort`: adaptive thinking with `output_config.effort`. `budget`:
 * a number of thinking tokens, the only form before the 4.6 generation.
 */
export type AnthropicReasoning = "effort" | "budget";

const efforts: ReadonlyMap<string, Effort> = new Map<string, Effort>([
  ["minimal", "low"],
  ["low", "low"],
  ["medium", "medium"],
  ["high", "high"],
  ["xhigh", "xhigh"],
  ["max", "max"],
]);

/** The part of the output limit that may go into thinking, by effort. */
const budgetShares: Readonly<Record<Effort, number>> = {
  low: 0.2,
  medium: 0.5,
  high: 0.8,
  xhigh: 0.9,
  max: 0.95,
};
export const MIN_BUDGET_TOKENS = 1024;

/** The part of a turn that says whether thinking precedes. */
export interface HistoryTurn {
  readonly content: readonly { readonly type?: unknown }[];
}

export interface ReasoningSettings {
  readonly reasoning: AnthropicReasoning;
  readonly defaults?: ModelDefaults | undefined;
}

/** Returns thinking and effort of a request, or of the defaults, in the form that the model knows. */
export function toReasoning(
  request: Pick<ChatRequest, "reasoning_effort">,
  { defaults, reasoning }: ReasoningSettings,
  body: { readonly maxTokens: number; readonly forced: boolean; readonly turns: readonly HistoryTurn[] },
  issues: Pick<Untranslatable, "drop">,
): { readonly thinking?: Thinking; readonly effort?: Effort } {
  const asked = request.reasoning_effort ?? defaults?.reasoningEffort ?? undefined;
  if (asked === undefined) return {};
  if (asked === "none") return { thinking: { type: "disabled" } };
  const effort = efforts.get(asked);
  // The API refuses thinking if a tool call is forced.
  if (effort !== undefined && reasoning === "effort")
    return body.forced ? { effort } : { effort, thinking: { type: "adaptive" } };
  if (
    effort === undefined ||
    body.forced ||
    body.maxTokens <= MIN_BUDGET_TOKENS ||
    continuesUnthought(body.turns)
  ) {
    issues.drop("reasoning_effort");
    return {};
  }
  const budget = Math.max(MIN_BUDGET_TOKENS, Math.floor(body.maxTokens * budgetShares[effort]));
  return { thinking: { type: "enabled", budget_tokens: budget } };
}

/**
 * True if the request continues a tool loop of another model: the thinking that the API expects before the
 * call is then missing.
 */
export function continuesUnthought(turns: readonly HistoryTurn[]): boolean {
  if (!turns.at(-1)?.content.some((block) => block.type === "tool_result")) return false;
  const first = turns.at(-2)?.content[0];
  return first?.type !== "thinking" && first?.type !== "redacted_thinking";
}
