import type {
  HealthState,
  ObservedFirstToken,
  ObservedHealth,
  ObservedOutcome,
} from "../../contracts/index.ts";
import { checkNumber, checkText } from "../../plugin/index.ts";
import { checkFlag, checkList, checkVersioned } from "./state-checks.ts";

/** Throws `InvalidOptionError` if the value was not exported by a health tracker. */
export function checkHealthState(state: HealthState): readonly ObservedHealth[] {
  return checkVersioned<ObservedHealth>("health.state", state, "models").map((model, index) => {
    const path = `health.state.models[${index}]`;
    const outcomes = checkList<ObservedOutcome>(`${path}.outcomes`, model?.outcomes);
    const firstTokens = checkList<ObservedFirstToken>(`${path}.firstTokens`, model?.firstTokens);
    return {
      name: checkText(`${path}.name`, model?.name),
      outcomes: outcomes.map((outcome, at) => ({
        at: checkNumber(`${path}.outcomes[${at}].at`, outcome?.at),
        failed: checkFlag(`${path}.outcomes[${at}].failed`, outcome?.failed),
      })),
      firstTokens: firstTokens.map((token, at) => ({
        at: checkNumber(`${path}.firstTokens[${at}].at`, token?.at),
        ms: checkNumber(`${path}.firstTokens[${at}].ms`, token?.ms, { min: 0 }),
      })),
    };
  });
}
