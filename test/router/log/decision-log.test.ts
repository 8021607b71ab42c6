import { spawnSync } from "node:child_process";
import { createHmac } from "node:crypto";
import { once } from "node:events";
import { constants, createReadStream } from "node:fs";
import { mkdtemp, open, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { always } from "../../../policies/index.ts";
import type { EventSink } from "../../../src/contracts/index.ts";
import { createRouter, type DecisionLogOptions, decisionLog, type RouterEvent } from "../../../src/index.ts";
import { fakeModel } from "../../../src/testing/index.ts";
import { runs } from "../../support/runs.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "switchpoint-log-"));
});
afterEach(() => rm(folder, { recursive: true }));

function logging(options: Partial<DecisionLogOptions> = {}, error?: Error) {
  const file = join(folder, "decisions.jsonl");
  const log = decisionLog({ file, ...options });
  const small = fakeModel({ error, usage: { inputTokens: 3, outputTokens: 1 } });
  const router = createRouter({ models: { small }, policy: always("small"), onEvent: log });
  const lines = async () =>
    (await readFile(file, "utf8"))
      .split("\n")
      .slice(0, -1)
      .map((line) => JSON.parse(line));
  return { file, log, router, lines };
}

describe("the decision log", () => {
  it("contains one line for each request: decision, attempts, usage, cost", async () => {
    const { router, lines } = logging();
    const { decision, attempts } = await router.route("Tell me a secret");
    await router.close();
    const [line, ...rest] = await lines();
    expect(rest).toEqual([]);
    expect(line).toMatchObject(
      JSON.parse(JSON.stringify({ ...decision, attempts, usage: { inputTokens: 3, outputTokens: 1 } })),
    );
  });

  it("contains a keyed hash instead of the prompt, unless prompts are enabled", async () => {
    const hashed = logging({ hashKey: "k" });
    await hashed.router.route("Tell me a secret");
    await hashed.router.close();
    const text = await readFile(hashed.file, "utf8");
    expect(text).not.toContain("Tell me a secret");
    const hash = createHmac("sha256", "k").update("Tell me a secret").digest("hex").slice(0, 32);
    expect((await hashed.lines())[0].promptHash).toBe(hash);

    const open = logging({ file: join(folder, "open.jsonl"), prompts: true });
    await open.router.route("Tell me a secret");
    await open.router.close();
    expect(await readFile(join(folder, "open.jsonl"), "utf8")).toContain('"prompt":"Tell me a secret"');
  });

  it("keeps requests that failed, with their error", async () => {
    const { router, lines } = logging({}, new TypeError("secret"));
    await router.route("x").catch(() => {});
    await router.close();
    const [line] = await lines();
    expect(line).toMatchObject({
      error: { code: "all-models-failed" },
      attempts: [{ error: { kind: "unknown" } }],
    });
  });

  it("keeps every one of many concurrent requests, complete", async () => {
    const { router, lines, log } = logging();
    await Promise.all(Array.from({ length: 500 }, (_, index) => router.route(`request ${index}`)));
    await router.close();
    const ids = (await lines()).map(({ id }) => id);
    expect(new Set(ids).size).toBe(500);
    expect(log.dropped).toBe(0);
  });

  it("drops and counts what exceeds its queue", async () => {
    const { router, lines, log } = logging({ maxQueued: 10 });
    const requests = Array.from({ length: 50 }, () => router.route("x"));
    await Promise.all(requests);
    await router.close();
    const written = (await lines()).length;
    expect(written).toBeGreaterThanOrEqual(10);
    expect(written + log.dropped).toBe(50);
  });

  it("reports the first loss at once, to the router's listeners and to the process, and not each one", async () => {
    const { router, log } = logging({ maxQueued: 10 });
    const events: RouterEvent[] = [];
    router.observe((event) => {
      if (event.type === "decisions-lost") events.push(event);
    });
    const warned = once(process, "warning") as Promise<[NodeJS.ErrnoException]>;
    await Promise.all(Array.from({ length: 50 }, () => router.route("secret")));
    expect(events).toEqual([
      {
        type: "decisions-lost",
        file: expect.stringContaining("decisions.jsonl"),
        lost: 1,
        reason: "queue-full",
      },
    ]);
    const [warning] = await warned;
    expect([warning.name, warning.code]).toEqual(["SwitchpointWarning", "SWITCHPOINT_DECISIONS_LOST"]);
    expect(warning.message).toContain("loses decisions (queue-full");
    await router.close();
    expect(log.dropped).toBeGreaterThan(1);
  });

  it("holds nothing back: without close() all lines are in the file once the event loop is free", async () => {
    const { router, lines, log } = logging();
    const requests = runs(2_000, 5_000);
    await Promise.all(Array.from({ length: requests }, () => router.route("x")));
    await vi.waitFor(async () => expect((await lines()).length).toBe(requests));
    expect(log.dropped).toBe(0);
    await router.close();
  });

  it("writes all that waits at close, more than one batch of it", async () => {
    const { router, lines, log } = logging();
    const requests = Promise.all(Array.from({ length: 3_500 }, () => router.route("x")));
    await requests;
    await router.close();
    expect([(await lines()).length, log.dropped]).toEqual([3_500, 0]);
  });

  it("continues after a line that a crash cut short", async () => {
    const { file, router } = logging();
    await writeFile(file, '{"id":"cut');
    await router.route("x");
    await router.close();
    const [first, second] = (await readFile(file, "utf8")).split("\n");
    expect(first).toBe('{"id":"cut');
    expect(JSON.parse(second ?? "").model).toBe("small");
  });

  it("never fails a request: lost decisions are counted, and close() rejects with the reason", async () => {
    const { router, log } = logging({ file: join(folder, "no-such-folder", "x.jsonl") });
    expect((await router.route("x")).text).toBe("ok");
    await expect(router.close()).rejects.toThrow(/ENOENT/);
    expect(log.dropped).toBe(1);
  });

  it("ends though a write hangs, as to a pipe that is not read, and counts what it gives up", async (context) => {
    const pipe = join(folder, "pipe");
    if (spawnSync("sh", ["-c", 'mkfifo "$1"', "sh", pipe]).status !== 0)
      return context.skip("this system has no mkfifo");
    const { router, log } = logging({ file: pipe });
    const requests = 100;
    // More than a pipe takes.
    for (let sent = 0; sent < requests; sent += 1) expect((await router.route("x")).text).toBe("ok");
    const written = await open(pipe, constants.O_RDONLY | constants.O_NONBLOCK);
    // It has begun to write: the pipe is not empty.
    await expect.poll(async () => (await written.read(Buffer.alloc(1), 0, 1)).bytesRead).toBe(1);
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      const closing = router.close().then(
        () => undefined,
        (error: unknown) => error,
      );
      await vi.advanceTimersByTimeAsync(20_000);
      expect(await closing).toMatchObject({ code: "ETIMEDOUT" });
    } finally {
      vi.useRealTimers();
    }
    expect(log.dropped).toBe(requests);
    // Ends the write, and with it the thread that it holds.
    await Promise.all([once(createReadStream(pipe).resume(), "end"), written.close()]);
  });

  it("loses only a decision that is not JSON", async () => {
    const { log, lines } = logging();
    // From plain JavaScript, since the types do not allow it.
    const spoil = (event: RouterEvent): RouterEvent =>
      event.type === "request-completed" && event.readText().ask === "bad"
        ? { ...event, costUsd: 1n as unknown as number }
        : event;
    const onEvent: EventSink = Object.assign((event: RouterEvent) => log(spoil(event)), { close: log.close });
    const router = createRouter({ models: { small: fakeModel({}) }, policy: always("small"), onEvent });
    await Promise.all(["good", "bad", "good"].map((prompt) => router.route(prompt)));
    await expect(router.close()).rejects.toThrow("BigInt");
    expect([(await lines()).length, log.dropped]).toEqual([2, 1]);
  });

  it("refuses an empty key", () => {
    expect(() => decisionLog({ file: "x", hashKey: "" })).toThrow(
      "decisionLog.hashKey must be a non-empty string",
    );
  });
});
