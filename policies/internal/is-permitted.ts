import type { Candidate } from "../../src/contracts/index.ts";

export function isPermitted(candidates: readonly Candidate[], id: string): boolean {
  for (const candidate of candidates) if (candidate.id === id) return true;
  return false;
}
