import { dropPromises } from "../../plugin/index.ts";
import type { AuditScorer } from "./audit-scorer.ts";

/** Largest number of figures, and length of their names, that a status holds. */
const mostFigures = 20;
const longestName = 40;

/** Returns what a scorer knows of its own error, as far as that is numbers; undefined if it cannot say. */
export function errorsOf(scorer: AuditScorer): Readonly<Record<string, number>> | undefined {
  try {
    const given: unknown = scorer.errors?.();
    if (dropPromises(given) || typeof given !== "object" || given === null) return undefined;
    const figures = Object.entries(given).filter(
      (figure): figure is [string, number] => figure[0].length <= longestName && Number.isFinite(figure[1]),
    );
    return Object.fromEntries(figures.slice(0, mostFigures));
  } catch {
    return undefined;
  }
}
