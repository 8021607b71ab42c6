/** The AI SDK both ways: a router as its provider, and its models as targets of a router. */

export { type AiSdkOptions, type AiSdkProvider, aiSdk } from "./ai-sdk.ts";
export { type ForeignModel, type FromAiSdkOptions, fromAiSdk } from "./from-ai-sdk.ts";
export type { RoutingOptions } from "./request-of-call.ts";
export type { AiSdkModel } from "./wire.ts";
