import { afterEach, describe, expect, onTestFinished, test, vi } from "vitest";
import type { ChatRequest } from "../../../src/contracts/index.ts";
import { type AzureOptions, azure } from "../../../src/router/providers/azure.ts";
import { providerConformance } from "../../../src/testing/index.ts";
import { openaiStatuses, serveOpenAi } from "../../support/openai-server.ts";
import { sendJson, serveWith } from "../../support/serve-with.ts";
import { waysToSend } from "../../support/ways-to-send.ts";

describe.each(Object.entries(waysToSend))("azure conforms %s", (_, way) => {
  const cases = providerConformance({
    statuses: openaiStatuses,
    serve: async (scenario, settings) => {
      const server = await serveOpenAi(scenario);
      const endpoint = new URL(server.url).origin;
      const options = { ...settings, ...way, endpoint, apiVersion: "2024-10-21" };
      return { ...server, model: azure("gpt-test", options) };
    },
  });
  for (const { name, skip, run } of cases) test.skipIf(skip)(name, run);
});

const request: ChatRequest = { messages: [{ role: "user", content: "How deep is the harbour?" }] };
const { signal } = new AbortController();

afterEach(() => {
  vi.unstubAllEnvs();
});

async function serve(optionsAt: (url: string) => AzureOptions) {
  const server = await serveWith((response) =>
    sendJson(response, { choices: [{ message: { content: "ok" } }] }),
  );
  onTestFinished(server.close);
  return { ...server, model: azure("gpt-test", optionsAt(server.url)) };
}

test("a call goes to the deployment with version and key, and with nothing meant for OpenAI", async () => {
  vi.stubEnv("OPENAI_API_KEY", "sk-of-openai");
  vi.stubEnv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1");
  vi.stubEnv("OPENAI_ORG_ID", "org-of-openai");
  vi.stubEnv("OPENAI_CUSTOM_HEADERS", "x-gateway: of-openai");
  const { model, requests } = await serve((endpoint) => ({
    endpoint: `${endpoint}/`,
    apiVersion: "2024-10-21",
    deployment: "harbour-gpt",
    apiKey: "azure-key",
  }));
  await model.generate(request, { signal });
  expect(requests[0]?.url).toBe("/openai/deployments/harbour-gpt/chat/completions?api-version=2024-10-21");
  expect(requests[0]?.headers["api-key"]).toBe("azure-key");
  expect(JSON.stringify(requests[0]?.headers)).not.toContain("of-openai");
});

test("the deployment defaults to the model, and a base URL replaces the endpoint", async () => {
  const { model, requests } = await serve((url) => ({
    baseUrl: `${url}/gateway/openai`,
    apiVersion: "v",
    apiKey: "k",
  }));
  await model.generate(request, { signal });
  expect(requests[0]?.url).toBe("/gateway/openai/deployments/gpt-test/chat/completions?api-version=v");
  expect(model).toMatchObject({ name: "azure:gpt-test", provider: "azure", model: "gpt-test", labels: {} });
});

test("endpoint, version and key are read from the environment at the time of the call", async () => {
  const { model, requests, url } = await serve(() => ({}));
  vi.stubEnv("AZURE_OPENAI_API_KEY", "azure-key");
  vi.stubEnv("AZURE_OPENAI_ENDPOINT", url);
  vi.stubEnv("OPENAI_API_VERSION", "2024-10-21");
  await model.generate(request, { signal });
  expect(requests[0]?.url).toBe("/openai/deployments/gpt-test/chat/completions?api-version=2024-10-21");
});

test.each(["AZURE_OPENAI_API_KEY", "AZURE_OPENAI_ENDPOINT", "OPENAI_API_VERSION"])(
  "without %s the error names it",
  async (variable) => {
    vi.stubEnv("AZURE_OPENAI_API_KEY", "azure-key");
    vi.stubEnv("AZURE_OPENAI_ENDPOINT", "http://127.0.0.1:9");
    vi.stubEnv("OPENAI_API_VERSION", "2024-10-21");
    vi.stubEnv(variable, undefined);
    await expect(azure("gpt-test").generate(request, { signal })).rejects.toMatchObject({
      code: "missing-configuration",
      missing: [variable],
      message: expect.stringContaining(variable),
    });
  },
);

test("health asks the endpoint for its models", async () => {
  const { model, requests } = await serve((endpoint) => ({ endpoint, apiVersion: "v", apiKey: "k" }));
  expect(await model.health?.()).toBe(true);
  expect(requests[0]?.url).toBe("/openai/models?api-version=v");
});

test.each([
  [{ endpoint: "my-resource" }, "azure.endpoint"],
  [{ endpoint: "http://a", baseUrl: "http://b" }, "azure.endpoint"],
])("%o is refused at construction", (options, option) => {
  expect(() => azure("gpt-test", options as AzureOptions)).toThrow(
    expect.objectContaining({ code: "invalid-option", option }),
  );
});

test("its facts contain the endpoint if the options do", () => {
  const endpoint = "https://unit.openai.azure.com";
  expect(azure("m", { endpoint }).endpoint).toBe(endpoint);
  expect(azure("m", { baseUrl: `${endpoint}/openai` }).endpoint).toBe(`${endpoint}/openai`);
  expect(azure("m").endpoint).toBeUndefined();
});
