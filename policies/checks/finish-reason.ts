import type { Check, Completion } from "../../src/contracts/index.ts";
import { checkText } from "../../src/plugin/index.ts";
import { choiceOf } from "./internal/answer-parts.ts";

type FinishReason = Completion["choices"][number]["finish_reason"];

/**
 * Accepts an answer that ended for one of these reasons. Default `stop` and `tool_calls`: not one that
 * was cut at its limit (`length`) or filtered. Sees the finish reason alone.
 */
export function finishReason(...allowed: readonly FinishReason[]): Check {
  allowed.forEach((reason, index) => {
    checkText(`finishReason[${index}]`, reason);
  });
  const reasons: readonly string[] = allowed.length === 0 ? ["stop", "tool_calls"] : allowed;

  return {
    name: `finishReason(${reasons.join(", ")})`,
    accepts: (_, answer) => reasons.includes(choiceOf(answer).finish_reason ?? ""),
  };
}
