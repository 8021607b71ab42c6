import type { UsageMean, UsageMeansState } from "../contracts/index.ts";
import { checkNumber, checkText } from "../plugin/index.ts";
import { checkVersioned } from "./state-checks.ts";
import { maxLogRatio, memory } from "./usage-mean.ts";

/** Throws `InvalidOptionError` if the value was not exported by usage means. */
export function checkUsageMeansState(state: UsageMeansState): readonly UsageMean[] {
  return checkVersioned<UsageMean>("usageMeans.state", state, "models").map((mean, at) => {
    const path = `usageMeans.state.models[${at}]`;
    const within = { min: 0, max: memory, integer: true };
    return {
      name: checkText(`${path}.name`, mean?.name),
      outputs: checkNumber(`${path}.outputs`, mean?.outputs, within),
      meanOutputTokens: checkNumber(`${path}.meanOutputTokens`, mean?.meanOutputTokens, { min: 0 }),
      inputs: checkNumber(`${path}.inputs`, mean?.inputs, within),
      meanLogRatio: checkNumber(`${path}.meanLogRatio`, mean?.meanLogRatio, {
        min: -maxLogRatio,
        max: maxLogRatio,
      }),
    };
  });
}
