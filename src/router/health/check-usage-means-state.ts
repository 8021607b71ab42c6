import type { TenantUsageMean, UsageMean, UsageMeansState } from "../../contracts/index.ts";
import { checkNumber, checkText } from "../../plugin/index.ts";
import { memory } from "./output-mean.ts";
import { checkList, checkVersioned, type Unchecked } from "./state-checks.ts";
import { maxLogRatio } from "./token-ratio.ts";

/** Throws `InvalidOptionError` if the value was not exported by usage means. */
export function checkUsageMeansState(state: UsageMeansState): readonly UsageMean[] {
  return checkVersioned<UsageMean>("usageMeans.state", state, "models").map((mean, at) => {
    const path = `usageMeans.state.models[${at}]`;
    const whole = { min: 0, max: memory, integer: true };
    return {
      name: checkText(`${path}.name`, mean?.name),
      outputs: checkNumber(`${path}.outputs`, mean?.outputs, whole),
      meanOutputTokens: checkNumber(`${path}.meanOutputTokens`, mean?.meanOutputTokens, { min: 0 }),
      inputs: checkNumber(`${path}.inputs`, mean?.inputs, whole),
      meanLogRatio: checkNumber(`${path}.meanLogRatio`, mean?.meanLogRatio, logRatios),
      tenants: checkList<TenantUsageMean>(`${path}.tenants`, mean?.tenants ?? []).map((one, index) =>
        checkTenant(`${path}.tenants[${index}]`, one),
      ),
    };
  });
}

const logRatios = { min: -maxLogRatio, max: maxLogRatio };

function checkTenant(path: string, one: Unchecked<TenantUsageMean>): TenantUsageMean {
  const calls = { min: 0, max: memory };
  return {
    tenant: one?.tenant === undefined ? undefined : checkText(`${path}.tenant`, one.tenant),
    category: one?.category === undefined ? undefined : checkText(`${path}.category`, one.category),
    outputs: checkNumber(`${path}.outputs`, one?.outputs, calls),
    meanOutputTokens: checkNumber(`${path}.meanOutputTokens`, one?.meanOutputTokens, { min: 0 }),
    inputs: one?.inputs === undefined ? undefined : checkNumber(`${path}.inputs`, one.inputs, calls),
    meanLogRatio:
      one?.meanLogRatio === undefined
        ? undefined
        : checkNumber(`${path}.meanLogRatio`, one.meanLogRatio, logRatios),
    at: checkNumber(`${path}.at`, one?.at, { min: 0 }),
  };
}
