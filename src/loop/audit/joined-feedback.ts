import type { FeedbackStatus } from "./audit-status.ts";

/** Feedback on audited requests, next to the verdicts of the scorer. */
export interface JoinedFeedback {
  /** Notes the verdict of the scorer on the answer that the caller got. */
  scored(decisionId: string, quality: number): void;
  given(decisionId: string, quality: number): void;
  status(): FeedbackStatus;
}

/** Largest number of audited requests, and of feedbacks on others, that are remembered. */
const most = 10_000;

/** Joins what comes in either order: feedback may be faster than a judge. Of several on one request the first counts. */
export function joinFeedback(isDrawn: (decisionId: string) => boolean): JoinedFeedback {
  const scores = new Map<string, number>();
  const ratings = new Map<string, number>();
  const counts = { joined: 0, repeated: 0, unknown: 0, difference: 0, distance: 0, pairs: 0 };
  const compare = (score: number, rating: number) => {
    counts.pairs += 1;
    counts.difference += score - rating;
    counts.distance += Math.abs(score - rating);
  };
  return {
    scored(decisionId, quality) {
      keep(scores, decisionId, quality);
      const rating = ratings.get(decisionId);
      if (rating !== undefined) compare(quality, rating);
    },
    given(decisionId, quality) {
      if (ratings.has(decisionId)) {
        counts.repeated += 1;
        return;
      }
      const score = scores.get(decisionId);
      if (score === undefined && !isDrawn(decisionId)) {
        counts.unknown += 1;
        return;
      }
      keep(ratings, decisionId, quality);
      counts.joined += 1;
      if (score !== undefined) compare(score, quality);
    },
    status() {
      const { joined, repeated, unknown, difference, distance, pairs } = counts;
      const means = pairs === 0 ? {} : { meanDifference: difference / pairs, meanDistance: distance / pairs };
      return { joined, repeated, unknown, ...means };
    },
  };
}

function keep(table: Map<string, number>, key: string, value: number): void {
  if (table.size >= most) {
    const [oldest] = table.keys();
    if (oldest !== undefined) table.delete(oldest);
  }
  table.set(key, value);
}
