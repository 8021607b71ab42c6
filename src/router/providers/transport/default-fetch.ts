import { isTransport } from "./create-transport.ts";
import { nodeHttp } from "./node-http.ts";
import type { Transport } from "./transport.ts";

/** The `fetch` of the runtime, as it was when this module was loaded. */
const usual: unknown = globalThis.fetch;

let transport: Transport | undefined;

/**
 * The `fetch` of providers that are given none: the transport over `node:http` in Node, the global `fetch`
 * elsewhere. A global `fetch` that was replaced since (by a test, by a tool that watches calls) is used instead;
 * it is looked up at each call.
 */
export const defaultFetch: typeof fetch = (input, init) => {
  const { fetch } = globalThis;
  if (fetch !== usual || !isNode) return fetch(input, init);
  transport ??= nodeHttp();
  return transport(input, init);
};

/** True if calls go through a transport of ours: `own`, or that of a provider which is given none. */
export function hasOwnTransport(own: typeof fetch | undefined): boolean {
  return own === undefined ? isNode && globalThis.fetch === usual : isTransport(own);
}

const isNode: boolean = runsInNode();

/** True in Node itself: other runtimes imitate `process`, and their own `fetch` is faster than their `node:http`. */
function runsInNode(): boolean {
  const {
    process: its,
    Bun,
    Deno,
    EdgeRuntime,
    navigator,
  } = globalThis as {
    readonly process?: {
      readonly versions?: { readonly node?: string };
      readonly getBuiltinModule?: unknown;
    };
    readonly Bun?: unknown;
    readonly Deno?: unknown;
    readonly EdgeRuntime?: unknown;
    readonly navigator?: { readonly userAgent?: unknown };
  };
  if (navigator?.userAgent === "Cloudflare-Workers") return false;
  if (Bun !== undefined || Deno !== undefined || EdgeRuntime !== undefined) return false;
  return typeof its?.versions?.node === "string" && typeof its.getBuiltinModule === "function";
}
