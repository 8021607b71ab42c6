import { describe, test } from "vitest";
import { openai } from "../../src/providers/openai.ts";
import { providerConformance } from "../../src/testing/index.ts";
import { openaiStatuses, serveOpenAi } from "../support/openai-server.ts";

describe("openai conforms", () => {
  const cases = providerConformance({
    statuses: openaiStatuses,
    serve: async (scenario, settings) => {
      const server = await serveOpenAi(scenario);
      return { ...server, model: openai("gpt-test", { ...settings, baseUrl: server.url }) };
    },
  });
  for (const { name, skip, run } of cases) test.skipIf(skip)(name, run);
});
