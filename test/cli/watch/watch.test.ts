import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync } from "node:fs";
import { request } from "node:http";
import { createInterface } from "node:readline";
import { afterEach, describe, expect, it } from "vitest";
import { always } from "../../../policies/index.ts";
import { createRouter, decisionLog } from "../../../src/index.ts";
import { createHoldOut } from "../../../src/loop/index.ts";
import { fakeModel } from "../../../src/testing/index.ts";
import { type Folder, temporaryFolder } from "../../support/cli-config.ts";
import { readFrames } from "../../support/dashboard/read-frames.ts";
import { nodeArguments } from "../../support/node-arguments.ts";
import { cliNow, runCli } from "../../support/run-cli.ts";

const ending: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ending.splice(0).reverse()) await end();
});

function folder(): Folder {
  const made = temporaryFolder();
  ending.push(() => made.remove());
  return made;
}

const price = { usdPerMillionInputTokens: 1_000, usdPerMillionOutputTokens: 4_000 };

/** Writes a log by the router itself. */
async function logOf(file: string, requests: number): Promise<void> {
  const models = {
    small: fakeModel({ model: "small", price }),
    large: fakeModel({
      model: "large",
      price: { usdPerMillionInputTokens: 9_000, usdPerMillionOutputTokens: 36_000 },
    }),
  };
  const { policy } = createHoldOut({
    policy: always("small"),
    large: "large",
    share: 0.3,
    salt: "a secret of the tests",
  });
  // A decision of after the command line's time would not be believed.
  const clock = () => cliNow;
  const router = createRouter({ models, policy, clock, onEvent: decisionLog({ file, prompts: true }) });
  for (let count = 0; count < requests; count += 1)
    await router.route({
      messages: [{ role: "user", content: "canary of a prompt" }],
      session: `canary session ${count}`,
      tenant: "canary tenant",
    });
  await router.close();
}

async function start(file: string): Promise<{ child: ChildProcess; url: URL; key: string; said: string[] }> {
  const child = spawn(process.execPath, nodeArguments("cli/main.ts", "watch", file), {
    env: { PATH: process.env["PATH"] },
  });
  ending.push(() => child.kill("SIGKILL"));
  const said: string[] = [];
  createInterface({ input: child.stderr }).on("line", (text) => said.push(text));
  const [line] = await once(createInterface({ input: child.stdout }), "line");
  const url = new URL(String(line));
  return { child, url, key: url.hash.slice("#key=".length), said };
}

function askAs(url: URL, headers: Record<string, string>, path: string, method = "GET"): Promise<number> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: url.hostname, port: url.port, path, headers, method }, (response) => {
      resolve(response.statusCode ?? 0);
      response.destroy();
    });
    asked.on("error", reject);
    asked.end();
  });
}

describe("switchpoint watch", () => {
  it("shows a log as it grows, with the saving that its hold-out measures, and ends by SIGINT", async () => {
    const file = folder().file("decisions.jsonl", "");
    await logOf(file, 40);
    const { child, url, key, said } = await start(file);
    expect(url.hostname).toBe("127.0.0.1");
    expect(key).toMatch(/^sp-[\w-]{43}$/);
    const stream = await readFrames(`${url.origin}/dashboard/events/7d`, { authorization: `Bearer ${key}` });
    ending.push(stream.stop);
    const { frame } = (await stream.next()) ?? {};
    expect(frame).toMatchObject({
      seq: 40,
      source: { kind: "log", name: "decisions.jsonl", requests: 40, unreadable: 0, skippedBytes: 0 },
      totals: { requests: 40, failed: 0 },
      states: { saving: { confidence: 0.95 }, arms: [{ comparison: "hold-out" }] },
    });
    const { savedUsd, heldOut, routed } = frame?.states?.saving ?? {};
    expect((heldOut ?? 0) + (routed ?? 0)).toBe(40);
    expect(savedUsd?.value).toBeGreaterThan(0);
    expect(JSON.stringify(frame)).not.toContain("canary");
    await logOf(file, 2);
    appendFileSync(file, '{"broken":\n');
    const requests = async () => (await stream.next())?.frame.source;
    await expect.poll(requests, { timeout: 20_000 }).toMatchObject({ requests: 42, unreadable: 1 });
    expect(said.join(" ")).toContain("40 decisions of");
    child.kill("SIGINT");
    const [code] = await once(child, "exit");
    expect(code).toBe(0);
  }, 60_000);

  it("answers to its own address and key alone", async () => {
    const file = folder().file("decisions.jsonl", "");
    await logOf(file, 1);
    const { url, key } = await start(file);
    const authorization = `Bearer ${key}`;
    const events = "/dashboard/events/1h";
    const host = url.host;
    expect(await askAs(url, { host, authorization }, events)).toBe(200);
    expect(await askAs(url, { host: `localhost:${url.port}`, authorization }, events)).toBe(200);
    expect(await askAs(url, { host }, "/dashboard")).toBe(200);
    for (const other of [
      "rebound.example",
      `rebound.example:${url.port}`,
      "127.0.0.1",
      `127.0.0.1.nip.io:${url.port}`,
    ])
      for (const path of ["/dashboard", events])
        expect(await askAs(url, { host: other, authorization }, path)).toBe(403);
    expect(await askAs(url, { host }, events)).toBe(401);
    expect(await askAs(url, { host, authorization: "Bearer sp-wrong" }, events)).toBe(401);
    expect(await askAs(url, { host }, `${events}?key=${key}`)).toBe(401);
    expect(await askAs(url, { host, authorization }, "/v1/models")).toBe(404);
    expect(await askAs(url, { host, authorization }, events, "POST")).toBe(405);
  }, 60_000);

  it("refuses what it cannot show, and says what would do", async () => {
    const files = folder();
    const cases: readonly [readonly string[], RegExp][] = [
      [[], /missing required argument 'log'/],
      [["none.jsonl"], /log must be a decision log that can be read.*ENOENT/],
      [[files.file("other.txt", "hello\nthere\n")], /a decision log: none of its 2 lines is a decision/],
      [[files.file("log.db", "SQLite format 3\0\nmore\n")], /a decision log: none of its/],
      [["/dev/zero"], /a decision log that can be read.*no regular file/],
      [["/"], /a decision log that can be read.*no regular file/],
      [["log.jsonl.gz"], /not a compressed one: gunzip it first/],
      [[files.file("a.jsonl", ""), "--port", "70000"], /--port must be a number in \[0, 65535\]/],
      [[files.file("b.jsonl", ""), "--port", "1.5"], /--port must be a whole number/],
      [[files.file("c.jsonl", ""), "--last-mb", "none"], /--last-mb must be a number/],
    ];
    for (const [args, message] of cases) {
      const { exitCode, out, err } = await runCli(["watch", ...args]);
      expect({ exitCode, out }).toEqual({ exitCode: 2, out: "" });
      expect(err).toMatch(message);
    }
  });

  it("says that a port is taken", async () => {
    const file = folder().file("decisions.jsonl", "");
    await logOf(file, 1);
    const { url } = await start(file);
    const { exitCode, err } = await runCli(["watch", file, "--port", url.port]);
    expect(exitCode).toBe(2);
    expect(err).toMatch(/--port must be a port that is free \(EADDRINUSE\)/);
  }, 60_000);
});
