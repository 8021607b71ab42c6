/** Anthropic's client over a router, in this process and without a socket. */
import type { Router } from "../../contracts/index.ts";
import { createHandler, type Handler, type HandlerOptions } from "../http/index.ts";

/** Options that a client is made with. */
export interface RoutedClientOptions {
  readonly fetch: Handler;
  /** No key is needed, but clients insist on one. */
  readonly apiKey: string;
  /** The router retries. */
  readonly maxRetries: 0;
}

/**
 * Makes a client whose requests are routed: `anthropicClient(router, (options) => new Anthropic(options))`. All of its
 * helpers and error classes work. Bodies may name a tenant and labels, since the sender is this process.
 */
export function anthropicClient<Client>(
  router: Router,
  construct: (options: RoutedClientOptions) => Client,
  options: HandlerOptions = {},
): Client {
  const fetch = createHandler(router, { trusted: true, ...options });
  return construct({ fetch, apiKey: "switchpoint", maxRetries: 0 });
}
