/** One expectation of a conformance suite, for any test runner. */
export interface ConformanceCase {
  readonly name: string;
  /** Why the case does not apply; `run` then does nothing. */
  readonly skip?: string | undefined;
  /** Rejects, with an `AssertionError` where an expectation is not met. */
  run(): Promise<void>;
}
