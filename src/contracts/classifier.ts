import type { HopContext } from "./hop.ts";
import type { RequestFacts } from "./request-facts.ts";

/** Result of a classifier for one request. */
export interface Classification {
  /** Rank of the score in the classifier's stored reference distribution, in [0, 1]. */
  readonly complexity: number;
  readonly category?: string | undefined;
  /** Calibrated probability that a model is good enough, by model name, in [0, 1]. */
  readonly quality?: Readonly<Record<string, number>> | undefined;
  /** Parts of the score. Numbers only, since signals are stored with the decision. */
  readonly signals?: Readonly<Record<string, number>> | undefined;
}

/**
 * Rates how hard a request is. A classifier holds no state. If it throws, times out or returns a
 * complexity outside [0, 1], the request goes on without a classification.
 */
export interface Classifier {
  readonly name: string;
  readonly version: string;
  // A method, so that a classifier that ignores `hop` or reads fewer facts is one (bivariance).
  classify(request: RequestFacts, hop: HopContext): Classification | Promise<Classification>;
}
