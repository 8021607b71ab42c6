import type { Decision } from "../../contracts/index.ts";

const longestReason = 512;

/** Returns headers that say where a request went. They hold visible ASCII alone, since nothing else is sure to arrive. */
export function explanationHeaders({ id, model, reason }: Decision): Readonly<Record<string, string>> {
  return {
    "x-switchpoint-decision": headerText(id),
    "x-switchpoint-model": headerText(model),
    "x-switchpoint-reason": headerText(reason),
  };
}

/** Returns a text of visible ASCII, of bounded length. */
export function headerText(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]/g, "?").slice(0, longestReason);
}

/** Returns the same as a field next to `usage`. */
export function explanationField(decision: Decision, costUsd: number | undefined): object {
  const { id, model, reason, certified } = decision;
  const { complexity } = decision.classification ?? {};
  return { switchpoint: { decision: id, model, reason, complexity, certified, costUsd } };
}
