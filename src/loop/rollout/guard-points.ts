import type { BookEvidence } from "../books/rollout-book.ts";
import type { Guard, GuardEvidence } from "../guards/guard.ts";
import { evidenceOf } from "./judge.ts";
import type { GuardPoint } from "./rollout-status.ts";

/** Most points of a sequence: when there are more, every second one goes. */
const mostPoints = 60;
/** Least growth of the number of pairs between two points. */
const growth = 1.02;

/** Returns evidence as a point of a sequence. */
export function pointOf({
  pairs,
  control = 0,
  candidate = 0,
  low,
  high,
  harm,
  safe,
}: GuardEvidence): GuardPoint {
  return {
    pairs,
    difference: candidate - control,
    ...(low !== undefined && { low }),
    ...(high !== undefined && { high }),
    harm,
    safe,
  };
}

/** Returns the points of all guards with those of the newest evidence. */
export function withPoints(
  { table, kept }: BookEvidence,
  guards: readonly Guard[],
): Readonly<Record<string, readonly GuardPoint[]>> {
  return Object.fromEntries(
    guards.map((guard) => {
      const before = Object.hasOwn(kept.points, guard.name) ? (kept.points[guard.name] ?? []) : [];
      return [guard.name, withPoint(before, pointOf(evidenceOf(table, guard)))];
    }),
  );
}

function withPoint(points: readonly GuardPoint[], point: GuardPoint): readonly GuardPoint[] {
  const last = points.at(-1);
  if (point.pairs === 0) return points;
  // The evidence of an earlier comparison.
  if (last !== undefined && point.pairs < last.pairs) return [point];
  if (last !== undefined && point.pairs < Math.max(last.pairs + 1, last.pairs * growth)) return points;
  const all = [...points, point];
  return all.length <= mostPoints ? all : all.filter((_, at) => at % 2 === 1);
}
