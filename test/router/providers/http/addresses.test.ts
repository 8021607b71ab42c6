import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { isRouterError } from "../../../../src/contracts/index.ts";
import { anthropic } from "../../../../src/router/providers/anthropic.ts";
import { azure } from "../../../../src/router/providers/azure.ts";
import { google } from "../../../../src/router/providers/google.ts";
import { archivedGoogle } from "../../../support/google-packages.ts";
import { chunksOf, shortRequest, within } from "../../../support/remote-models.ts";
import { numRuns } from "../../../support/runs.ts";
import { sendJson, serveWith } from "../../../support/serve-with.ts";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

async function serve(answer: Parameters<typeof serveWith>[0]) {
  const server = await serveWith(answer);
  closing.push(server.close);
  return server;
}

/** Models whose name stands in the address, with the path that it must not leave. */
const providers = {
  google: {
    model: (name: string, url: string) => google(name, { apiKey: "k", baseUrl: url }),
    path: /^\/v1beta\/[^?#]*:(?:generateContent|streamGenerateContent\?alt=sse|countTokens)$/,
  },
  "google-archived": {
    model: (name: string, url: string) => archivedGoogle(name, { apiKey: "k", baseUrl: url }),
    path: /^\/v1beta\/[^?#]*:(?:generateContent|streamGenerateContent\?alt=sse|countTokens)$/,
  },
  azure: {
    model: (name: string, url: string) => azure(name, { apiKey: "k", endpoint: url, apiVersion: "1" }),
    path: /^\/openai\/(?:deployments\/[^?#]*\/chat\/completions|models)\?api-version=1$/,
  },
  anthropic: {
    model: (name: string, url: string) => anthropic(name, { apiKey: "k", baseUrl: url }),
    path: /^\/v1\/(?:messages|models\/[^/?#]+)$/,
  },
} as const;

const hostile = [
  "../../v1/x",
  "models/../../x",
  "..",
  ".",
  "a/./b",
  "/x",
  "x/",
  "a//b",
  "..\\..\\x",
  "%2e%2e/%2e%2e/x",
  "x?key=1",
  "x#y",
  "x:countTokens?",
  "x@evil.invalid",
  "//evil.invalid/x",
  "https://evil.invalid/x",
  "x\r\nhost: evil.invalid",
  "x\u0000",
  "\ud800",
  ".. ",
  "..\t/x",
  "x/..;/y",
];

describe.each(Object.entries(providers))(
  "a model's name in an address of %s",
  (_, { model: modelOf, path }) => {
    const visit = async (name: string, server: Awaited<ReturnType<typeof serve>>) => {
      const before = server.requests.length;
      try {
        const model = modelOf(name, server.url);
        await model.generate(shortRequest, within(10_000)).catch(() => {});
        await chunksOf(model.stream(shortRequest, within(10_000))).catch(() => {});
        await model.health?.(within(10_000)).catch(() => {});
      } catch (error) {
        if (!isRouterError(error, "invalid-option")) throw error;
        expect(server.requests.length).toBe(before);
        return;
      }
      const urls = server.requests.slice(before).map(({ url }) => url);
      expect(urls).toHaveLength(3);
      for (const url of urls) expect(url, JSON.stringify(name)).toMatch(path);
    };

    it("stays in its place", async () => {
      const server = await serve((response) => sendJson(response, {}));
      for (const name of hostile) await visit(name, server);
      const piece = fc.constantFrom(
        "..",
        ".",
        "/",
        "\\",
        "%",
        "2e",
        "?",
        "#",
        ":",
        "@",
        "x",
        " ",
        "\t",
        "\n",
        "\u2025",
        "é",
      );
      const names = fc.array(piece, { minLength: 1, maxLength: 8 }).map((pieces) => pieces.join(""));
      await fc.assert(
        fc.asyncProperty(names, (name) => visit(name, server)),
        { numRuns: Math.ceil(numRuns(3_000).numRuns / 4) },
      );
    });
  },
);

it.each(["gemini-2.5-flash", "models/gemini-2.5-flash", "tunedModels/mine-1"])(
  "google calls %s as before",
  async (name) => {
    const server = await serve((response) => sendJson(response, {}));
    await google(name, { apiKey: "k", baseUrl: server.url })
      .generate(shortRequest, within(10_000))
      .catch(() => {});
    const path = name.includes("/") ? name : `models/${name}`;
    expect(server.requests[0]?.url).toBe(`/v1beta/${path}:generateContent`);
  },
);

it("the results of a batch are not fetched from a host that the endpoint names", async () => {
  const other = await serve((response) => sendJson(response, {}));
  const server = await serve((response) =>
    sendJson(response, {
      id: "b",
      created_at: new Date(0).toISOString(),
      processing_status: "ended",
      results_url: `${other.url}/results?key=secret`,
      request_counts: { succeeded: 1 },
    }),
  );
  const { batches } = anthropic("claude-m", { apiKey: "sk-secret", baseUrl: server.url });
  const read = async () => {
    for await (const _ of batches?.results("b", within(10_000)) ?? []);
  };
  const error = await read().catch((thrown: unknown) => thrown);
  expect(other.requests).toEqual([]);
  expect(error).toMatchObject({ code: "provider", kind: "not-found", retryable: false });
  expect(String(error)).toContain(new URL(other.url).host);
  expect(String(error)).not.toContain("secret");
});
