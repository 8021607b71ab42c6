import type { Router } from "../../../contracts/index.ts";
import { type OptionTable, readOption, readOptions } from "../../../plugin/index.ts";
import { noSuchModel } from "./errors.ts";
import { languageModel } from "./language-model.ts";
import type { AiSdkModel } from "./wire.ts";

export interface AiSdkOptions {
  /**
   * Addresses that every model of the router reads by itself, by media type. Those of images alone are passed on.
   * Default none: the SDK then fetches files before it calls.
   */
  readonly supportedUrls?: Readonly<Record<string, readonly RegExp[]>> | undefined;
}

export const aiSdkOptions: OptionTable<AiSdkOptions> = {
  supportedUrls: {
    is: "record",
    of: { is: "list", of: { is: "object", methods: ["test"], expected: "a regular expression" } },
    default: {},
  },
};

/**
 * A provider for the AI SDK (specification V3). `provider("auto")` is routed, `provider("small")` pins a model of the
 * router, and other names are a `NoSuchModelError`.
 */
export interface AiSdkProvider {
  (modelId?: string): AiSdkModel;
  readonly specificationVersion: "v3";
  /** Default `auto`. */
  languageModel(modelId?: string): AiSdkModel;
  /** Throws `NoSuchModelError`: routers have no such models. */
  embeddingModel(modelId: string): never;
  textEmbeddingModel(modelId: string): never;
  imageModel(modelId: string): never;
}

const routerKind = {
  is: "object",
  methods: ["route", "stream"],
  expected: "a router of createRouter",
} as const;

/**
 * Makes a provider for the AI SDK from a router: `generateText({ model: aiSdk(router)("auto"), … })`. Options of a call
 * under `providerOptions.switchpoint` are the routing fields, `reasoningEffort`, `parallelToolCalls` and
 * `strictJsonSchema`. The decision is in `providerMetadata.switchpoint`. A failure is an `APICallError` that the SDK does
 * not retry. Throws `InvalidOptionError`.
 */
export function aiSdk<Id extends string>(router: Router<Id>, options: AiSdkOptions = {}): AiSdkProvider {
  // Lists of our own: they were copied.
  const urls = readOptions("aiSdk", aiSdkOptions, options).supportedUrls as AiSdkModel["supportedUrls"];
  readOption(routerKind, "aiSdk.router", router);
  // Ids of a call come as any text: they are checked below.
  const served = router as unknown as Router;
  const ofName = (modelId = "auto"): AiSdkModel => {
    if (modelId !== "auto" && !Object.hasOwn(served.models, modelId))
      throw noSuchModel(modelId, "languageModel", ["auto", ...Object.keys(served.models)]);
    return languageModel(served, modelId, urls);
  };
  const none = (modelType: string) => (modelId: string) => {
    throw noSuchModel(modelId, modelType, []);
  };
  return Object.assign((modelId?: string) => ofName(modelId), {
    specificationVersion: "v3" as const,
    languageModel: ofName,
    embeddingModel: none("embeddingModel"),
    textEmbeddingModel: none("embeddingModel"),
    imageModel: none("imageModel"),
  });
}
