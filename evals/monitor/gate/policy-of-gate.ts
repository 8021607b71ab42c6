import type { Policy } from "../../../src/contracts/index.ts";
import { guardedBy } from "../../../src/plugin/policies-in.ts";
import { policyHash } from "../../../src/router/decide/index.ts";
import type { TuningFile } from "../../tune/tuning-file.ts";
import { certifiedPolicy } from "./certified-policy.ts";
import type { ConfiguredRouter } from "./configured-router.ts";

/**
 * Returns the certified policy, over names of models: that of the router, or the one that it guards, if it is the same,
 * since it has the checks of a cascade too, else the one that the tuning file describes. `undefined` if neither is known.
 */
export function policyOfGate(
  tuning: Pick<TuningFile, "policy">,
  router: ConfiguredRouter | undefined,
): Policy<string> | undefined {
  const tuned = policyHash(tuning.policy);
  const own = router && guardedBy(router.policy).find((policy) => policyHash(policy) === tuned);
  return own ?? certifiedPolicy(tuning.policy);
}
