import { candidateFailed } from "./candidate-opinion.ts";
import type { Verdict } from "./judge.ts";

/** The last requests that this process sent to the candidate, and those of them that it could not decide. */
export interface CandidateFailures {
  /** Counts a request that is compared in the candidate's arm, by the reason of its decision. */
  note(reason: string, epoch: number): void;
  /**
   * Returns the verdict, or a hold where it would take a candidate further that fails. Control answers in its place, so no
   * guard finds harm; once control is gone, each of these requests would fail.
   */
  held(found: Verdict): Verdict;
}

/** Largest share of requests that the candidate may fail at, as in the shadow stage, and failures that are never too many. */
const mostFailed = 0.01;
const fewFailed = 2;
/** Requests after which both numbers are halved: what has failed for an hour, and was mended, is not to hold for a month. */
const mostRequests = 10_000;

export function candidateFailures(): CandidateFailures {
  let requests = 0;
  let failed = 0;
  let of: number | undefined;
  return {
    note(reason, epoch) {
      if (epoch !== of) [requests, failed] = [0, 0];
      of = epoch;
      if (requests >= mostRequests) [requests, failed] = [requests / 2, Math.ceil(failed / 2)];
      requests += 1;
      if (reason.includes(candidateFailed)) failed += 1;
    },
    held(found) {
      const isUp = found.verdict === "advance" || (found.verdict === "done" && found.advice === "route");
      if (!isUp || failed <= Math.max(fewFailed, mostFailed * requests)) return found;
      return {
        verdict: "hold",
        needs: "a person",
        reason: `the candidate failed for ${failed} of ${requests} recent requests that it was to decide here, which control decided in its place`,
        numbers: { ...found.numbers, candidateRequests: requests, candidateFailed: failed },
      };
    },
  };
}
