import type { ServerResponse } from "node:http";
import type { EngineModel } from "../../src/router/providers/engines/index.ts";
import { llamaCpp, ollama, sglang, tgi, vllm } from "../../src/router/providers/engines/index.ts";
import { openaiCompatible } from "../../src/router/providers/openai-compatible.ts";
import type { Exchange } from "./engine-fixtures.ts";
import { type LoopbackServer, serveWith } from "./serve-with.ts";

type Make = (model: string, options: { readonly baseUrl: string }) => EngineModel;

/** Adapters by the names of engines. TensorRT-LLM has none of its own. */
export const adapters: Readonly<Record<string, Make>> = {
  vllm,
  sglang,
  tgi,
  "llama.cpp": llamaCpp,
  ollama,
  "trt-llm": openaiCompatible as unknown as Make,
};

/** Serves what an engine said: each path answers as it was recorded; a path that was not has the first exchange. */
export async function serveExchanges(exchanges: readonly Exchange[]): Promise<LoopbackServer> {
  return serveWith((response, { url }) => {
    const found = exchanges.find(({ asked }) => asked?.path === url) ?? exchanges[0];
    if (found !== undefined) answer(response, found);
  });
}

function answer(response: ServerResponse, exchange: Exchange): void {
  const { status, headers = {}, body } = exchange;
  const type = body === undefined ? "text/plain" : "application/json";
  response.writeHead(status, { "content-type": type, ...headers });
  response.end(body === undefined ? textOf(exchange) : JSON.stringify(body));
}

/** Returns the text of a body that is no JSON. Events of a stream are a line each, with an empty one behind. */
export function textOf({ headers = {}, lines = [] }: Pick<Exchange, "headers" | "lines">): string {
  const isStream = headers["content-type"]?.startsWith("text/event-stream") ?? false;
  return lines.map((line) => `${line}${isStream ? "\n\n" : "\n"}`).join("");
}
