import type { Policy } from "../../../src/contracts/index.ts";
import { policyHash } from "../../../src/router/decide/index.ts";
import type { TuningFile } from "../../tune/tuning-file.ts";
import { certifiedPolicy } from "./certified-policy.ts";
import type { ConfiguredRouter } from "./configured-router.ts";

/**
 * Returns the certified policy, over names of models: that of the router if it is the same, since it has the
 * checks of a cascade too, else the one that the tuning file describes. `undefined` if neither is known.
 */
export function policyOfGate(
  tuning: Pick<TuningFile, "policy">,
  router: ConfiguredRouter | undefined,
): Policy<string> | undefined {
  const isSame = router !== undefined && policyHash(router.policy) === policyHash(tuning.policy);
  return isSame ? router.policy : certifiedPolicy(tuning.policy);
}
