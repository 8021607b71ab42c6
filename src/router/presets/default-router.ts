import { housekeeping } from "../../../policies/housekeeping.ts";
import { threshold } from "../../../policies/threshold.ts";
import type {
  ChatTool,
  Model,
  Output,
  OutputRequest,
  OutputResult,
  RouteOptions,
  RouteRequest,
  RouteResult,
  Router,
} from "../../contracts/index.ts";
import { environment } from "../../plugin/environment.ts";
import type { RouterOptions } from "../create/router-options.ts";
import { createRouter } from "./create-router.ts";
import { environmentModels } from "./environment-models.ts";
import type { Environment } from "./named-models.ts";

/**
 * Untuned threshold, which sends about 30 % of the default classifier's reference traffic to the large
 * model.
 */
const untunedThreshold = 0.7;

let current: Router | undefined;

/**
 * Creates the process-wide router, as `createRouter` does, and replaces the current one; running requests
 * continue with the router they started with. Throws `InvalidOptionError`.
 */
export function configure<const Models extends Readonly<Record<string, Model | string>>>(
  options: RouterOptions<keyof Models & string> & { readonly models: Models },
): void {
  current = createRouter(options);
}

/**
 * Returns the process-wide router: the configured one, else one that is created from the environment at the
 * first call (`environmentRouter`). Throws `MissingConfigurationError`.
 */
export function defaultRouter(): Router {
  current ??= environmentRouter(environment());
  return current;
}

/**
 * Routes a request through the process-wide router. The compiler does not know its ids, so a pin is checked
 * when the request is made.
 */
export async function route<Asked extends Output, Tools extends ChatTool[] | undefined = undefined>(
  request: OutputRequest<string, Asked, Tools>,
  options?: RouteOptions,
): Promise<OutputResult<string, Asked, Tools>>;
export async function route(request: RouteRequest, options?: RouteOptions): Promise<RouteResult>;
export async function route(request: RouteRequest, options?: RouteOptions): Promise<RouteResult> {
  return defaultRouter().route(request, options);
}

/**
 * Creates a router from environment variables (default: those of the process): the models of
 * `environmentModels`, `complexity()`, and an untuned `threshold` at 0.7; what coding agents ask for themselves goes to the small
 * model (`housekeeping`). Its decisions are not certified.
 */
export function environmentRouter(variables: Environment = environment()): Router<"small" | "large"> {
  const models = environmentModels(variables);
  return createRouter({
    models,
    policy: housekeeping("small", threshold({ small: "small", large: "large", at: untunedThreshold })),
  });
}
