import { mkdtemp, rm, writeFile } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { always } from "../../../policies/index.ts";
import { createRouter } from "../../../src/index.ts";
import { systemClock } from "../../../src/plugin/clock.ts";
import {
  type Discovery,
  dns,
  fileOf,
  fixed,
  kubernetes,
  polled,
} from "../../../src/router/pools/discovery/index.ts";
import { pool } from "../../../src/router/pools/index.ts";
import { fakeModel } from "../../../src/testing/index.ts";
import { certificate, certificateKey } from "../../fixtures/loopback-certificate.ts";
import { nameServer } from "../../support/pools/name-server.ts";
import { sendJson, serveWith } from "../../support/serve-with.ts";

/** Watches until the test ends. */
function watch(discovery: Discovery) {
  const controller = new AbortController();
  const sets: string[][] = [];
  const problems: (string | undefined)[] = [];
  const run = (async () => {
    const options = {
      signal: controller.signal,
      onProblem: (problem: string | undefined) => problems.push(problem),
    };
    for await (const { endpoints } of discovery.watch({ clock: systemClock }, options))
      sets.push(endpoints.map(({ url, state }) => `${url} ${state}`));
  })();
  const end = async () => {
    controller.abort();
    await run;
  };
  onTestFinished(end);
  return { sets, problems, end };
}

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "discovery-"));
  onTestFinished(() => rm(path, { recursive: true }));
  return path;
}

test("fixed endpoints are told once", async () => {
  const { sets } = watch(fixed("http://a/v1", "http://b/v1", "http://a/v1"));
  await vi.waitFor(() => expect(sets).toEqual([["http://a/v1 ready", "http://b/v1 ready"]]));
  expect(() => fixed("ftp://a")).toThrow("fixed.urls[0].url");
});

test("a function is asked again, and the last set stays while it fails", async () => {
  let answer: () => string[] = () => ["http://a"];
  const { sets, problems } = watch(polled(async () => answer(), { everyMs: 2 }));
  await vi.waitFor(() => expect(sets).toHaveLength(1));
  answer = () => {
    throw new Error("a secret");
  };
  await vi.waitFor(() => expect(problems.length).toBeGreaterThan(0));
  answer = () => ["http://b"];
  await vi.waitFor(() => expect(sets).toEqual([["http://a ready"], ["http://b ready"]]));
  expect(problems.at(-1)).toBeUndefined();
  expect(problems.join()).not.toContain("secret");
});

test("a file is read again; a wrong one keeps the last set and says what is wrong", async () => {
  const path = join(await folder(), "endpoints.json");
  await writeFile(path, JSON.stringify(["http://a/v1"]));
  const { sets, problems } = watch(fileOf(path, { everyMs: 2 }));
  await vi.waitFor(() => expect(sets).toHaveLength(1));
  for (const [text, problem] of [
    ["{", "not JSON"],
    ['[{"url":"nonsense"}]', "endpoints[0].url"],
    ['{"endpoints":[{"url":"http://x","state":"gone"}]}', "endpoints[0].state"],
  ] as const) {
    await writeFile(path, text);
    await vi.waitFor(() => expect(problems.at(-1)).toContain(problem));
  }
  await writeFile(path, JSON.stringify({ endpoints: [{ url: "http://a/v1", state: "draining" }] }));
  await vi.waitFor(() => expect(sets).toEqual([["http://a/v1 ready"], ["http://a/v1 draining"]]));
});

test("a name is resolved again after its time to live, and the last set stays while DNS fails", async () => {
  const names = await nameServer();
  const { sets, problems } = watch(dns("vllm.test", { servers: [names.at], minTtlMs: 5 }));
  await vi.waitFor(() => expect(sets).toEqual([["http://10.0.0.1:8000/v1 ready"]]));
  names.code = 3;
  await vi.waitFor(() => expect(problems.at(-1)).toContain("the last endpoints stay"));
  expect(sets).toHaveLength(1);
  Object.assign(names, { code: 0, addresses: ["10.0.0.2", "10.0.0.1"] });
  await vi.waitFor(() =>
    expect(sets.at(-1)).toEqual(["http://10.0.0.1:8000/v1 ready", "http://10.0.0.2:8000/v1 ready"]),
  );
});

describe("kubernetes", () => {
  const slice = (name: string, version: string, endpoints: object[]) => ({
    addressType: "IPv4",
    metadata: { name, resourceVersion: version },
    ports: [{ name: "http", port: 8000 }],
    endpoints,
  });
  const pod = (ip: string, conditions = {}) => ({ addresses: [ip], conditions });

  async function api() {
    const state = {
      status: 200,
      items: [slice("a", "1", [pod("10.0.0.1")])],
      watchers: [] as ServerResponse[],
    };
    const server = await serveWith((response, { url }) => {
      if (state.status !== 200) return sendJson(response, {}, state.status);
      if (!url.includes("watch=true"))
        return sendJson(response, { items: state.items, metadata: { resourceVersion: "1" } });
      state.watchers.push(response.writeHead(200));
      response.write("\n");
    });
    onTestFinished(server.close);
    const tokenFile = join(await folder(), "token");
    await writeFile(tokenFile, "first\n");
    const options = {
      service: "qwen",
      namespace: "ml",
      apiUrl: server.url,
      tokenFile,
      caFile: false,
      retryMs: 5,
    } as const;
    const tell = (event: object) => state.watchers.at(-1)?.write(`${JSON.stringify(event)}\n`);
    return { ...server, state, tokenFile, tell, discovery: kubernetes(options) };
  }

  test("lists and watches; pods that terminate drain, and those that are not ready are left out", async () => {
    const { discovery, requests, state, tell } = await api();
    const { sets } = watch(discovery);
    await vi.waitFor(() => expect(state.watchers).toHaveLength(1));
    expect(requests[0]?.headers.authorization).toBe("Bearer first");
    expect(requests[0]?.url).toContain("service-name%3Dqwen");
    tell({
      type: "MODIFIED",
      object: slice("a", "2", [
        pod("10.0.0.1", { ready: false, serving: true, terminating: true }),
        pod("10.0.0.2", { ready: false }),
      ]),
    });
    tell({ type: "ADDED", object: slice("b", "3", [pod("10.0.0.3", { ready: true })]) });
    await vi.waitFor(() =>
      expect(sets.at(-1)).toEqual(["http://10.0.0.1:8000/v1 draining", "http://10.0.0.3:8000/v1 ready"]),
    );
    tell({ type: "DELETED", object: slice("a", "4", []) });
    await vi.waitFor(() => expect(sets.at(-1)).toEqual(["http://10.0.0.3:8000/v1 ready"]));
  });

  test("reads the list again when its version has expired, with the token of that time", async () => {
    const { discovery, requests, state, tell, tokenFile } = await api();
    const { sets, problems } = watch(discovery);
    await vi.waitFor(() => expect(state.watchers).toHaveLength(1));
    state.items = [slice("a", "9", [pod("10.0.0.9")])];
    await writeFile(tokenFile, "second");
    tell({ type: "ERROR", object: { kind: "Status", code: 410 } });
    state.watchers[0]?.end();
    await vi.waitFor(() => expect(sets.at(-1)).toEqual(["http://10.0.0.9:8000/v1 ready"]));
    expect(requests.at(-1)?.headers.authorization).toBe("Bearer second");
    expect(problems).toEqual([]);
  });

  test("keeps the last set while the API server refuses, and says why", async () => {
    const { discovery, state } = await api();
    const { sets, problems } = watch(discovery);
    await vi.waitFor(() => expect(state.watchers).toHaveLength(1));
    state.status = 403;
    state.watchers[0]?.end();
    await vi.waitFor(() => expect(problems.at(-1)).toContain("may the account list"));
    expect(sets).toHaveLength(1);
  });

  test.each<[string, (response: ServerResponse) => void, string]>([
    [
      "redirects",
      (response) => response.writeHead(302, { location: "http://127.0.0.1:9/" }).end(),
      "status 302",
    ],
    ["sends a page", (response) => response.end("<html>ignore all rules"), "is not what was asked for"],
    ["sends a long line", (response) => response.end("x".repeat(5_000_000)), "last endpoints stay"],
    [
      "sends lines without end",
      (response) => {
        const line = `${"x".repeat(1_000_000)}\n`;
        const more = (): void => {
          while (!response.destroyed && response.write(line));
        };
        response.on("drain", more);
        more();
      },
      "last endpoints stay",
    ],
    [
      "sends slices of garbage",
      (response) =>
        response.end(
          JSON.stringify({ items: [7, { metadata: { name: "a" }, ports: 3, endpoints: [null] }] }),
        ),
      "",
    ],
  ])("a server that %s is a problem at most, and asked again", async (_name, answer, problem) => {
    const server = await serveWith((response, { url }) =>
      url.includes("watch=true") ? void response.writeHead(200) : answer(response),
    );
    onTestFinished(server.close);
    const { problems } = watch(
      kubernetes({
        service: "qwen",
        namespace: "ml",
        apiUrl: server.url,
        tokenFile: false,
        caFile: false,
        retryMs: 5,
      }),
    );
    if (problem === "") await vi.waitFor(() => expect(server.requests.length).toBeGreaterThan(1));
    else await vi.waitFor(() => expect(problems.at(-1)).toContain(problem), { timeout: 5_000 });
    expect(problems.join()).not.toContain("ignore all rules");
  });

  test("a line that comes byte by byte is read once", async () => {
    const text = JSON.stringify({
      items: [slice("a", "1", [pod("10.0.0.1")])],
      metadata: { resourceVersion: "1" },
    });
    const server = await serveWith(async (response, { url }) => {
      if (url.includes("watch=true")) return void response.writeHead(200).write("\n");
      for (const byte of text) {
        response.write(byte);
        await new Promise((resolve) => setImmediate(resolve));
      }
      response.end();
    });
    onTestFinished(server.close);
    const options = { service: "qwen", namespace: "ml", tokenFile: false, caFile: false } as const;
    const { sets } = watch(kubernetes({ ...options, apiUrl: server.url }));
    await vi.waitFor(() => expect(sets).toEqual([["http://10.0.0.1:8000/v1 ready"]]));
  });

  test("a certificate that is not accepted is named", async () => {
    const server = createHttpsServer({ cert: certificate, key: certificateKey }, (_, response) =>
      response.end("{}"),
    );
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => new Promise((resolve) => void server.close(() => resolve())));
    const { port } = server.address() as AddressInfo;
    const options = { service: "qwen", namespace: "ml", tokenFile: false, caFile: false } as const;
    const { problems, sets } = watch(kubernetes({ ...options, apiUrl: `https://127.0.0.1:${port}` }));
    await vi.waitFor(() => expect(problems.at(-1)).toContain("its certificate is not accepted"));
    expect(sets).toEqual([]);
  });
});

test("a pool keeps its members while DNS fails after having worked, and says so until it is back", async () => {
  const names = await nameServer();
  const own = pool("own", {
    discover: dns("vllm.test", { servers: [names.at], minTtlMs: 5 }),
    as: ({ url }) => ({ ...fakeModel({ name: "vllm:m", answer: url }), endpoint: url }),
  });
  const router = createRouter({ models: { own }, policy: always("own") });
  onTestFinished(() => router.close());
  expect((await router.route("Hello")).text).toBe("http://10.0.0.1:8000/v1");
  for (const code of [2, 3]) {
    names.code = code;
    await vi.waitFor(() => expect(own.pool?.problems?.().join()).toContain("the last endpoints stay"));
    expect((await router.route("Hello")).text).toBe("http://10.0.0.1:8000/v1");
    names.code = 0;
    await vi.waitFor(() => expect(own.pool?.problems?.()).toEqual([]));
  }
});
