import type { HopContext } from "./hop.ts";
import type { RequestFacts } from "./request-facts.ts";

/** Result of a classifier for one request. */
export interface Classification {
  /** Rank of the score in the classifier's stored reference distribution, in [0, 1]. */
  readonly complexity: number;
  /** One of the classifier's `categories` if it lists them, else a name without spaces of at most 40 characters. */
  readonly category?: string | undefined;
  /** Calibrated probability that a model is good enough, by model name, in [0, 1]. */
  readonly quality?: Readonly<Record<string, number>> | undefined;
  /**
   * Parts of the score: finite numbers under names without spaces of at most 40 characters. Signals are
   * stored with the decision, so no text of a request may be among them.
   */
  readonly signals?: Readonly<Record<string, number>> | undefined;
}

/**
 * Rates how hard a request is. A classifier holds no state. If it throws, times out, or returns a
 * complexity outside [0, 1], a category or a signal that is not as described, the request goes on without
 * a classification.
 */
export interface Classifier {
  readonly name: string;
  readonly version: string;
  /**
   * All categories that it may return, each of at most 100 characters. List them: decisions and logs hold
   * categories, and nothing else can then get there. Default: any short name.
   */
  readonly categories?: readonly string[] | undefined;
  /** Reason against it that its training found, with figures. A router reports it once, when it is made. */
  readonly notRecommended?: string | undefined;
  // A method, so that a classifier that ignores `hop` or reads fewer facts is one (bivariance).
  classify(request: RequestFacts, hop: HopContext): Classification | Promise<Classification>;
}
