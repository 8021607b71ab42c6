import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  appendFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { always, threshold } from "../../policies/index.ts";
import { createRouter, type DecisionLogOptions, decisionLog, type EventSink } from "../../src/index.ts";
import { asideFiles, asidePath } from "../../src/router/log/rotated-files.ts";
import { fakeModel } from "../../src/testing/index.ts";
import { temporaryFolder } from "../support/cli-config.ts";
import { root } from "../support/package-sources.ts";
import { linesOf, runCli } from "../support/run-cli.ts";

const folder = temporaryFolder();
afterAll(() => folder.remove());

const price = { usdPerMillionInputTokens: 1, usdPerMillionOutputTokens: 2 };
const hard = "Prove that there are infinitely many primes congruent to 3 modulo 4, and explain each step.";
const models = () => ({
  small: { ...fakeModel({ name: "a:small", usage: { inputTokens: 10, outputTokens: 10 } }), price },
  large: {
    ...fakeModel({ name: "a:large", usage: { inputTokens: 1_000, outputTokens: 1_000 } }),
    price: { usdPerMillionInputTokens: 10, usdPerMillionOutputTokens: 20 },
  },
});
const policy = (at: number) => threshold({ small: "small", large: "large", at });

interface Sent {
  readonly content: string;
  readonly tenant?: string;
  readonly session?: string;
  readonly at?: number;
}

/** Sends requests through routers with the log, each with its threshold. */
async function send(log: EventSink, requests: readonly Sent[]): Promise<string[]> {
  const ids: string[] = [];
  let now = Date.parse("2026-11-30T00:00:00Z");
  for (const { content, at = 0.6, ...routing } of requests) {
    const router = createRouter({ models: models(), policy: policy(at), clock: () => now });
    const stop = router.observe(log);
    ids.push((await router.route({ messages: [{ role: "user", content }], ...routing })).decision.id);
    stop();
    now += 3_600_000;
  }
  await log.close?.();
  return ids;
}

let logs = 0;
async function logged(requests: readonly Sent[], options: Partial<DecisionLogOptions> = {}) {
  const file = folder.file(`log-${logs++}.jsonl`, "");
  const ids = await send(decisionLog({ file, hashKey: "k", ...options }), requests);
  return { file, ids };
}

const requests: readonly Sent[] = [
  { content: "Hello", tenant: "acme", session: "s1" },
  { content: hard, tenant: "acme", session: "s2" },
  { content: "Hello", tenant: "other", session: "s1", at: 0 },
  { content: hard, tenant: "other" },
];

describe("logs", () => {
  let file: string;
  let ids: readonly string[];
  beforeAll(async () => {
    ({ file, ids } = await logged(requests));
  });

  it("lists decisions as a table, and as the lines of the log with --json", async () => {
    const table = await runCli(["logs", file]);
    expect(table.exitCode).toBe(0);
    for (const id of ids) expect(table.out).toContain(id);
    const json = await runCli(["logs", file, "--json"]);
    expect(json.out).toBe(readFileSync(file, "utf8"));
    const last = await runCli(["logs", file, "--limit", "1"]);
    expect(last.out).toContain(ids[3]);
    expect(last.err).toBe("the last 1 of 4: --limit shows more\n");
  });

  it.each<[string, readonly string[], readonly number[]]>([
    ["a tenant", ["--tenant", "acme"], [0, 1]],
    ["a session", ["--session", "s1"], [0, 2]],
    ["a session of a tenant", ["--session", "s1", "--tenant", "acme"], [0]],
    ["a model", ["--model", "small"], [0]],
    ["a reason", ["--reason", "AT OR ABOVE"], [1, 2, 3]],
    ["a time", ["--since", "2026-11-30T01:00:00Z", "--until", "2026-11-30T03:00:00Z"], [1, 2]],
    ["a time before now", ["--since", "22h"], [2, 3]],
    ["failures", ["--failed"], []],
  ])("selects by %s", async (_, args, wanted) => {
    const { out, exitCode } = await runCli(["logs", file, "--json", ...args]);
    expect(exitCode).toBe(0);
    expect(linesOf(out).map(({ id }) => id)).toEqual(wanted.map((at) => ids[at]));
  });

  it("finds a prompt by its hash, under old keys too", async () => {
    const keys = folder.file("keys.txt", "new key\nk\n");
    const { out } = await runCli(["logs", file, "--json", "--prompt", "Hello", "--hash-keys", keys]);
    expect(linesOf(out).map(({ id }) => id)).toEqual([ids[0], ids[2]]);
  });

  it("says why a request went where it did", async () => {
    const { out, exitCode } = await runCli(["logs", file, "--id", ids[1] ?? ""]);
    expect(exitCode).toBe(0);
    expect(out).toMatch(/^large, because complexity 0\.\d+ is at or above 0\.6; all 2 models permitted/m);
    expect(out).toMatch(/^small +permitted/m);
    expect(out).toMatch(/^large +chosen/m);
    expect(out).toMatch(/^large +answer .* ok/m);
    const missing = await runCli(["logs", file, "--id", "none"]);
    expect(missing.exitCode).toBe(2);
    expect(missing.err).toMatch(/--id must be the id of a decision in these logs.*got "none"/);
  });

  it("shows the costliest", async () => {
    const { out } = await runCli(["logs", file, "--costliest", "--limit", "3", "--json"]);
    const shown = linesOf(out);
    expect(shown.map(({ model }) => model)).toEqual(["large", "large", "large"]);
    expect(shown[0].costUsd).toBeCloseTo(0.03, 6);
  });

  it.each<[string, readonly string[], RegExp]>([
    ["no file", [], /missing required argument 'files'/],
    ["a file that does not exist", ["no.jsonl"], /no\.jsonl: file does not exist/],
    ["a folder", ["."], /is a folder/],
    ["two queries", ["LOG", "--id", "x", "--costliest"], /cannot be used with option/],
    [
      "a time that is none",
      ["LOG", "--since", "yesterday"],
      /--since must be a date in ISO 8601.*got "yesterday"/,
    ],
    ["a limit that is none", ["LOG", "--limit", "0"], /--limit must be a number in \[1, 100000\]/],
    ["a prompt without keys", ["LOG", "--prompt", "x"], /--hash-keys must be given with --prompt/],
    ["a deletion of everything", ["delete", "LOG"], /--tenant must be given, or --session/],
  ])("refuses %s", async (_, args, message) => {
    const { exitCode, err, out } = await runCli(["logs", ...args.map((arg) => (arg === "LOG" ? file : arg))]);
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: "" });
    expect(err).toMatch(message);
  });

  it("reads a pipe from its first line on", async (context) => {
    const pipe = `${file}.pipe`;
    if (spawnSync("sh", ["-c", 'mkfifo "$1"', "sh", pipe]).status !== 0)
      return context.skip("this system has no mkfifo");
    const written = once(spawn("sh", ["-c", 'cat "$1" > "$2"', "sh", file, pipe]), "close");
    const piped = await runCli(["logs", pipe, "--json"]);
    await written;
    expect(piped).toEqual(await runCli(["logs", file, "--json"]));
  });

  it("leaves out a line that a crash cut short, and names a wrong one", async () => {
    const cut = await logged(requests.slice(0, 1));
    appendFileSync(cut.file, '{"id":"cut sh');
    const { out, err, exitCode } = await runCli(["logs", cut.file, "--json"]);
    expect([linesOf(out).length, err, exitCode]).toEqual([1, "1 line cut short by a crash left out\n", 0]);
    appendFileSync(cut.file, '\n{"id":"x"}\n');
    const wrong = await runCli(["logs", cut.file]);
    expect(wrong.err).toContain(`${cut.file}:3: at must be a date`);
    expect(wrong.exitCode).toBe(2);
  });

  it("makes control characters of stored text harmless", async () => {
    const evil = "\u001b]0;owned\u0007\u001b[2J\u202e";
    const {
      file: hostile,
      ids: [id = ""],
    } = await logged([{ content: "Hello", tenant: evil, session: evil }]);
    for (const args of [[], ["--json"], ["--id", id], ["--costliest"]]) {
      const { out, err } = await runCli(["logs", hostile, ...args]);
      for (const control of ["\u001b", "\u0007", "\u202e"]) expect(out + err).not.toContain(control);
      expect(out).toContain("owned");
    }
  });

  it("reads what was rotated, compressed too, and each file once", async () => {
    const rotated = await logged(requests.slice(0, 2));
    const aside = asidePath(rotated.file, Date.parse("2026-11-29T00:00:00Z"));
    const [first = "", second = ""] = readFileSync(rotated.file, "utf8").trimEnd().split("\n");
    writeFileSync(`${aside}.gz`, gzipSync(`${first}\n`));
    writeFileSync(rotated.file, `${second}\n`);
    const { out } = await runCli(["logs", rotated.file, `${aside}.gz`, "--json"]);
    expect(out).toBe(`${first}\n${second}\n`);
    rmSync(rotated.file);
    expect((await runCli(["logs", rotated.file, "--json"])).out).toBe(`${first}\n`);
  });
});

describe("logs delete", () => {
  it("removes a tenant from a file and what was rotated of it, and leaves all else as it is", async () => {
    const { file } = await logged(requests);
    const aside = asidePath(file, Date.now());
    const before = readFileSync(file, "utf8");
    writeFileSync(`${aside}.gz`, gzipSync(before));
    const { out, exitCode } = await runCli(["logs", "delete", file, "--tenant", "acme", "--json"]);
    expect(exitCode).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ removed: 4 });
    const kept = before.split("\n").filter((line) => line !== "" && !line.includes('"acme"'));
    expect(readFileSync(file, "utf8")).toBe(`${kept.join("\n")}\n`);
    expect((await runCli(["logs", file, "--json"])).out).toBe(`${[...kept, ...kept].join("\n")}\n`);
    const folderOfLog = join(file, "..");
    expect(readdirSync(folderOfLog).filter((name) => /tmp|lock/.test(name))).toEqual([]);
  });

  it("removes a session under hashes of old keys, with the calls of its decisions", async () => {
    const { file, ids } = await logged(requests, { hash: ["session"] });
    const call = { model: "small", name: "a:small", hop: "hedge", id: `${ids[0]}/9` };
    appendFileSync(
      file,
      `${JSON.stringify({ decisionId: ids[0], attempt: call })}\n{"request":{"session":"s1","cut`,
    );
    const keys = folder.file("session-keys.txt", "another\nk\n");
    const none = await runCli(["logs", "delete", file, "--session", "s1"]);
    expect(none.out).toBe("1 line removed from 1 file\n");
    const { out } = await runCli(["logs", "delete", file, "--session", "s1", "--hash-keys", keys]);
    expect(out).toBe("3 lines removed from 1 file\n");
    expect(linesOf(readFileSync(file, "utf8")).map(({ id }) => id)).toEqual([ids[1], ids[3]]);
  });

  it("is done by the next run after one that was killed, whichever file it had come to", async () => {
    const { file, ids } = await logged(requests);
    const lines = readFileSync(file, "utf8").trimEnd().split("\n");
    const call = { model: "small", name: "a:small", hop: "hedge", startedAt: "2026-11-27T00:00:00.000Z" };
    const callOf = (id: string) => JSON.stringify({ decisionId: id, attempt: { ...call, id: `${id}/9` } });
    const doomedIds = lines.flatMap((line, at) => (line.includes('"s1"') ? [ids[at] ?? ""] : []));
    expect(doomedIds.length).toBeGreaterThan(0);
    // Decisions in the first file, their calls in the next ones.
    const paths = [1, 2, 3].map((day) => asidePath(file, Date.parse(`2026-11-2${day}T00:00:00Z`)));
    const texts = [lines, ids.map(callOf), ids.map(callOf)].map((all) => `${all.join("\n")}\n`);
    const kept = [...lines, ...ids.map(callOf), ...ids.map(callOf)].filter(
      (line) => !doomedIds.some((id) => line.includes(id)),
    );
    rmSync(file);
    const command = [`${root}dist/cli/main.js`, "logs", "delete", file, "--session", "s1"];
    // In the order in which they are written again.
    for (const killedAt of [1, 2, 0]) {
      paths.forEach((path, at) => {
        writeFileSync(path, texts[at] ?? "");
        // No process writes to them any more.
        utimesSync(path, 1e9, 1e9);
      });
      const { ino } = statSync(paths[killedAt] ?? "");
      const child = spawn(process.execPath, command, { stdio: "ignore" });
      const ended = once(child, "exit");
      const timer = setInterval(() => {
        if (statSync(paths[killedAt] ?? "").ino !== ino) child.kill("SIGKILL");
      }, 1);
      await ended;
      clearInterval(timer);
      const { exitCode, err } = await runCli(["logs", "delete", file, "--session", "s1"]);
      expect([exitCode, err.split("\n").length]).toEqual([0, 4]);
      const found = (await asideFiles(file)).map((path) => readFileSync(path, "utf8")).join("");
      expect(found.trimEnd().split("\n")).toEqual(kept);
    }
  }, 60_000);

  it("loses no line that is written meanwhile", async () => {
    const file = folder.file("live.jsonl", "");
    const log = decisionLog({ file, hashKey: "k" });
    const router = createRouter({ models: models(), policy: always("small"), onEvent: log });
    let over = false;
    const kept: string[] = [];
    const writing = (async () => {
      while (!over) {
        for (const tenant of ["acme", "other"]) {
          const { decision } = await router.route({ messages: [{ role: "user", content: "Hello" }], tenant });
          if (tenant === "other") kept.push(decision.id);
        }
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
    })();
    await new Promise((resolve) => setTimeout(resolve, 200));
    const { exitCode } = await runCli(["logs", "delete", file, "--tenant", "acme"]);
    over = true;
    await writing;
    await router.close();
    expect(exitCode).toBe(0);
    const all = await runCli(["logs", file, "--json", "--tenant", "other"]);
    expect(linesOf(all.out).map(({ id }) => id)).toEqual(kept);
    const [aside = ""] = await asideFiles(file);
    expect(readFileSync(aside, "utf8")).not.toContain("acme");
    expect(existsSync(`${file}.lock`)).toBe(false);
  });
});
