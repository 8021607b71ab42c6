import type { HopContext } from "./hop.ts";
import type { RequestFacts } from "./request-facts.ts";

/** What a classifier says of a request. */
export interface Classification {
  /** In [0, 1]: the rank of the score in the classifier's stored reference distribution. */
  readonly complexity: number;
  readonly category?: string | undefined;
  /** Calibrated P(a model is good enough) by model name, in [0, 1]. */
  readonly quality?: Readonly<Record<string, number>> | undefined;
  /** What the score was made of. Numbers only: signals are stored with the decision. */
  readonly signals?: Readonly<Record<string, number>> | undefined;
}

/**
 * Says how hard a request is. Holds no state. One that throws, times out or returns a complexity
 * outside [0, 1] never fails a request: the classification is then absent.
 */
export interface Classifier {
  readonly name: string;
  readonly version: string;
  // A method, so that a classifier that ignores `hop` or reads fewer facts is one (bivariance).
  classify(request: RequestFacts, hop: HopContext): Classification | Promise<Classification>;
}
