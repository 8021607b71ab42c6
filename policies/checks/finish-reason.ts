import type { Check, Completion } from "../../src/contracts/index.ts";
import { readOption } from "../../src/plugin/index.ts";
import { choiceOf } from "./internal/answer-parts.ts";

type FinishReason = Completion["choices"][number]["finish_reason"];

/**
 * Accepts an answer that ended for one of these reasons. Default `stop` and `tool_calls`, which excludes
 * answers that were cut at their limit (`length`) or filtered. Reads only the finish reason.
 */
export function finishReason(...allowed: readonly FinishReason[]): Check {
  allowed.forEach((reason, index) => {
    readOption({ is: "text" }, `finishReason[${index}]`, reason);
  });
  const reasons: readonly string[] = allowed.length === 0 ? ["stop", "tool_calls"] : allowed;

  return {
    name: `finishReason(${reasons.join(", ")})`,
    accepts: (_, answer) => reasons.includes(choiceOf(answer).finish_reason ?? ""),
  };
}
