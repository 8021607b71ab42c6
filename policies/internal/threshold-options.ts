import { InvalidOptionError } from "../../src/contracts/index.ts";
import { checkNumber, checkText } from "../../src/plugin/index.ts";

export interface ThresholdOptions<Id extends string> {
  readonly small: Id;
  readonly large: Id;
  /**
   * The threshold, in [0, 1]: a request of this complexity or more goes to the large model. Complexity
   * is a rank, so 0.7 sends about 30 % of the classifier's reference traffic there.
   */
  readonly at: number;
  /** The model for requests without a classification, `small` or `large`. Default: `large`. */
  readonly otherwise?: NoInfer<Id> | undefined;
}

export function checkThresholdOptions(owner: string, options: ThresholdOptions<string>): void {
  const { small, large, at, otherwise = large } = options;
  checkText(`${owner}.small`, small);
  checkText(`${owner}.large`, large);
  checkNumber(`${owner}.at`, at, { min: 0, max: 1 });
  if (otherwise !== small && otherwise !== large)
    throw new InvalidOptionError(`${owner}.otherwise`, otherwise, `"${small}" or "${large}"`);
}
