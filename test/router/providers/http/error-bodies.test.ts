import type { ServerResponse } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import { type PlainServer, servePlain } from "../../../support/google-server.ts";
import { embedOnce, remoteModels, shortRequest, waysToCall } from "../../../support/remote-models.ts";

const servers: PlainServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function serve(answer: (response: ServerResponse) => void): Promise<string> {
  const server = await servePlain(answer);
  servers.push(server);
  return server.url;
}

const calls: readonly (readonly [string, (url: string, ms: number) => Promise<unknown>])[] = [
  ...Object.entries(remoteModels).flatMap(([provider, modelAt]) =>
    Object.entries(waysToCall).map(
      ([way, call]) =>
        [`${way} of ${provider}`, (url: string, ms: number) => call(modelAt(url), ms)] as const,
    ),
  ),
  ["an embedding", embedOnce],
];

describe("the body of an error", () => {
  it("that stalls is waited for a second, then the error is reported with what had arrived", async () => {
    const url = await serve((response) => {
      response.writeHead(503, { "content-type": "application/json" });
      response.write('{"error": {"message": "the start of');
    });
    // All at once: each takes a second. A minute would be the time of the signal, with another error.
    const ends = calls.map(([, call]) => call(url, 30_000).catch((error: unknown) => error));
    for (const [index, end] of (await Promise.all(ends)).entries())
      expect(end, calls[index]?.[0]).toMatchObject({ code: "provider", kind: "overloaded", status: 503 });
  });

  it("that never ends is cut, and its connection closed", async () => {
    let open = 0;
    const url = await serve((response) => {
      open += 1;
      response.once("close", () => {
        open -= 1;
      });
      response.writeHead(400, { "content-type": "application/json" });
      const piece = `"${"x".repeat(65_536)}",`;
      const more = () => {
        while (!response.destroyed && response.write(piece));
      };
      response.on("drain", more).write('{"error": [');
      more();
    });
    for (const [what, call] of calls) {
      const error = await call(url, 30_000).catch((thrown: unknown) => thrown);
      expect(error, what).toMatchObject({ code: "provider", kind: "invalid-request", status: 400 });
      expect((error as { detail: string }).detail.length, what).toBeLessThan(300_000);
    }
    await expect.poll(() => open).toBe(0);
  });

  it("that the connection breaks off is still an error with its status", async () => {
    const url = await serve((response) => {
      response.writeHead(429, { "retry-after": "7", "content-length": "100" });
      response.write("{", () => response.destroy());
    });
    for (const [what, call] of calls) {
      const error = await call(url, 30_000).catch((thrown: unknown) => thrown);
      expect(error, what).toMatchObject({ code: "provider", kind: "rate-limit", status: 429 });
    }
  });

  it("that is nested deeply is an error like any other", async () => {
    const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
    const bodies = [deep, `{"error": ${deep}}`, `{"error": {"message": ${deep}, "details": ${deep}}}`];
    let next = 0;
    const url = await serve((response) =>
      response.writeHead(500, { "content-type": "application/json" }).end(bodies[next++ % bodies.length]),
    );
    for (const [what, call] of calls.flatMap((one) => [one, one, one])) {
      const error = await call(url, 30_000).catch((thrown: unknown) => thrown);
      expect(error, what).toMatchObject({ code: "provider", kind: "server", status: 500 });
    }
  });
});

describe("an answer whose body stalls", () => {
  it("is ended by the call's signal, which also closes the connection", async () => {
    let open = 0;
    const url = await serve((response) => {
      open += 1;
      response.once("close", () => {
        open -= 1;
      });
      response.writeHead(200, { "content-type": "application/json" });
      response.write('{"id": "a", "choices": [');
    });
    const reason = new Error("the deadline");
    const ends = Object.values(remoteModels).map(async (modelAt) => {
      const controller = new AbortController();
      setTimeout(() => controller.abort(reason), 200);
      return modelAt(url)
        .generate(shortRequest, { signal: controller.signal })
        .catch((error: unknown) => error);
    });
    for (const end of await Promise.all(ends)) expect(end).toBe(reason);
    await expect.poll(() => open).toBe(0);
  });
});
