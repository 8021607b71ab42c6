/** Clients of others over a router. LangChain's needs its package when it is imported, and is a door of its own. */

export * from "./ai-sdk/index.ts";
export { anthropicClient, type RoutedClientOptions } from "./anthropic.ts";
export { wrapOpenAI } from "./openai.ts";
