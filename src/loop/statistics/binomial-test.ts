/** Exact test of a share, for observations that are yes or no. */
export interface BinomialTest {
  /** P-value of the hypothesis that the share of events is above `limit`: `P(Binomial(n, limit) <= events)`. */
  pValue(events: number, observations: number, limit: number): number;
  /** Clopper-Pearson upper bound of the share that holds with probability `1 - delta`. */
  upperBound(events: number, observations: number, delta: number): number;
}

/** Loads the distributions that the test needs. */
export async function loadBinomialTest(): Promise<BinomialTest> {
  const [{ default: binomialCdf }, { default: betaQuantile }] = await Promise.all([
    import("@stdlib/stats-base-dists-binomial-cdf"),
    import("@stdlib/stats-base-dists-beta-quantile"),
  ]);
  return {
    pValue: (events, observations, limit) => binomialCdf(events, observations, limit),
    upperBound: (events, observations, delta) =>
      events >= observations ? 1 : betaQuantile(1 - delta, events + 1, observations - events),
  };
}
