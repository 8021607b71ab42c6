import type { Decision } from "../../contracts/index.ts";

/** Things whose shares of the traffic are watched. */
export const TRAFFIC_LABELS = ["model", "language", "length", "category"] as const;
export type TrafficLabel = (typeof TRAFFIC_LABELS)[number];

/** Label of requests that say nothing. */
const unsaid = "(none)";
const longestLabel = 64;
/** Upper ends of the lengths that are told apart, in tokens of the input. */
const lengths = [64, 256, 1_024, 4_096, 16_384, 65_536];
/** Written out: to ask for the format of a locale takes 12 ms of each process that imports this file. */
const lengthLabels = ["64", "256", "1,024", "4,096", "16,384", "65,536"].map(
  (most) => `up to ${most} tokens`,
);
const longest = "more than 65,536 tokens";

/**
 * Returns the labels of a decision. The model is absent if something else than the policy chose it: a pin, a cap, a
 * soft limit of a budget, or an arm of a rollout, whose shares change on purpose.
 */
export function labelsOf(decision: Decision): Readonly<Partial<Record<TrafficLabel, string>>> {
  const { request, classification, model, forced, insteadOf, degraded, arms } = decision;
  const isOwn = !forced && insteadOf === undefined && degraded === undefined && (arms?.length ?? 0) === 0;
  return {
    ...(isOwn && { model: labelOf(model) }),
    language: labelOf(request.language),
    length: lengthLabels[lengths.findIndex((tokens) => request.inputTokens <= tokens)] ?? longest,
    category: labelOf(request.category ?? classification?.category),
  };
}

/** Returns a label of bounded length that does not keep a longer text alive. */
export function labelOf(text: unknown): string {
  if (typeof text !== "string" || text === "") return unsaid;
  return text.length <= longestLabel ? text : `${[...text.slice(0, longestLabel - 1)].join("")}…`;
}
