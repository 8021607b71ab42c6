import { isRouterError, MissingConfigurationError, type Router } from "../src/contracts/index.ts";
import { environmentRouter } from "../src/index.ts";
import type { Terminal } from "./io.ts";
import { loadRouter } from "./load-router.ts";

/** Opens the router of a config file, else one from the environment. Throws the errors of its creation. */
export async function openRouter(config: string | undefined, { env }: Terminal): Promise<Router> {
  if (config !== undefined) return loadRouter(config);
  try {
    return environmentRouter(env);
  } catch (error) {
    if (!isRouterError(error, "missing-configuration")) throw error;
    const missing = error.missing.join("; ");
    // The same error with the remedy that the command line offers.
    const message = `the environment lacks ${missing}. Set it, or pass a router with --config FILE`;
    throw new MissingConfigurationError(message, error.missing);
  }
}
