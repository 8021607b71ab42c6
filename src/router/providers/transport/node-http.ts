import { readOptions } from "../../../plugin/options/read-options.ts";
import { createTransport } from "./create-transport.ts";
import { openNodeEngine } from "./node-engine.ts";
import { type Transport, type TransportOptions, transportOptions } from "./transport.ts";

/**
 * Creates a transport over `node:http` and `node:https`: no package, no import. It is what providers use in Node
 * unless they are given a `fetch`. Throws `InvalidOptionError`.
 *
 *     openaiCompatible("qwen", { baseUrl: "http://vllm/v1", fetch: nodeHttp({ socketPath: "/run/vllm.sock" }) })
 */
export function nodeHttp(options: TransportOptions = {}): Transport {
  return createTransport(openNodeEngine, readOptions("nodeHttp", transportOptions, options));
}
