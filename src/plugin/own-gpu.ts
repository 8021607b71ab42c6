import { InvalidOptionError } from "../contracts/errors/index.ts";
import type { OwnGpu } from "../contracts/gpu.ts";
import type { ModelFacts } from "../contracts/model.ts";
import { checkKeys, checkNumber } from "./option-checks.ts";

/** Cost of an output token as a multiple of an input token's, unless the options say otherwise. */
const usualOutputWeight = 4;

const keys = [
  "usdPerHour",
  "count",
  "cost",
  "inBudgets",
  "outputWeight",
  "fullOutputTokensPerSecond",
] as const satisfies readonly (keyof OwnGpu)[];

/**
 * Returns the GPUs if they are valid, and if the model has no other price. Throws `InvalidOptionError` otherwise.
 * `price`: the price that the model states.
 */
export function checkOwnGpu(option: string, gpu: OwnGpu, price?: unknown): OwnGpu {
  checkKeys(option, gpu, keys);
  const { usdPerHour, count, cost, inBudgets, outputWeight, fullOutputTokensPerSecond } = gpu;
  checkNumber(`${option}.usdPerHour`, usdPerHour, { min: 1e-6, max: 1e6 });
  if (count !== undefined) checkNumber(`${option}.count`, count, { min: 0.001, max: 1e6 });
  if (cost !== undefined && cost !== "average" && cost !== "marginal")
    throw new InvalidOptionError(`${option}.cost`, cost, '"average" or "marginal"');
  if (inBudgets !== undefined && typeof inBudgets !== "boolean")
    throw new InvalidOptionError(`${option}.inBudgets`, inBudgets, "true or false");
  if (outputWeight !== undefined) checkNumber(`${option}.outputWeight`, outputWeight, { min: 1, max: 100 });
  if (fullOutputTokensPerSecond !== undefined)
    checkNumber(`${option}.fullOutputTokensPerSecond`, fullOutputTokensPerSecond, { min: 0.001, max: 1e9 });
  else if (inBudgets)
    throw new InvalidOptionError(
      `${option}.fullOutputTokensPerSecond`,
      undefined,
      "a number with inBudgets: budgets need a cost before anything is measured",
    );
  if (price !== undefined)
    throw new InvalidOptionError(
      option,
      gpu,
      "absent where a price is given: the cost is either measured or stated",
    );
  return gpu;
}

/** Returns the address by which a machine is measured: models at one address share its GPUs. */
export function machineOf({ endpoint, name }: Pick<ModelFacts, "endpoint" | "name">): string {
  return endpoint ?? name;
}

/** True if a model's cost counts in no bound: its GPUs are paid anyway. */
export function isOutsideBudgets({ gpu }: Pick<ModelFacts, "gpu">): boolean {
  return gpu !== undefined && gpu.inBudgets !== true;
}

/** Returns the cost of an output token as a multiple of an input token's. */
export function outputWeightOf({ outputWeight = usualOutputWeight }: OwnGpu): number {
  return outputWeight;
}
