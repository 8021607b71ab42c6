import type { Capabilities, Model, NeededCapability, Price } from "../src/contracts/index.ts";
import { estimateCost, lifeOf, lookUpModel, type ModelLife, priceAt } from "../src/router/cost/inner.ts";
import { askEndpoint, type EndpointReport } from "./ask-endpoint.ts";
import { askServer, type ServerReport } from "./ask-server.ts";
import type { CallReport } from "./call-model.ts";
import { type KeyVariable, keyVariable } from "./environment-variables.ts";
import { type GpuReport, gpuReport } from "./gpu-report.ts";
import { inspectPool, type PoolReport, withMembersFacts } from "./inspect-pool.ts";
import type { Terminal } from "./io.ts";

export interface ModelReport {
  readonly id: string;
  /** `provider:model`. */
  readonly name: string;
  /** Variable of the key. Absent: the provider has no variable of its own. */
  readonly key?: KeyVariable | undefined;
  readonly endpoint: EndpointReport;
  /** Answer of the server to the question what it is. Absent: its provider cannot ask. */
  readonly server?: ServerReport | undefined;
  /** Own GPUs of the model. Absent: it has none. */
  readonly gpu?: GpuReport | undefined;
  readonly inCatalogue: boolean;
  readonly contextWindow?: number | undefined;
  readonly maxOutputTokens?: number | undefined;
  readonly price?: Price | undefined;
  /** Cost of `sampleRequest`, in US dollars. Absent: the price is not known. */
  readonly sampleCostUsd?: number | undefined;
  /** Age of the price in days, if it says when it was compared with its source. */
  readonly priceAgeDays?: number | undefined;
  /** Dates that the catalogue knows of the model. Absent: no date is known. */
  readonly life?: ModelLife | undefined;
  /** Result of a real call. Absent: none was asked for. */
  readonly call?: CallReport | undefined;
  readonly capabilities: Capabilities;
  /** Capabilities that are not known and that model or router assume. */
  readonly assumed: readonly NeededCapability[];
  /** Members of a pool. Absent: the model is not a pool. */
  readonly pool?: PoolReport | undefined;
  /** Facts that neither the model nor the catalogue states: `price`, `contextWindow`, `tools` … */
  readonly unknown: readonly string[];
}

/** Tokens of the request whose cost is shown. */
export const sampleRequest = { inputTokens: 1_000, outputTokens: 500 } as const;

const dayMs = 86_400_000;
const capabilityNames: readonly NeededCapability[] = ["tools", "images", "jsonSchema"];

/** Reports what is known of a model, and if its endpoint answers within `timeoutMs`. */
export async function inspectModel(
  id: string,
  given: Model,
  timeoutMs: number,
  terminal: Terminal,
): Promise<ModelReport> {
  const model = withMembersFacts(given);
  const { name, provider, contextWindow, maxOutputTokens, price, capabilities = {} } = model;
  const unknown = [
    ...(price === undefined && model.gpu === undefined ? ["price"] : []),
    ...(contextWindow === undefined ? ["contextWindow"] : []),
    ...capabilityNames.filter((one) => capabilities[one] === undefined),
  ];
  const life = lifeOf(provider, model.model);
  return {
    id,
    name,
    key: keyVariable(provider, terminal.env),
    endpoint: await askEndpoint(model, timeoutMs, terminal.now),
    ...(await askServer(model, timeoutMs)),
    ...(model.members !== undefined && { pool: await inspectPool(model, timeoutMs, terminal.now) }),
    ...(model.gpu !== undefined && { gpu: gpuReport(model.gpu) }),
    inCatalogue: lookUpModel(provider, model.model) !== undefined,
    contextWindow,
    maxOutputTokens,
    price,
    ...(price !== undefined && {
      sampleCostUsd: estimateCost(
        priceAt(price, terminal.now()),
        sampleRequest.inputTokens,
        sampleRequest.outputTokens,
      ),
    }),
    ...(price?.checkedOn !== undefined && {
      priceAgeDays: Math.max(0, Math.floor((terminal.now() - Date.parse(price.checkedOn)) / dayMs)),
    }),
    ...(life !== undefined && { life }),
    capabilities,
    assumed: capabilityNames.filter(
      (one) => capabilities[one] === undefined && model.assumeCapabilities?.includes(one),
    ),
    unknown,
  };
}
