import { afterEach, describe, expect, it } from "vitest";
import { isRouterError } from "../../../../src/contracts/index.ts";
import { type PlainServer, servePlain } from "../../../support/google-server.ts";
import { embedOnce, remoteModels, waysToCall } from "../../../support/remote-models.ts";

const servers: PlainServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

/** A server that must never be reached, and one that redirects every request to it. */
async function redirecting(status: number, target = (other: string) => `${other}/elsewhere?key=sk-secret`) {
  let reached = 0;
  const other = await servePlain((response) => {
    reached += 1;
    response.end("{}");
  });
  const server = await servePlain((response) =>
    response.writeHead(status, { location: target(other.url), "content-type": "text/plain" }).end("moved"),
  );
  servers.push(other, server);
  return { url: server.url, other: other.url, reached: () => reached };
}

async function errorOf(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => expect.unreachable("the call succeeded"),
    (error: unknown) => error,
  );
}

const calls = Object.entries(remoteModels).flatMap(([provider, modelAt]) =>
  Object.entries(waysToCall).map(
    ([way, call]) => [`${way} of ${provider}`, (url: string) => call(modelAt(url), 5_000)] as const,
  ),
);
const everyCall = [...calls, ["an embedding", (url: string) => embedOnce(url, 5_000)] as const];

describe.each(everyCall)("%s", (_, call) => {
  it.each([301, 302, 303, 307, 308])(
    "follows no redirect with status %d and names its host",
    async (status) => {
      const { url, other, reached } = await redirecting(status);
      const error = await errorOf(call(url));
      expect(reached()).toBe(0);
      expect(isRouterError(error, "provider")).toBe(true);
      expect(error).toMatchObject({ kind: "not-found", status, retryable: false });
      expect(String(error)).toContain(new URL(other).host);
      expect(String(error)).not.toContain("elsewhere");
      expect(JSON.stringify([error, String(error)])).not.toContain("sk-secret");
    },
  );

  it("follows no redirect to the same host", async () => {
    let requests = 0;
    const server = await servePlain((response) => {
      requests += 1;
      response.writeHead(307, { location: "/v2/other" }).end();
    });
    servers.push(server);
    const error = await errorOf(call(server.url));
    expect(requests).toBe(1);
    expect(error).toMatchObject({ kind: "not-found", retryable: false });
    expect(String(error)).toContain(new URL(server.url).host);
  });

  it.each(["http://[", "//user:secret@timeout.invalid:1/x?key=1", "data:text/plain,x", ""])(
    "refuses the target %j",
    async (target) => {
      const { url } = await redirecting(302, () => target);
      const error = await errorOf(call(url));
      expect(error).toMatchObject({ code: "provider", kind: "not-found", status: 302, retryable: false });
      expect(String(error)).not.toMatch(/secret|key=/);
    },
  );
});

const ownFetchCalls = Object.entries(remoteModels).flatMap(([provider, modelAt]) =>
  Object.entries(waysToCall).map(
    ([way, call]) =>
      [
        `${way} of ${provider}`,
        (url: string, own: typeof fetch) => call(modelAt(url, { fetch: own }), 5_000),
      ] as const,
  ),
);

describe.each([
  ...ownFetchCalls,
  ["an embedding", (url: string, own: typeof fetch) => embedOnce(url, 5_000, { fetch: own })] as const,
])("a caller's own fetch, in %s,", (_, call) => {
  it("is told not to follow", async () => {
    const { url, reached } = await redirecting(308);
    const told: unknown[] = [];
    const error = await errorOf(
      call(url, (input, init) => {
        told.push(init?.redirect);
        return fetch(input, init);
      }),
    );
    expect(told).toEqual(["manual"]);
    expect(reached()).toBe(0);
    expect(error).toMatchObject({ kind: "not-found", status: 308 });
  });

  it("that follows nevertheless is found out", async () => {
    const { url, other } = await redirecting(307);
    const error = await errorOf(
      call(url, (input, init) => fetch(input, { ...init, redirect: "follow" } as RequestInit)),
    );
    expect(error).toMatchObject({ kind: "not-found", retryable: false });
    expect(String(error)).toContain(new URL(other).host);
  });

  it("that hides the redirect, as browsers do, is found out", async () => {
    const { url } = await redirecting(307);
    const hidden = {
      type: "opaqueredirect",
      status: 0,
      ok: false,
      headers: new Headers(),
      body: null,
      url: "",
    };
    const error = await errorOf(call(url, async () => hidden as unknown as Response));
    expect(error).toMatchObject({ kind: "not-found", retryable: false });
  });
});
