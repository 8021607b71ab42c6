/** The router behind the interfaces of others, on Web standards alone. */

export { createHandler, type Handler } from "./create-handler.ts";
export type { HandlerOptions, Identity } from "./handler-options.ts";
export type { Upstream } from "./upstream.ts";
