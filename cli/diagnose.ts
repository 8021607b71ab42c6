import { type GpuCost, isRouterError, type Router } from "../src/contracts/index.ts";
import { counted } from "../src/plugin/counted.ts";
import { catalogueDate } from "../src/router/cost/inner.ts";
import { callModel } from "./call-model.ts";
import { capabilityAdvice } from "./capability-advice.ts";
import { environmentVariables } from "./environment-variables.ts";
import { comparedGpu } from "./gpu-report.ts";
import { inspectModel, type ModelReport } from "./inspect-model.ts";
import { poolRemarks, sharedEndpoints } from "./inspect-pool.ts";
import { inspectStore, type StoreReport } from "./inspect-store.ts";
import type { Terminal } from "./io.ts";
import { openRouter } from "./open-router.ts";
import { priceRemarks } from "./price-remarks.ts";

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
  /** Absent if the router shares no state. */
  readonly store?: StoreReport | undefined;
  /** Problems, with how to fix them. */
  readonly problems: readonly string[];
  /** Remarks about what works but could work better. */
  readonly notices: readonly string[];
  /** Command to run next. */
  readonly next: string;
}

export interface DiagnoseOptions {
  readonly config?: string | undefined;
  /** Longest wait for an endpoint, in milliseconds. */
  readonly timeoutMs: number;
  /** True if each model gets a real call. */
  readonly call: boolean;
  /** Age in days from which a price counts as old. Default 120: prices change within months. */
  readonly maxPriceAgeDays?: number | undefined;
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
/** Longest time for loading a config file, in milliseconds: a TypeScript file is compiled first. */
const configMs = 30_000;
/** Time for the first load of a pool's members, in milliseconds. */
const loadMs = 500;
/** Age from which the catalogue and prices count as old: prices change within months. */
const oldDays = 120;

/**
 * Checks everything that a request needs, without sending one to a model of the plan. Problems never cause
 * a rejection.
 */
export async function diagnose(options: DiagnoseOptions, terminal: Terminal): Promise<Diagnosis> {
  const { config } = options;
  const problems: string[] = [];
  const notices: string[] = [];
  const ageDays = Math.max(0, Math.floor((terminal.now() - Date.parse(catalogueDate)) / dayMs));
  if (ageDays > (options.maxPriceAgeDays ?? oldDays))
    notices.push(
      `the catalogue is ${counted(ageDays, "day")} old: prices may have changed; a newer release may have the current ones`,
    );
  const environment = environmentVariables(terminal.env);
  const router = await openOrReport(options, terminal, problems);
  const found = router === undefined ? {} : await inspect(router, options, terminal, problems, notices);
  return {
    works: problems.length === 0,
    config,
    environment,
    catalogue: { date: catalogueDate, ageDays },
    models: [],
    ...found,
    problems: merged(problems),
    notices: merged(notices),
    next: nextCommand(config, problems.length === 0, router !== undefined),
  };
}

/** Merges what is the same for several models: `small, large: …`. */
function merged(remarks: readonly string[]): string[] {
  const ids = new Map<string, string[]>();
  for (const remark of remarks) {
    const [, id = "", text = remark] = /^([^:\n]{1,100}): (.*)$/s.exec(remark) ?? [];
    ids.set(text, [...(ids.get(text) ?? []), ...(id === "" ? [] : [id])]);
  }
  return [...ids].map(([text, of]) => (of.length === 0 ? text : `${of.join(", ")}: ${text}`));
}

function nextCommand(config: string | undefined, works: boolean, isOpen: boolean): string {
  const withConfig =
    config === undefined ? "" : ` --config ${/^[\w./-]+$/.test(config) ? config : JSON.stringify(config)}`;
  if (works) return `switchpoint route "What is the capital of France?"${withConfig}`;
  if (isOpen || config !== undefined) return `switchpoint doctor${withConfig}`;
  return "OPENAI_API_KEY=... switchpoint doctor";
}

async function openOrReport(
  { config, timeoutMs }: DiagnoseOptions,
  terminal: Terminal,
  problems: string[],
): Promise<Router | undefined> {
  try {
    const limitMs = Math.max(configMs, timeoutMs);
    const opened = await within(openRouter(config, terminal), limitMs);
    if (opened === undefined)
      problems.push(`${config} did not export its router within ${limitMs / 1_000} s`);
    return opened;
  } catch (error) {
    if (!isRouterError(error)) throw error;
    // Each missing item becomes a problem of its own.
    if (isRouterError(error, "missing-configuration"))
      problems.push(...error.missing.map((one) => `missing: ${one}`));
    else problems.push(error.message);
    return undefined;
  }
}

/** Resolves as the promise does, or to undefined after `ms`. */
async function within<T>(promise: Promise<T>, ms: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    // A process that has nothing else to do ends, and says so.
    timer = setTimeout(resolve, ms, undefined).unref();
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

async function inspect(
  router: Router,
  { timeoutMs, call, maxPriceAgeDays = oldDays }: DiagnoseOptions,
  terminal: Terminal,
  problems: string[],
  notices: string[],
): Promise<Pick<Diagnosis, "models" | "routing" | "store">> {
  try {
    await openPools(router, timeoutMs);
    const models = await Promise.all(
      Object.entries(router.models).map(async ([id, model]) => {
        const [report, called] = await Promise.all([
          inspectModel(id, model, timeoutMs, terminal),
          call ? callModel(router, id, timeoutMs) : undefined,
        ]);
        return called === undefined ? report : { ...report, call: called };
      }),
    );
    for (const one of models) {
      const { id, endpoint, unknown } = one;
      const advice = capabilityAdvice(one, router.strictCapabilities === true);
      for (const { isProblem, text } of one.pool === undefined ? [] : poolRemarks(id, one.pool))
        (isProblem ? problems : notices).push(text);
      if (endpoint.problem !== undefined) problems.push(`${id}: ${endpoint.problem}`);
      if (one.server?.problem !== undefined) problems.push(`${id}: ${one.server.problem}`);
      if (one.server?.notice !== undefined) notices.push(`${id}: ${one.server.notice}`);
      if (one.call?.problem !== undefined) problems.push(`${id}: ${one.call.problem}`);
      // A gateway may serve more than it lists: a call that was answered counts.
      if (endpoint.unlisted !== undefined)
        (one.call?.answered ? notices : problems).push(`${id}: ${endpoint.unlisted}`);
      const never = router.neverCalled[id];
      if (never !== undefined) notices.push(`${id}: no request can reach it: ${never.reason}`);
      if (unknown.length > 0)
        notices.push(`${id}: ${unknown.join(", ")} unknown, so not checked or not counted`);
      if (advice !== undefined) notices.push(`${id}: ${advice}`);
      for (const [isProblem, text] of [...priceRemarks(one, maxPriceAgeDays, terminal.now())])
        (isProblem ? problems : notices).push(`${id}: ${text}`);
    }
    notices.push(...sharedEndpoints(models));
    const store = await inspectShared(router, timeoutMs, terminal, problems, notices);
    const { gpus, ...routing } = await inspectRouting(router, timeoutMs, problems, notices);
    return {
      ...store,
      routing,
      models: models.map((one) =>
        one.gpu === undefined ? one : { ...one, gpu: comparedGpu(one.gpu, gpus?.get(one.id), models) },
      ),
    };
  } finally {
    await within(router.close(), timeoutMs);
  }
}

/** Lets pools look for their endpoints and load: they begin with the first request. */
async function openPools(router: Router, timeoutMs: number): Promise<void> {
  if (Object.values(router.models).every(({ pool }) => pool?.watch === undefined)) return;
  const decided = router.decide("What is the capital of France?").catch(() => undefined);
  await within(decided, timeoutMs + 1_000);
  // A scrape takes a moment.
  if (Object.values(router.models).some((model) => model.members?.().some(({ load }) => load === undefined)))
    await new Promise((resolve) => setTimeout(resolve, Math.min(timeoutMs, loadMs)));
}

async function inspectShared(
  { shared }: Router,
  timeoutMs: number,
  terminal: Terminal,
  problems: string[],
  notices: string[],
): Promise<{ readonly store?: StoreReport }> {
  if (shared === undefined) return {};
  const clock = { wall: terminal.now, monotonic: () => performance.now() };
  const store = await inspectStore(shared, timeoutMs, clock);
  if (store.problem !== undefined) problems.push(store.problem);
  notices.push(...store.notices);
  return { store };
}

/** Decides a sample request, which exercises the classifier and the policy. */
async function inspectRouting(
  router: Router,
  timeoutMs: number,
  problems: string[],
  notices: string[],
): Promise<RoutingReport & { readonly gpus?: ReadonlyMap<string, GpuCost> }> {
  const { name, parameters } = router.policy;
  try {
    const decided = await within(router.decide("What is the capital of France?"), timeoutMs + 1_000);
    if (decided === undefined) {
      problems.push(
        "a sample request was not decided in time: does a policy or classifier wait for something?",
      );
      return { policy: name, parameters, classifier: "not known", certified: false };
    }
    const { certified, uncertified, classifierError, versions, candidates } = decided;
    if (classifierError !== undefined) problems.push(`classifier: ${classifierError}`);
    if (!certified)
      notices.push(
        `decisions are uncertified: ${uncertified ?? "no certificate bounds the quality that routing may lose"}`,
      );
    const gpus = new Map(candidates.flatMap(({ model, gpu }) => (gpu ? [[model, gpu] as const] : [])));
    return { policy: name, parameters, classifier: versions.classifier, certified, uncertified, gpus };
  } catch (error) {
    if (!isRouterError(error)) throw error;
    const problem = `a sample request could not be decided: ${error.message}`;
    // Constraints may require labels that the sample does not have.
    if (error.code === "no-eligible-model") notices.push(problem);
    else problems.push(problem);
    return { policy: name, parameters, classifier: "not known", certified: false };
  }
}
