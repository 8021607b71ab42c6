import { InvalidOptionError } from "../../src/contracts/index.ts";

interface TwoModels<Id extends string> {
  readonly small: Id;
  readonly large: Id;
  /** The model for requests without a classification, `small` or `large`. Default: `large`. */
  readonly otherwise?: NoInfer<Id> | undefined;
}

/** A threshold with a number. */
export interface FixedThresholdOptions<Id extends string> extends TwoModels<Id> {
  /**
   * The threshold, in [0, 1]: a request of this complexity or more goes to the large model. Complexity
   * is a rank, so 0.7 sends about 30 % of the classifier's reference traffic there.
   */
  readonly at: number;
  readonly largeShare?: undefined;
  readonly maxTenantShare?: undefined;
}

/** A threshold that follows the router's own traffic. */
export interface ShareThresholdOptions<Id extends string> extends TwoModels<Id> {
  /** Share of the router's recent requests that goes to the large model, in (0, 1). */
  readonly largeShare: number;
  /**
   * Largest part of the recent requests that count from one tenant, in [0.001, 1], so that no tenant moves the cut
   * for all. Default 0.1.
   */
  readonly maxTenantShare?: number | undefined;
  readonly at?: undefined;
}

export type ThresholdOptions<Id extends string> = FixedThresholdOptions<Id> | ShareThresholdOptions<Id>;

/** Throws `InvalidOptionError` unless `otherwise` is one of the two models. */
export function checkOtherwise(owner: string, { small, large, otherwise = large }: TwoModels<string>): void {
  if (otherwise !== small && otherwise !== large)
    throw new InvalidOptionError(`${owner}.otherwise`, otherwise, `"${small}" or "${large}"`);
}
