import { housekeeping, sticky, threshold } from "../../policies/index.ts";
import type { Router } from "../../src/contracts/index.ts";
import { createRouter, type Environment } from "../../src/index.ts";
import { environmentModels, environmentProviders, hasKey } from "../../src/router/presets/inner.ts";
import type { Terminal } from "../io.ts";
import { loadRouter } from "../load-router.ts";
import { fromEnvironment } from "../open-router.ts";
import { withHousekeeping } from "../with-housekeeping.ts";

/** Complexity from which the large model is used: the default of a router from the environment. */
const untunedThreshold = 0.7;

/**
 * Opens the router of a config, else one of the environment's two models that keeps a conversation on its model while moving does not
 * pay: an agent sends all of a conversation again with each turn, and another model's cache has none of it. What the agent asks for itself
 * goes to the small one. Throws the errors of its
 * creation.
 */
export async function runRouter(
  config: string | undefined,
  preferred: string | undefined,
  { env }: Terminal,
): Promise<Router> {
  if (config !== undefined) {
    const router = await loadRouter(config);
    await withHousekeeping(router);
    return router;
  }
  return fromEnvironment(() => {
    const models = environmentModels(preferring(preferred, env));
    const policy = housekeeping(
      "small",
      sticky(threshold({ small: "small", large: "large", at: untunedThreshold })),
    );
    return createRouter({ models, policy });
  });
}

/** Returns the environment in which a provider gives what is named nowhere, if there is a key for it. */
function preferring(name: string | undefined, env: Environment): Environment {
  const provider = name === undefined ? undefined : environmentProviders[name];
  if (provider === undefined || !hasKey(env, provider)) return env;
  const small = env["VLLM_BASE_URL"] || env["VLLM_MODEL"] ? undefined : `${name}:${provider.small}`;
  return {
    ...env,
    SWITCHPOINT_SMALL: env["SWITCHPOINT_SMALL"] || small,
    SWITCHPOINT_LARGE: env["SWITCHPOINT_LARGE"] || `${name}:${provider.large}`,
  };
}
