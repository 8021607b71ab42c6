import { threshold } from "../policies/threshold.ts";
import { isRouterError, type Model, type Router } from "../src/contracts/index.ts";
import { createRouter, type Environment, environmentRouter } from "../src/index.ts";
import { lookUpModel } from "../src/router/cost/inner.ts";
import { openaiCompatible } from "../src/router/providers/openai-compatible.ts";
import { environmentVariables } from "./environment-variables.ts";
import { serveSimulatedEndpoint } from "./simulated-endpoint.ts";

/** The router of a demo. */
export interface DemoSetup {
  readonly simulated: boolean;
  readonly router: Router<"small" | "large">;
  /** Models whose catalogue prices the simulated ones use. */
  readonly pricedAs?: Readonly<Record<"small" | "large", string>> | undefined;
  /** Reason why the models are simulated. */
  readonly why?: string | undefined;
  close(): Promise<void>;
}

/**
 * Opens the demo's router: with real models if the environment describes two and `simulate` is false, else
 * with simulated ones behind local endpoints. Throws the errors of the environment's providers.
 */
export async function openDemo(simulate: boolean, env: Environment): Promise<DemoSetup> {
  if (simulate) return simulated("--simulate was given");
  try {
    const router = environmentRouter(env);
    return { simulated: false, router, close: () => router.close() };
  } catch (error) {
    if (!isRouterError(error, "missing-configuration")) throw error;
    const begun = Object.values(environmentVariables(env)).some((set) => set);
    return simulated(
      begun ? `the environment lacks ${error.missing.join("; ")}` : "the environment has no key",
    );
  }
}

/** OpenAI models whose catalogue prices the simulated ones use. */
const pricedAs = { small: "gpt-5.4-mini", large: "gpt-5.5" };

/** Complexity from which the large model is used: the default of a router from the environment. */
const untunedThreshold = 0.7;

async function simulated(why: string): Promise<DemoSetup> {
  const endpoints = await Promise.all([serveSimulatedEndpoint("small"), serveSimulatedEndpoint("large")]);
  const [small, large] = endpoints;
  const router = createRouter({
    models: {
      small: simulatedModel("small", small.url, pricedAs.small),
      large: simulatedModel("large", large.url, pricedAs.large),
    },
    policy: threshold({ small: "small", large: "large", at: untunedThreshold }),
  });
  return {
    simulated: true,
    router,
    pricedAs,
    why,
    async close() {
      await router.close();
      await Promise.all(endpoints.map((endpoint) => endpoint.close()));
    },
  };
}

function simulatedModel(model: string, baseUrl: string, pricedAs: string): Model {
  const price = lookUpModel("openai", pricedAs)?.price;
  return openaiCompatible(model, { provider: "simulated", baseUrl, price });
}
