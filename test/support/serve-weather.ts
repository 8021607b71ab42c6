import { onTestFinished } from "vitest";
import { always } from "../../policies/index.ts";
import { serve } from "../../src/http/server/index.ts";
import { type ChatRequest, createRouter } from "../../src/index.ts";
import { openaiCompatible } from "../../src/providers/openai-compatible.ts";
import { fakeModel } from "../../src/testing/index.ts";

/** Calls the tool once, and answers when its result has come; in JSON where that is asked for. */
function answer({ messages, tools, response_format: format }: ChatRequest) {
  if (format?.type === "json_schema") return '{"city":"Ulm"}';
  const isAsked = tools !== undefined && !messages.some(({ role }) => role === "tool");
  const weather = { name: "weather", arguments: '{"city":"Ulm"}' };
  return isAsked
    ? { toolCalls: [{ id: "call_1", type: "function" as const, function: weather }] }
    : "It is warm in Ulm.";
}

/** Starts our server, and returns a router whose only model is that server, over a socket. Ends with the test. */
export async function serveWeather() {
  const capabilities = { tools: true, jsonSchema: true };
  const model = fakeModel({ answer, capabilities });
  const server = await serve(createRouter({ models: { small: model }, policy: always("small") }), {
    port: 0,
  });
  onTestFinished(server.close);
  const target = openaiCompatible("auto", {
    provider: "switchpoint",
    baseUrl: `${server.url}/v1`,
    apiKey: "k",
    capabilities,
  });
  return { model, router: createRouter({ models: { far: target }, policy: always("far") }) };
}
