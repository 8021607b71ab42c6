/** A router as a chat model of LangChain. The only part of the package that needs `@langchain/core`. */

export { ChatRouter, type ChatRouterCallOptions, type ChatRouterOptions } from "./chat-router.ts";
