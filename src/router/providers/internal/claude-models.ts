import { makersName } from "../../../plugin/makers-name.ts";

// Sources: Anthropic's pages "Adaptive thinking" and "Effort", AWS's page "Adaptive thinking", November 2026.

/** Models before the 4.6 generation, which do not support adaptive thinking. */
const budgetOnly =
  /claude-(?:3|v?2|instant|(?:opus|sonnet|haiku)-4(?:-[0-5])?(?:-20\d{6})?$|4-(?:opus|sonnet))/;
/** Models before 4.7, which take a temperature. */
const withSampling =
  /claude-(?:3|v?2|instant|(?:opus|sonnet|haiku)-4(?:-[0-6])?(?:-20\d{6})?$|4-(?:opus|sonnet))/;
/** Models before 4.5, which follow no schema. */
const withoutSchemas =
  /claude-(?:3|v?2|instant|(?:opus|sonnet|haiku)-4(?:-[01])?(?:-20\d{6})?$|4-(?:opus|sonnet))/;

/** Returns the form in which a Claude model takes a reasoning effort, whatever platform names it. */
export function reasoningOfClaude(model: string): "effort" | "budget" {
  return budgetOnly.test(makersName(model)) ? "budget" : "effort";
}

/** True if a Claude model takes `temperature` and `top_p` where the version of the API does not forbid them. */
export function takesSampling(model: string): boolean {
  return withSampling.test(makersName(model));
}

/** True if a Claude model follows schemas of answers and of tools exactly. */
export function followsSchemas(model: string): boolean {
  return !withoutSchemas.test(makersName(model));
}
