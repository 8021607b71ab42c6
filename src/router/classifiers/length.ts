import type { Classifier } from "../../contracts/index.ts";
import { quantiles, version } from "./length-reference.generated.ts";
import { rank } from "./rank.ts";

/**
 * Rates longer asks as harder: complexity is the rank of log(1 + characters of the whole ask, before it
 * is cut) among the training prompts of `complexity()`. System prompts, earlier turns and tools do not
 * count. This is the baseline that every other classifier must beat.
 */
export function length(): Classifier {
  const reference = Float32Array.from(quantiles);
  return {
    name: "length",
    version,
    categories: [],
    classify: ({ askCharacters }) => ({ complexity: rank(Math.log(1 + askCharacters), reference) }),
  };
}
