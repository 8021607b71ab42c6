import { isRouterError, type Router } from "../src/contracts/index.ts";
import { catalogueDate } from "../src/cost/catalogue.ts";
import { counted } from "../src/plugin/counted.ts";
import { capabilityAdvice } from "./capability-advice.ts";
import { environmentVariables } from "./environment-variables.ts";
import { inspectModel, type ModelReport } from "./inspect-model.ts";
import type { Terminal } from "./io.ts";
import { openRouter } from "./open-router.ts";

export interface Diagnosis {
  /** True if `problems` is empty. */
  readonly works: boolean;
  /** The config file; absent if the router comes from the environment. */
  readonly config?: string | undefined;
  /** Checked variables, each true if it is set. Values are never included. */
  readonly environment: Readonly<Record<string, boolean>>;
  readonly catalogue: { readonly date: string; readonly ageDays: number };
  /** Reports of the models; empty if no router could be created. */
  readonly models: readonly ModelReport[];
  readonly routing?: RoutingReport | undefined;
  /** Problems, with how to fix them. */
  readonly problems: readonly string[];
  /** Remarks about what works but could work better. */
  readonly notices: readonly string[];
}

export interface RoutingReport {
  readonly policy: string;
  readonly parameters?: Readonly<Record<string, unknown>> | undefined;
  /** `name@version`. */
  readonly classifier: string;
  readonly certified: boolean;
  /** Reason why decisions are not certified although the router has a tuning file. */
  readonly uncertified?: string | undefined;
}

const dayMs = 86_400_000;
/** Age from which the catalogue counts as old: prices change within months. */
const oldCatalogueDays = 120;

/**
 * Checks everything that a request needs, without sending one to a model of the plan. Problems never cause
 * a rejection.
 */
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
      `the catalogue is ${counted(ageDays, "day")} old: prices may have changed; a newer release may have the current ones`,
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
    // Each missing item becomes a problem of its own.
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
    for (const one of models) {
      const { id, endpoint, unknown } = one;
      const advice = capabilityAdvice(one);
      if (endpoint.problem !== undefined) problems.push(`${id}: ${endpoint.problem}`);
      if (unknown.length > 0)
        notices.push(`${id}: ${unknown.join(", ")} unknown, so not checked or not counted`);
      if (advice !== undefined) notices.push(`${id}: ${advice}`);
    }
    return { models, routing: await inspectRouting(router, problems, notices) };
  } finally {
    await router.close();
  }
}

/** Decides a sample request, which exercises the classifier and the policy. */
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
        `decisions are uncertified: ${uncertified ?? "no certificate bounds the quality that routing may lose"}`,
      );
    return { policy: name, parameters, classifier: versions.classifier, certified, uncertified };
  } catch (error) {
    if (!isRouterError(error)) throw error;
    const problem = `a sample request could not be decided: ${error.message}`;
    // Constraints may require labels that the sample does not have.
    if (error.code === "no-eligible-model") notices.push(problem);
    else problems.push(problem);
    return { policy: name, parameters, classifier: "not known", certified: false };
  }
}
