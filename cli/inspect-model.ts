import {
  type Capabilities,
  isRouterError,
  type Model,
  type NeededCapability,
  type Price,
} from "../src/contracts/index.ts";
import { lookUpModel } from "../src/cost/catalogue.ts";
import { createClock } from "../src/plugin/clock.ts";
import { type KeyVariable, keyVariable } from "./environment-variables.ts";
import type { Terminal } from "./io.ts";

export interface ModelReport {
  readonly id: string;
  /** `provider:model`. */
  readonly name: string;
  /** Variable of the key. Absent: the provider has no variable of its own. */
  readonly key?: KeyVariable | undefined;
  readonly endpoint: EndpointReport;
  readonly inCatalogue: boolean;
  readonly contextWindow?: number | undefined;
  readonly maxOutputTokens?: number | undefined;
  readonly price?: Price | undefined;
  readonly capabilities: Capabilities;
  /** Capabilities that are not known and that model or router assume. */
  readonly assumed: readonly NeededCapability[];
  /** Facts that neither the model nor the catalogue states: `price`, `contextWindow`, `tools` … */
  readonly unknown: readonly string[];
}

export interface EndpointReport {
  /** True if the endpoint answered. Absent: the model has no `health()`. */
  readonly reachable?: boolean | undefined;
  readonly latencyMs?: number | undefined;
  readonly problem?: string | undefined;
}

const capabilityNames: readonly NeededCapability[] = ["tools", "images", "jsonSchema"];

/** Reports what is known of a model, and if its endpoint answers within `timeoutMs`. */
export async function inspectModel(
  id: string,
  model: Model,
  timeoutMs: number,
  terminal: Terminal,
): Promise<ModelReport> {
  const { name, provider, contextWindow, maxOutputTokens, price, capabilities = {} } = model;
  const unknown = [
    ...(price === undefined ? ["price"] : []),
    ...(contextWindow === undefined ? ["contextWindow"] : []),
    ...capabilityNames.filter((one) => capabilities[one] === undefined),
  ];
  return {
    id,
    name,
    key: keyVariable(provider, terminal.env),
    endpoint: await askEndpoint(model, timeoutMs, terminal.now),
    inCatalogue: lookUpModel(provider, model.model) !== undefined,
    contextWindow,
    maxOutputTokens,
    price,
    capabilities,
    assumed: capabilityNames.filter(
      (one) => capabilities[one] === undefined && model.assumeCapabilities?.includes(one),
    ),
    unknown,
  };
}

async function askEndpoint(model: Model, timeoutMs: number, now: () => number): Promise<EndpointReport> {
  if (model.health === undefined) return {};
  const controller = new AbortController();
  const { monotonic } = createClock(now);
  const startedAt = monotonic();
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`no answer within ${timeoutMs / 1_000} s`));
      controller.abort();
    }, timeoutMs);
  });
  try {
    const reachable = await Promise.race([model.health({ signal: controller.signal }), limit]);
    if (!reachable) return { reachable, problem: "its endpoint reports that it is unhealthy" };
    return { reachable, latencyMs: monotonic() - startedAt };
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    return {
      reachable: false,
      problem: isRouterError(error, "provider") ? `${problem}${advice(error.kind)}` : problem,
    };
  } finally {
    clearTimeout(timer);
  }
}

function advice(kind: string): string {
  if (kind === "authentication") return ": the key is not accepted";
  if (kind === "connection") return ": is the address right, and is the server up?";
  return kind === "not-found" ? ": is the model's name right?" : "";
}
