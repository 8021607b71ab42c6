import type { AuditScore } from "./audit-scorer.ts";

/** Returns a score if it is one: two numbers in [0, 1]. It comes from a function of a user. */
export function readScore(given: unknown): AuditScore | undefined {
  if (typeof given !== "object" || given === null) return undefined;
  const { quality, referenceQuality } = given as Partial<Record<keyof AuditScore, unknown>>;
  return isQuality(quality) && isQuality(referenceQuality) ? { quality, referenceQuality } : undefined;
}

function isQuality(value: unknown): value is number {
  return typeof value === "number" && value >= 0 && value <= 1;
}
