import { isRouterError, type Router } from "../src/contracts/index.ts";
import { catalogueDate } from "../src/cost/catalogue.ts";
import { counted } from "../src/plugin/counted.ts";
import { environmentVariables } from "./environment-variables.ts";
import { inspectModel, type ModelReport } from "./inspect-model.ts";
import type { Terminal } from "./io.ts";
import { openRouter } from "./open-router.ts";

export interface Diagnosis {
  /** Whether nothing stands in `problems`. */
  readonly works: boolean;
  /** The config file; absent where the router comes from the environment. */
  readonly config?: string | undefined;
  /** Variables that were looked at, and whether they are set. Never their values. */
  readonly environment: Readonly<Record<string, boolean>>;
  readonly catalogue: { readonly date: string; readonly ageDays: number };
  /** Empty where no router could be made. */
  readonly models: readonly ModelReport[];
  readonly routing?: RoutingReport | undefined;
  /** What does not work, and how to fix it. */
  readonly problems: readonly string[];
  /** What works, but not as well as it could. */
  readonly notices: readonly string[];
}

export interface RoutingReport {
  readonly policy: string;
  readonly parameters?: Readonly<Record<string, unknown>> | undefined;
  /** `name@version`. */
  readonly classifier: string;
  readonly certified: boolean;
  /** Why not, where the router was given a tuning file. */
  readonly uncertified?: string | undefined;
}

const dayMs = 86_400_000;
/** Prices change within months. */
const oldCatalogueDays = 120;

/** Looks at everything a request needs, without sending one to a model of the plan. Never rejects on what it finds. */
export async function diagnose(
  config: string | undefined,
  timeoutMs: number,
  terminal: Terminal,
): Promise<Diagnosis> {
  const problems: string[] = [];
  const notices: string[] = [];
  const ageDays = Math.max(0, Math.floor((terminal.now() - Date.parse(catalogueDate)) / dayMs));
  if (ageDays > oldCatalogueDays)
    notices.push(
      `the catalogue is ${counted(ageDays, "day")} old: prices may have changed; a newer release may know them`,
    );
  const environment = environmentVariables(terminal.env);
  const router = await openOrReport(config, terminal, problems);
  const found = router === undefined ? {} : await inspect(router, timeoutMs, terminal, problems, notices);
  return {
    works: problems.length === 0,
    config,
    environment,
    catalogue: { date: catalogueDate, ageDays },
    models: [],
    ...found,
    problems,
    notices,
  };
}

async function openOrReport(
  config: string | undefined,
  terminal: Terminal,
  problems: string[],
): Promise<Router | undefined> {
  try {
    return await openRouter(config, terminal);
  } catch (error) {
    if (!isRouterError(error)) throw error;
    // A list reads better as a list.
    if (isRouterError(error, "missing-configuration"))
      problems.push(...error.missing.map((one) => `missing: ${one}`));
    else problems.push(error.message);
    return undefined;
  }
}

async function inspect(
  router: Router,
  timeoutMs: number,
  terminal: Terminal,
  problems: string[],
  notices: string[],
): Promise<Pick<Diagnosis, "models" | "routing">> {
  try {
    const models = await Promise.all(
      Object.entries(router.models).map(([id, model]) => inspectModel(id, model, timeoutMs, terminal)),
    );
    for (const { id, endpoint, unknown } of models) {
      if (endpoint.problem !== undefined) problems.push(`${id}: ${endpoint.problem}`);
      if (unknown.length > 0)
        notices.push(`${id}: ${unknown.join(", ")} not known, so not checked or not counted`);
    }
    return { models, routing: await inspectRouting(router, problems, notices) };
  } finally {
    await router.close();
  }
}

/** Decides on a sample: that shows the classifier and the policy at work. */
async function inspectRouting(
  router: Router,
  problems: string[],
  notices: string[],
): Promise<RoutingReport | undefined> {
  const { name, parameters } = router.policy;
  try {
    const { certified, uncertified, classifierError, versions } = await router.decide(
      "What is the capital of France?",
    );
    if (classifierError !== undefined) problems.push(`classifier: ${classifierError}`);
    if (!certified)
      notices.push(
        `decisions are uncertified: ${uncertified ?? "no certificate says how much quality routing may cost"}`,
      );
    return { policy: name, parameters, classifier: versions.classifier, certified, uncertified };
  } catch (error) {
    if (!isRouterError(error)) throw error;
    const problem = `a sample request could not be decided: ${error.message}`;
    // Constraints may ask for labels that the sample does not have.
    if (error.code === "no-eligible-model") notices.push(problem);
    else problems.push(problem);
    return { policy: name, parameters, classifier: "not known", certified: false };
  }
}
