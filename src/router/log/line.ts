/** A line with what a database finds it by. */
export interface LogLine {
  /** JSON that ends with a line break. */
  readonly text: string;
  /** Id of the decision. Empty: the line is about none. */
  readonly id: string;
  /** ISO 8601. */
  readonly at: string;
  /** Empty for a line about no decision and no call. */
  readonly model: string;
  readonly reason?: string | undefined;
  readonly tenant?: string | undefined;
  readonly session?: string | undefined;
  readonly promptHash?: string | undefined;
  readonly costUsd?: number | undefined;
}
