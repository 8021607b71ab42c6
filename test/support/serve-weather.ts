import { onTestFinished } from "vitest";
import { always } from "../../policies/index.ts";
import { type ChatRequest, createRouter } from "../../src/index.ts";
import { openaiCompatible } from "../../src/router/providers/openai-compatible.ts";
import { authoriseByKeys, createKey, serve } from "../../src/serve/http/server/index.ts";
import { fakeModel } from "../../src/testing/index.ts";

const capabilities = { tools: true, jsonSchema: true };

/** Says a word and calls the first tool, once, and answers when its result has come; in JSON where that is asked for. */
function answer({ messages, tools, response_format: format }: ChatRequest) {
  if (format?.type === "json_schema") return '{"city":"Ulm"}';
  const isAsked = tools !== undefined && !messages.some(({ role }) => role === "tool");
  const name = (tools?.[0] as { function?: { name: string } } | undefined)?.function?.name ?? "weather";
  return isAsked
    ? {
        text: "I look.",
        toolCalls: [
          { id: "call_1", type: "function" as const, function: { name, arguments: '{"city":"Ulm"}' } },
        ],
      }
    : "It is warm in Ulm.";
}

/** Starts our server for the holder of a key, over a socket. Ends with the test. */
export async function weatherServer() {
  const model = fakeModel({ answer, capabilities });
  const { key, record } = createKey({ tenant: "acme" });
  const router = createRouter({ models: { small: model }, policy: always("small") });
  const server = await serve(router, {
    port: 0,
    authorise: authoriseByKeys([record]),
    unknownModel: "error",
  });
  onTestFinished(server.close);
  return { model, url: server.url, key };
}

/** Starts our server, and returns a router whose only model is that server. Ends with the test. */
export async function serveWeather() {
  const { model, url, key } = await weatherServer();
  const target = openaiCompatible("auto", {
    provider: "switchpoint",
    baseUrl: `${url}/v1`,
    apiKey: key,
    capabilities,
  });
  return { model, router: createRouter({ models: { far: target }, policy: always("far") }) };
}
