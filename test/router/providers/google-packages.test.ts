import { chmodSync, existsSync } from "node:fs";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, onTestFinished, test, vi } from "vitest";
import {
  type ChatRequest,
  InvalidOptionError,
  MissingDependencyError,
} from "../../../src/contracts/index.ts";
import { type GoogleOptions, google } from "../../../src/router/providers/google.ts";
import { providerConformance, serveScenario } from "../../../src/testing/index.ts";
import { temporaryFolder } from "../../support/cli-config.ts";
import { googlePackages, hasNewest } from "../../support/google-packages.ts";
import { googleWire } from "../../support/google-server.ts";

const request: ChatRequest = { messages: [{ role: "user", content: "How deep is the harbour?" }] };
const signal = new AbortController().signal;
const whole = { candidates: [{ content: { parts: [{ text: "12 m" }] }, finishReason: "STOP" }] };

interface Call {
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Starts a server that answers every call; `token` is what it answers as the metadata server of a cloud. */
async function serve(token = "token-1") {
  const calls: Call[] = [];
  const server = createServer(async (incoming, response) => {
    let body = "";
    for await (const piece of incoming) body += piece;
    const { url = "", headers } = incoming;
    const isMetadata = url.startsWith("/computeMetadata/");
    if (!isMetadata) calls.push({ url, headers, body });
    response.setHeader("metadata-flavor", "Google").setHeader("content-type", "application/json");
    if (!isMetadata) response.end(JSON.stringify(whole));
    else if (url.includes("/token"))
      response.end(JSON.stringify({ access_token: token, expires_in: 3_600, token_type: "Bearer" }));
    else response.setHeader("content-type", "text/plain").end("my-project");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, host: `127.0.0.1:${port}`, calls };
}

/** Variables with which credentials come from a metadata server on loopback. */
function stubMetadata(host: string): void {
  vi.stubEnv("GCE_METADATA_HOST", host);
  vi.stubEnv("METADATA_SERVER_DETECTION", "assume-present");
  vi.stubEnv("GOOGLE_APPLICATION_CREDENTIALS", undefined);
  vi.stubEnv("HOME", "/nonexistent");
  // Else the package starts the gcloud of this machine for each model: a second each, and another answer on each machine.
  vi.stubEnv("PATH", "/nonexistent");
}

afterEach(() => {
  vi.unstubAllEnvs();
  vi.doUnmock("@google/genai");
  vi.doUnmock("@google/generative-ai");
});

const absent = () => {
  throw new Error("not installed");
};

if (!hasNewest) console.info("google() through @google/genai 3 is not tested: it needs Node 22");

describe("the package", () => {
  const agentOf = async (): Promise<unknown> => {
    const { url, calls } = await serve();
    await google("gemini-2.5-flash", { apiKey: "k", baseUrl: url }).generate(request, { signal });
    return calls[0]?.headers["x-goog-api-client"];
  };

  test("is @google/genai, else the archived one", async () => {
    expect(await agentOf()).toMatch(/^google-genai-sdk\/2\./);
    vi.doMock("@google/genai", absent);
    expect(await agentOf()).toMatch(/^genai-js\/0\.24/);
  });

  test("that is missing is named", async () => {
    vi.doMock("@google/genai", absent);
    vi.doMock("@google/generative-ai", absent);
    const model = google("gemini-2.5-flash", { apiKey: "k" });
    const error = await model.generate(request, { signal }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(MissingDependencyError);
    expect((error as Error).message).toContain("npm install @google/genai");
  });

  test("for Vertex AI is never the archived one", async () => {
    vi.doMock("@google/genai", absent);
    const model = google("gemini-2.5-flash", { vertex: { project: "p" } });
    await expect(model.generate(request, { signal })).rejects.toBeInstanceOf(MissingDependencyError);
  });
});

describe.each(googlePackages)("$name", ({ google: through, hasVertex }) => {
  test.skipIf(!hasVertex)("starts no program of the machine to learn the project of Vertex AI", async () => {
    const { url, host } = await serve();
    stubMetadata(host);
    const folder = temporaryFolder();
    onTestFinished(() => folder.remove());
    const started = join(dirname(folder.file("gcloud", "")), "started");
    const program = folder.file("gcloud", `#!/bin/sh\necho > ${started}\n`);
    chmodSync(program, 0o755);
    vi.stubEnv("PATH", `${dirname(program)}:/bin:/usr/bin`);
    const model = through("gemini-2.5-flash", { baseUrl: url, vertex: { project: "p", location: "l" } });
    await model.generate(request, { signal });
    expect(existsSync(started)).toBe(false);
  });

  test("takes nothing from variables that the package reads itself", async () => {
    const { url, host, calls } = await serve();
    const other = await serve();
    stubMetadata(host);
    for (const [variable, value] of Object.entries({
      GOOGLE_API_KEY: "other-key",
      GOOGLE_GENAI_USE_VERTEXAI: "true",
      GOOGLE_GENAI_USE_ENTERPRISE: "true",
      GOOGLE_CLOUD_PROJECT: "other-project",
      GOOGLE_CLOUD_LOCATION: "us-east1",
      GOOGLE_GEMINI_BASE_URL: other.url,
      GOOGLE_VERTEX_BASE_URL: other.url,
    }))
      vi.stubEnv(variable, value);
    const log = ["warn", "debug", "info", "log"] as const;
    for (const level of log) vi.spyOn(console, level).mockImplementation(() => {});
    await through("m", { apiKey: "k", baseUrl: url }).generate(request, { signal });
    expect(calls[0]?.url).toBe("/v1beta/models/m:generateContent");
    expect(calls[0]?.headers["x-goog-api-key"]).toBe("k");
    expect(calls[0]?.headers).not.toHaveProperty("authorization");
    if (hasVertex) {
      const vertex = { project: "my-project", location: "europe-west4" };
      await through("m", { vertex, baseUrl: url }).generate(request, { signal });
      expect(calls[1]?.url).toBe(
        "/v1/projects/my-project/locations/europe-west4/publishers/google/models/m:generateContent",
      );
      expect(calls[1]?.headers).toMatchObject({ authorization: "Bearer token-1" });
      expect(calls[1]?.headers).not.toHaveProperty("x-goog-api-key");
    }
    expect(other.calls).toEqual([]);
    vi.restoreAllMocks();
  });

  test("calls the official host alone, whatever the variables say", async () => {
    vi.stubEnv("GOOGLE_GEMINI_BASE_URL", "http://127.0.0.1:9");
    vi.stubEnv("GOOGLE_VERTEX_BASE_URL", "http://127.0.0.1:9");
    const { host } = await serve();
    stubMetadata(host);
    const asked: string[] = [];
    const own: typeof fetch = async (input) => {
      asked.push(new URL(String(input)).host);
      return Response.json(whole);
    };
    const calls: GoogleOptions[] = [{ apiKey: "k" }];
    if (hasVertex)
      for (const location of [undefined, "eu", "europe-west4"])
        calls.push({ vertex: { project: "p", location } });
    for (const options of calls) await through("m", { ...options, fetch: own }).generate(request, { signal });
    const vertexHosts = [
      "aiplatform.googleapis.com",
      "aiplatform.eu.rep.googleapis.com",
      "europe-west4-aiplatform.googleapis.com",
    ];
    expect(asked).toEqual(["generativelanguage.googleapis.com", ...(hasVertex ? vertexHosts : [])]);
  });

  test("is handed no prompt, and many calls at once are kept apart", async () => {
    const { url, calls } = await serve();
    const model = through("m", { apiKey: "k", baseUrl: url });
    const prompts = Array.from({ length: 20 }, (_, at) => `prompt ${at}`);
    await Promise.all(
      prompts.map((content) => model.generate({ messages: [{ role: "user", content }] }, { signal })),
    );
    const sent = calls.map(({ body }) => JSON.parse(body).contents[0].parts[0].text);
    expect(sent.sort()).toEqual(prompts.sort());
  });

  test("sends a key that changes, and takes the version of the API from the option", async () => {
    const { url, calls } = await serve();
    let count = 0;
    const model = through("m", { apiKey: () => `key-${++count}`, baseUrl: url, apiVersion: "v1" });
    await Promise.all([model.generate(request, { signal }), model.generate(request, { signal })]);
    await model.health?.({ signal });
    expect(calls.map(({ headers }) => headers["x-goog-api-key"]).sort()).toEqual(["key-1", "key-2", "key-3"]);
    expect(calls.map(({ url: path }) => path.split("/")[1])).toEqual(["v1", "v1", "v1"]);
  });
});

describe.each(googlePackages.filter(({ hasVertex }) => hasVertex))("Vertex AI through $name", (one) => {
  const conformance = providerConformance({
    serve: async (scenario, settings) => {
      const metadata = await serve();
      stubMetadata(metadata.host);
      const { url, requests, close } = await serveScenario(scenario, googleWire);
      const { apiKey: _, ...others } = settings;
      const vertex = { project: "my-project", location: "europe-west4" };
      return {
        model: one.google("gemini-2.5-flash", { ...others, vertex, baseUrl: url }),
        requests,
        close,
      };
    },
    statuses: { authentication: 400, overloaded: 503, timeout: 504 },
    without: {
      "request-id": "the API sends none",
      "cache-write-tokens": "Google reports none",
      "content-filter": "Google blocks a prompt with status 200",
    },
  });
  for (const { name, skip, run } of conformance) test(name, { skip: skip !== undefined }, run);

  test("a token is obtained once, at the first call and not before, and hidden in errors", async () => {
    const { url, host, calls } = await serve("secret-token");
    stubMetadata(host);
    const vertex = { project: "my-project" };
    const model = one.google("m", { vertex, baseUrl: url });
    expect(calls).toEqual([]);
    await model.generate(request, { signal });
    stubMetadata("127.0.0.1:9");
    await model.generate(request, { signal });
    expect(calls.map(({ headers }) => headers.authorization)).toEqual([
      "Bearer secret-token",
      "Bearer secret-token",
    ]);
    const quoting: typeof fetch = async () =>
      Response.json({ error: { message: "no: secret-token" } }, { status: 403 });
    stubMetadata(host);
    const refused = one.google("m", { vertex, baseUrl: url, fetch: quoting });
    const error = await refused.generate(request, { signal }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ kind: "permission", detail: expect.stringContaining("[key]") });
    expect((error as { detail: string }).detail).not.toContain("secret-token");
  });

  test("without credentials nothing is sent", async () => {
    const { url, calls } = await serve();
    const keyFilename = "/nonexistent/key.json";
    const model = one.google("m", { vertex: { project: "p", auth: { keyFilename } }, baseUrl: url });
    await expect(model.generate(request, { signal })).rejects.toMatchObject({
      code: "provider",
      message: expect.stringContaining("no credentials could be obtained"),
    });
    expect(calls).toEqual([]);
  });

  test("an abort ends the wait for credentials", async () => {
    const silent = createServer(() => {});
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => {
      silent.close();
      silent.closeAllConnections();
    });
    stubMetadata(`127.0.0.1:${(silent.address() as AddressInfo).port}`);
    const controller = new AbortController();
    silent.once("request", () => controller.abort("left"));
    const model = one.google("m", { vertex: { project: "p" } });
    await expect(model.generate(request, { signal: controller.signal })).rejects.toBe("left");
  });
});

test("options that would lead to another host, or contradict each other, are refused", () => {
  const wrong: readonly [GoogleOptions, RegExp][] = [
    [{ vertex: { project: "p", location: "evil.invalid/" } }, /google\.vertex\.location/],
    [{ vertex: { project: "p", location: "x@evil" } }, /google\.vertex\.location/],
    [{ vertex: { project: "../p" } }, /google\.vertex\.project/],
    [{ apiVersion: "../v1" }, /google\.apiVersion/],
    [{ vertex: { project: "p" }, apiKey: "secret" }, /google\.apiKey/],
    [{ vertex: { project: "p" }, headers: { Authorization: "secret" } }, /google\.headers\.Authorization/],
  ];
  for (const [options, message] of wrong) {
    const construct = () => google("m", options);
    expect(construct, String(message)).toThrow(InvalidOptionError);
    expect(construct).toThrow(message);
    expect(construct).not.toThrow(/secret/);
  }
});
