import { createTransport } from "./create-transport.ts";
import { openNodeEngine } from "./node-engine.ts";
import type { Transport, TransportOptions } from "./transport.ts";
import { transportSettings } from "./transport-settings.ts";

/**
 * Creates a transport over `node:http` and `node:https`: no package, no import. It is what providers use in Node
 * unless they are given a `fetch`. Throws `InvalidOptionError`.
 *
 *     openaiCompatible("qwen", { baseUrl: "http://vllm/v1", fetch: nodeHttp({ socketPath: "/run/vllm.sock" }) })
 */
export function nodeHttp(options: TransportOptions = {}): Transport {
  return createTransport(openNodeEngine, transportSettings("nodeHttp", options));
}
