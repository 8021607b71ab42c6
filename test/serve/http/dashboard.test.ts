import { request as httpRequest } from "node:http";
import { connect } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { always } from "../../../policies/index.ts";
import { createRouter, type Router } from "../../../src/index.ts";
import { createHandler } from "../../../src/serve/http/index.ts";
import {
  authoriseByKeys,
  createKey,
  type RunningServer,
  serve,
} from "../../../src/serve/http/server/index.ts";
import { dashboard } from "../../../src/serve/status/index.ts";
import { fakeModel } from "../../../src/testing/index.ts";
import { readFrames } from "../../support/dashboard/read-frames.ts";

const ending: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ending.splice(0).reverse()) await end();
});

function oneRouter(): Router {
  const router = createRouter({ models: { small: fakeModel({ model: "small" }) }, policy: always("small") });
  ending.push(() => router.close());
  return router as unknown as Router;
}

async function started(options: Parameters<typeof serve>[1] = {}, router = oneRouter()) {
  const shown = dashboard(router);
  const server = await serve(router, { port: 0, dashboard: shown, ...options });
  ending.push(() => server.close());
  return { router, shown, server, events: `${server.url}/dashboard/events/1h` };
}

async function frames(url: string, headers: Readonly<Record<string, string>> = {}) {
  const stream = await readFrames(url, headers);
  ending.push(stream.stop);
  return stream;
}

/** Asks with any `host`, which fetch does not let one set. */
function askAs(host: string, server: RunningServer, path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const { port } = new URL(server.url);
    const asked = httpRequest({ port, host: "127.0.0.1", path, headers: { host } }, (response) => {
      resolve(response.statusCode ?? 0);
      response.destroy();
    });
    asked.on("error", reject);
    asked.end();
  });
}

describe("the page", () => {
  it("is one document under a strict policy, the same for everyone, and holds nothing of the router", async () => {
    const { server, router } = await started({ authorise: () => undefined });
    await router.route("hello");
    const page = await fetch(`${server.url}/dashboard`);
    const policy = page.headers.get("content-security-policy") ?? "";
    expect(page.status).toBe(200);
    expect(page.headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).toContain("require-trusted-types-for 'script'");
    expect(policy).not.toMatch(/unsafe|\*|https?:/);
    expect(page.headers.get("cache-control")).toBe("no-store");
    expect(page.headers.get("x-content-type-options")).toBe("nosniff");
    const text = await page.text();
    expect(text).not.toContain("small");
    expect(await (await fetch(`${server.url}/dashboard/`)).text()).toBe(text);
  });

  it("is not there unless it is asked for", async () => {
    const server = await serve(oneRouter(), { port: 0 });
    ending.push(() => server.close());
    expect((await fetch(`${server.url}/dashboard`)).status).toBe(404);
    expect((await fetch(`${server.url}/dashboard/events/1h`)).status).toBe(404);
  });
});

describe("what the page shows", () => {
  it("is for holders of a key that belongs to no tenant, sent in a header", async () => {
    const [own, tenants, old] = [
      createKey(),
      createKey({ tenant: "one" }),
      createKey({ expiresAt: "2020-01-01T00:00:00Z" }),
    ];
    const authorise = authoriseByKeys([own.record, tenants.record, old.record]);
    const { events } = await started({ authorise });
    const as = (key: string) => frames(events, { authorization: `Bearer ${key}` });
    expect((await frames(events)).status).toBe(401);
    expect((await as("sp-wrong")).status).toBe(401);
    expect((await as(old.key)).status).toBe(401);
    expect((await frames(`${events}?key=${own.key}`)).status).toBe(401);
    expect((await frames(events, { cookie: `key=${own.key}` })).status).toBe(401);
    const refused = await as(tenants.key);
    expect(refused.status).toBe(403);
    expect(await refused.text()).toContain("the key of a tenant may not read what all tenants do");
    const open = await as(own.key);
    expect(open.status).toBe(200);
    expect(open.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
    expect((await open.next())?.frame.totals.requests).toBe(0);
  });

  it("comes within frames, as it happens", async () => {
    const { events, router } = await started();
    const stream = await frames(events);
    expect((await stream.next())?.frame.rows).toEqual([]);
    await router.route("hello");
    const next = await stream.next();
    expect(next?.frame).toMatchObject({ seq: 1, skipped: 0, totals: { requests: 1, failed: 0 } });
    expect(next?.frame.rows).toMatchObject([{ seq: 1, model: "small", reason: "always small", calls: 1 }]);
    expect(next?.frame.states).toBeUndefined();
  });

  it("goes on after the last frame that a page has, and begins again with another recording", async () => {
    const { events, router } = await started();
    await router.route("one");
    const first = await (await frames(events)).next();
    await router.route("two");
    const again = await (await frames(events, { "last-event-id": first?.id ?? "" })).next();
    expect(again?.frame.rows.map(({ seq }) => seq)).toEqual([2]);
    expect(again?.frame.states).toBeDefined();
    for (const id of ["another/1", "x".repeat(5_000), `${first?.id}9999999999999999999`, "/"]) {
      const fresh = await (await frames(events, { "last-event-id": id })).next();
      expect(fresh?.frame.rows.map(({ seq }) => seq)).toEqual([2, 1]);
    }
  });

  it("is refused for other stretches of time and methods", async () => {
    const { server, events } = await started();
    expect((await frames(`${server.url}/dashboard/events/9y`)).status).toBe(404);
    expect((await frames(`${server.url}/dashboard/events/constructor`)).status).toBe(404);
    expect((await fetch(events, { method: "POST" })).status).toBe(405);
  });

  it("without keys answers to localhost and addresses alone, since another site's name may point here", async () => {
    const { server } = await started();
    const statuses = ["localhost", "127.0.0.1:8787", "[::1]:80", "10.1.2.3"].map((host) =>
      askAs(host, server, "/dashboard/events/1h"),
    );
    expect(await Promise.all(statuses)).toEqual([200, 200, 200, 200]);
    expect(await askAs("rebound.example", server, "/dashboard/events/1h")).toBe(403);
    expect(await askAs("127.0.0.1.example", server, "/dashboard/events/1h")).toBe(403);
    const { key, record } = createKey();
    const kept = await started({ authorise: authoriseByKeys([record]) });
    expect(await askAs("router.example", kept.server, "/dashboard/events/1h")).toBe(401);
    expect(key).not.toBe("");
  });
});

describe("pages that look", () => {
  it("are twenty at most; one that leaves makes room", async () => {
    const { events } = await started();
    const all = await Promise.all(Array.from({ length: 20 }, () => frames(events)));
    for (const one of all) await one.next();
    const more = await frames(events);
    expect([more.status, more.headers.get("retry-after")]).toEqual([503, "10"]);
    all[0]?.stop();
    await expect.poll(async () => (await frames(events)).status).toBe(200);
  });

  it("that read nothing hold no frames: the next one has all that was missed", async () => {
    const { server, router, shown } = await started();
    const socket = connect(Number(new URL(server.url).port), "127.0.0.1");
    ending.push(() => socket.destroy());
    socket.pause();
    socket.write("GET /dashboard/events/1h HTTP/1.1\r\nhost: localhost\r\n\r\n");
    await expect.poll(() => server.active).toBe(1);
    for (let count = 0; count < 500; count += 1) await router.route("hello");
    const { frame } = (await (await frames(`${server.url}/dashboard/events/1h`)).next()) ?? {};
    expect(frame).toMatchObject({ seq: 500, skipped: 440, totals: { requests: 500 } });
    expect(frame?.rows).toHaveLength(60);
    expect(shown.changes).toBe(500);
  });

  it("are let go at once when the server ends, and when another router takes over", async () => {
    const { events, server } = await started();
    const before = await frames(events);
    await before.next();
    const other = oneRouter();
    const left = server.replace(other, { dashboard: dashboard(other) });
    expect(await before.next()).toBeUndefined();
    await left;
    const after = await frames(events);
    await after.next();
    const closing = server.close();
    expect(await after.next()).toBeUndefined();
    await closing;
    expect(server.active).toBe(0);
  });

  it("are ended when their connection goes", async () => {
    const { events, server } = await started();
    const stream = await frames(events);
    await stream.next();
    expect(server.active).toBe(1);
    stream.stop();
    await expect.poll(() => server.active).toBe(0);
  });
});

it("a handler without a server shows the page too, and ends a stream whose reader leaves", async () => {
  const router = oneRouter();
  const handler = createHandler(router, { dashboard: dashboard(router) });
  expect(await (await handler("http://localhost/dashboard")).text()).toContain("<!DOCTYPE html>");
  const reader = (await handler("http://localhost/dashboard/events/15m")).body?.getReader();
  const { value } = (await reader?.read()) ?? {};
  expect(new TextDecoder().decode(value)).toContain('"formatVersion":1');
  await reader?.cancel();
  const controller = new AbortController();
  const aborted = await handler("http://localhost/dashboard/events/15m", { signal: controller.signal });
  controller.abort();
  const rest = aborted.body?.getReader();
  expect((await rest?.read())?.done).toBe(true);
});
