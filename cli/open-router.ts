import { isRouterError, MissingConfigurationError, type Router } from "../src/contracts/index.ts";
import { environmentRouter } from "../src/index.ts";
import type { Terminal } from "./io.ts";
import { loadRouter } from "./load-router.ts";

/** Opens the router of a config file, else one from the environment. Throws the errors of its creation. */
export async function openRouter(config: string | undefined, { env }: Terminal): Promise<Router> {
  return config === undefined ? fromEnvironment(() => environmentRouter(env)) : loadRouter(config);
}

/** Makes a router from the environment. Throws its errors, one about what is missing with the remedy that the command line offers. */
export function fromEnvironment(make: () => Router): Router {
  try {
    return make();
  } catch (error) {
    if (!isRouterError(error, "missing-configuration")) throw error;
    const missing = error.missing.join("; ");
    const message = `the environment lacks ${missing}. Set it, or pass a router with --config FILE`;
    throw new MissingConfigurationError(message, error.missing);
  }
}
