import { housekeeping } from "../policies/housekeeping.ts";
import type { Router } from "../src/contracts/index.ts";
import { policiesIn } from "../src/plugin/policies-in.ts";

/**
 * Puts `housekeeping` around the policy of a router that has several models, unless the policy has it already: the smallest one,
 * which stands first, then answers what coding agents ask for themselves. All else of the router stays, a certificate too. A
 * router of another making, which replaces nothing, is left as it is. Rejects as `router.replace` does.
 */
export async function withHousekeeping(router: Router): Promise<void> {
  const { policy, models, release, isClosed } = router;
  const [small, next] = Object.keys(models);
  if (small === undefined || next === undefined || isClosed || typeof router.replace !== "function") return;
  if (policiesIn("policy", policy).some(({ policy: { name } }) => name === "housekeeping")) return;
  await router.replace({
    policy: housekeeping(small, policy),
    ...(release !== undefined && { release }),
    reason: "what coding agents ask for themselves goes to the smallest model (--no-housekeeping)",
  });
}
