import { threshold } from "../../policies/threshold.ts";
import type { Model, RouteOptions, RouteRequest, RouteResult, Router } from "../contracts/index.ts";
import { createRouter } from "../router/create-router.ts";
import type { RouterOptions } from "../router/router-options.ts";
import { type Environment, environmentModels } from "./environment-models.ts";

/** Sends about 30 % of the default classifier's reference traffic to the large model; not tuned on anything. */
const untunedThreshold = 0.7;

let current: Router | undefined;

/**
 * Sets the process-wide router, as `createRouter` makes it. Later calls replace it; requests under
 * way go on with the router they started with. Throws `InvalidOptionError`.
 */
export function configure<const Models extends Readonly<Record<string, Model>>>(
  options: RouterOptions<keyof Models & string> & { readonly models: Models },
): void {
  current = createRouter(options);
}

/**
 * The process-wide router: the configured one, else one made from the environment at the first call
 * (`environmentRouter`). Throws `MissingConfigurationError`.
 */
export function defaultRouter(): Router {
  current ??= environmentRouter(process.env);
  return current;
}

/**
 * Decides, calls, and answers through the process-wide router. Its ids are not known to the
 * compiler: a pin is checked when the request is made.
 */
export async function route(request: RouteRequest, options?: RouteOptions): Promise<RouteResult> {
  return defaultRouter().route(request, options);
}

/**
 * A router from environment variables: the models of `environmentModels`, `complexity()`, and an
 * untuned `threshold` at 0.7. Its decisions are not certified.
 */
export function environmentRouter(environment: Environment): Router<"small" | "large"> {
  const models = environmentModels(environment);
  return createRouter({
    models,
    policy: threshold({ small: "small", large: "large", at: untunedThreshold }),
  });
}
