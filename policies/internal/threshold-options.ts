import { InvalidOptionError } from "../../src/contracts/index.ts";
import { checkNumber, checkText } from "../../src/plugin/index.ts";

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
   * Largest part of the recent requests that count from one tenant, in (0, 1], so that no tenant moves the cut
   * for all. Default 0.1.
   */
  readonly maxTenantShare?: number | undefined;
  readonly at?: undefined;
}

export type ThresholdOptions<Id extends string> = FixedThresholdOptions<Id> | ShareThresholdOptions<Id>;

export function checkThresholdOptions(owner: string, options: ThresholdOptions<string>): void {
  const {
    small,
    large,
    at,
    otherwise = large,
  }: { readonly [Key in keyof ThresholdOptions<string>]: unknown } = options;
  checkText(`${owner}.small`, small);
  checkText(`${owner}.large`, large);
  if (options.largeShare === undefined) checkNumber(`${owner}.at`, options.at, { min: 0, max: 1 });
  else {
    if (options.at !== undefined)
      throw new InvalidOptionError(`${owner}.at`, at, "absent next to largeShare: give one of them");
    checkNumber(`${owner}.largeShare`, options.largeShare, { min: 0, max: 1 });
    if (options.largeShare === 0 || options.largeShare === 1)
      throw new InvalidOptionError(
        `${owner}.largeShare`,
        options.largeShare,
        "above 0 and below 1: always() sends everything to one model",
      );
    checkNumber(`${owner}.maxTenantShare`, options.maxTenantShare ?? 0.1, { min: 0.001, max: 1 });
  }
  if (otherwise !== small && otherwise !== large)
    throw new InvalidOptionError(`${owner}.otherwise`, otherwise, `"${small}" or "${large}"`);
}
