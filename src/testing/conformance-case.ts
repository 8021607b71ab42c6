/** One requirement of a conformance suite, for any test runner. */
export interface ConformanceCase {
  readonly name: string;
  /** Reason why the case does not apply; `run` then does nothing. */
  readonly skip?: string | undefined;
  /** Runs the case; rejects with an `AssertionError` if the requirement is not met. */
  run(): Promise<void>;
}
