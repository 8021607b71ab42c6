import { describe, test } from "vitest";
import { anthropic } from "../../../src/router/providers/anthropic.ts";
import { providerConformance } from "../../../src/testing/index.ts";
import { serveAnthropic } from "../../support/anthropic-server.ts";
import { waysToSend } from "../../support/ways-to-send.ts";

const ways = Object.entries(waysToSend).filter(([, { client }]) => client === undefined);

describe.each(ways)("anthropic conforms %s", (_, { fetch }) => {
  const cases = providerConformance({
    statuses: { timeout: 504 },
    serve: async (scenario, settings) => {
      const server = await serveAnthropic(scenario);
      const model = anthropic("claude-sonnet-5-5", { baseUrl: server.url, ...settings, fetch });
      return { model, requests: server.requests, close: server.close };
    },
  });
  for (const { name, skip, run } of cases) test(name, { skip: skip !== undefined }, run);
});
