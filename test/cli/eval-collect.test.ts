import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Router } from "../../src/contracts/index.ts";
import { serveBatches } from "../support/batch-server.ts";
import { type Folder, temporaryFolder } from "../support/cli-config.ts";
import { serveCompletions } from "../support/completion-server.ts";
import { numbered, pairAt, readLines } from "../support/evals/collecting.ts";
import { nodeArguments } from "../support/node-arguments.ts";
import { linesOf, runCli } from "../support/run-cli.ts";

function folderFor(records: readonly unknown[]): Folder & { readonly dataset: string; readonly out: string } {
  const folder = temporaryFolder();
  onTestFinished(folder.remove);
  const dataset = folder.file(
    "dataset.jsonl",
    records.map((record) => `${JSON.stringify(record)}\n`).join(""),
  );
  return { ...folder, dataset, out: dataset.replace("dataset", "out") };
}

async function serve(...given: Parameters<typeof serveCompletions>) {
  const server = await serveCompletions(...given);
  onTestFinished(server.close);
  return server;
}

const numberIn = (prompt: string): string => prompt.split(" ")[1] ?? "";

function commandFor(
  folder: ReturnType<typeof folderFor>,
  config: string,
  ...more: readonly string[]
): string[] {
  const { dataset, out } = folder;
  return [
    "eval",
    "collect",
    "--dataset",
    dataset,
    "--config",
    config,
    "--out",
    out,
    "--scorer",
    "exact",
    ...more,
  ];
}

/** The command line as a process of its own, with `pairAt` this address as its config. */
function start(
  folder: ReturnType<typeof folderFor>,
  url: string,
  more: readonly string[] = [],
  within: readonly string[] = [],
): ChildProcess {
  const config = folder.file("config.ts", "export default globalThis.routerOfProcess();");
  const [program = process.execPath, ...args] = [
    ...within,
    process.execPath,
    ...nodeArguments("test/support/collect-process.ts", ...commandFor(folder, config, ...more)),
  ];
  const child = spawn(program, args, {
    env: { PATH: process.env["PATH"], PAIR_AT: url },
    stdio: ["ignore", "ignore", "pipe"],
  });
  // Nobody reads it by default: it must not fill up.
  child.stderr?.resume();
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  return child;
}

/** A promise with what resolves it. */
function signalled(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = (): void => {};
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

describe("eval collect", () => {
  it("records outcomes, and prints estimate and progress beside what came of it", async () => {
    const server = await serve((prompt, model) => (model === "l" ? numberIn(prompt) : "?"));
    const folder = folderFor(numbered(3));
    const config = folder.config(() => pairAt(server.url));
    const { exitCode, out, err } = await runCli(commandFor(folder, config));
    expect({ exitCode, records: readLines(folder.out).length }).toEqual({ exitCode: 0, records: 3 });
    expect(err).toContain("3 records, 6 calls to make");
    expect(err).toContain("6 of 6 calls (100 %)");
    expect(err).toMatch(/in all about \$\S+, at most \$\S+\n/);
    expect(out).toMatch(/openai:s +3 +0\.000 +\$0\.00002/);
    expect(out).toMatch(/openai:l +3 +1\.000/);
    expect(out).toContain(`${folder.out}: 3 records; $0.00012 spent`);
  });

  it("prints JSON with --json, and runs the models that it is told", async () => {
    const server = await serve(numberIn);
    const folder = folderFor(numbered(4));
    const config = folder.config(() => pairAt(server.url));
    const args = commandFor(folder, config, "--models", "small", "--sample", "2", "--repeat", "2", "--json");
    const { exitCode, out } = await runCli(args);
    expect(exitCode).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      complete: true,
      records: 2,
      models: [{ model: "openai:s", quality: 1 }],
    });
    expect(server.requests).toHaveLength(4);
  });

  it("estimates with --dry-run, calls nothing and writes nothing", async () => {
    const server = await serve(numberIn);
    const folder = folderFor(numbered(3));
    const config = folder.config(() => pairAt(server.url));
    const text = await runCli(commandFor(folder, config, "--dry-run"));
    expect(text.exitCode).toBe(0);
    expect(text.out).toContain("3 records, 6 calls to make");
    const json = await runCli(commandFor(folder, config, "--dry-run", "--json"));
    expect(JSON.parse(json.out)).toMatchObject({ calls: 6, unpriced: [] });
    expect(server.requests).toHaveLength(0);
    expect(() => readFileSync(folder.out)).toThrow(/ENOENT/);
  });

  it("compares with what is expected where no scorer is named, and says so", async () => {
    const server = await serve((prompt) => `The ${numberIn(prompt)}!`);
    const folder = folderFor(numbered(2));
    const config = folder.config(() => pairAt(server.url));
    const command = commandFor(folder, config);
    const at = command.indexOf("--scorer");
    const { exitCode, err } = await runCli([...command.slice(0, at), ...command.slice(at + 2)]);
    expect(exitCode).toBe(0);
    expect(err).toContain("scored by normalised");
    expect(readLines(folder.out).map(({ outcomes }) => outcomes["openai:s"]?.quality)).toEqual([1, 1]);
  });

  it("says which records are not sent, as no answer to them could be scored", async () => {
    const server = await serve(numberIn);
    const folder = folderFor([...numbered(2), { id: "open", prompt: "number of stars" }]);
    const config = folder.config(() => pairAt(server.url));
    const { exitCode, out, err } = await runCli(commandFor(folder, config));
    expect(exitCode).toBe(0);
    expect(err).toContain(
      "1 records are not sent to openai:s, as no answer could be scored, for instance: there is no expected answer",
    );
    expect(out).toContain("2 records, 1 left out");
  });

  it("scores with the default export of a module", async () => {
    const server = await serve(numberIn);
    const folder = folderFor(numbered(2));
    const config = folder.config(() => pairAt(server.url));
    const scorer = folder.file(
      "scorer.ts",
      "export default function half({ output }: { output: string }) { return output === '1' ? 0.5 : 1; }",
    );
    const args = commandFor(folder, config).map((arg) => (arg === "exact" ? scorer : arg));
    const { exitCode, err } = await runCli(args);
    expect(exitCode).toBe(0);
    expect(err).toMatch(/scored by half[\s\S]*; the cost of the scorer is additional\n/);
    expect(readLines(folder.out).map(({ outcomes }) => outcomes["openai:s"]?.quality)).toEqual([1, 0.5]);
  });

  it("ends with 1 while something is missing, and says what and how to go on", async () => {
    let down = true;
    const server = await serve((prompt) =>
      down && prompt === "number 1" ? { status: 503 } : numberIn(prompt),
    );
    const folder = folderFor(numbered(2));
    const config = folder.config(() => pairAt(server.url));
    const first = await runCli(commandFor(folder, config, "--retries", "0"));
    expect(first.exitCode).toBe(1);
    expect(first.out).toContain("2 calls are missing; errors: 2 overloaded");
    expect(first.out).toContain("the same command continues");
    down = false;
    const second = await runCli(commandFor(folder, config));
    expect(second.exitCode).toBe(0);
    expect(second.err).toContain("2 records");
    expect(second.err).toContain("2 done before, for $0.00004");
    const stopped = await runCli(commandFor(folder, config, "--restart", "--max-cost", "0.00007"));
    expect(stopped.exitCode).toBe(1);
    expect(stopped.out).toContain("stopped: the next call could cost more than --max-cost allows");
    expect(stopped.out).toContain("the same command with a higher --max-cost continues");
  });

  it("refuses a command line that is wrong with 2", async () => {
    const folder = folderFor(numbered(1));
    const config = folder.config(() => pairAt("http://127.0.0.1:1/v1"));
    const wrong: [string[], string][] = [
      [["--repeat", "1.5"], "--repeat must be a whole number in [1, 1000]"],
      [["--concurrency", "0"], "--concurrency must be a number in [1, 1000]"],
      [["--max-cost", "much"], "--max-cost must be a number"],
      [["--scorer", "perfect"], "--scorer must be one of exact, normalised"],
      [["--models", "tiny"], 'models must be one of small, large, got "tiny"'],
    ];
    for (const [more, message] of wrong) {
      const { exitCode, err } = await runCli(commandFor(folder, config, ...more));
      expect({ exitCode, err }).toEqual({ exitCode: 2, err: expect.stringContaining(message) });
    }
  });

  it("that was killed in the middle goes on, and calls again only what was under way", async () => {
    const answered = 7;
    const workers = 4;
    let killed = false;
    const held = signalled();
    let holding = 0;
    const server = await serve((prompt, model) => {
      const total = [...server.counts.values()].reduce((sum, count) => sum + count, 0);
      if (killed || total <= answered) return numberIn(prompt);
      underWay.push(`${model} ${prompt}`);
      holding += 1;
      if (holding === workers) held.resolve();
      return new Promise<string>(() => {});
    });
    const underWay: string[] = [];
    const folder = folderFor(numbered(10));
    const child = start(folder, server.url, ["--concurrency", String(workers / 2)]);
    await held.promise;
    child.kill("SIGKILL");
    await once(child, "exit");
    killed = true;
    const journal = readLines<{ type: string }>(`${folder.out}.partial.jsonl`);
    expect(journal.filter(({ type }) => type === "answered")).toHaveLength(answered);

    const again = await runCli(
      commandFor(
        folder,
        folder.config(() => pairAt(server.url)),
      ),
    );
    expect(again.exitCode).toBe(0);
    expect(again.err).toContain(`${workers} calls were under way when an earlier run was killed`);
    const records = readLines(folder.out);
    expect(records.map(({ id }) => id)).toEqual(numbered(10).map(({ id }) => id));
    for (const { outcomes } of records)
      expect(Object.values(outcomes).map(({ quality }) => quality)).toEqual([1, 1]);
    const repeated = [...server.counts].filter(([, count]) => count > 1);
    expect(repeated.map(([call]) => call).sort()).toEqual([...underWay].sort());
    expect(repeated.every(([, count]) => count === 2)).toBe(true);
    expect(server.counts.size).toBe(20);
  }, 60_000);

  it("that finds no room on its disk names the file, and goes on where it was once there is", async () => {
    const server = await serve(numberIn);
    const folder = folderFor(numbered(60));
    const full = start(folder, server.url, [], ["sh", "-c", 'trap \'\' XFSZ; ulimit -f 8; exec "$0" "$@"']);
    let err = "";
    full.stderr?.on("data", (chunk) => {
      err += chunk;
    });
    const [code] = await once(full, "close");
    expect(code).toBe(2);
    expect(err).toMatch(
      /out must be on a disk with free space \(EFBIG\).*got "\S+out\.jsonl\.partial\.jsonl"/,
    );
    const again = await runCli(
      commandFor(
        folder,
        folder.config(() => pairAt(server.url)),
      ),
    );
    expect(again.exitCode).toBe(0);
    expect(readLines(folder.out)).toHaveLength(60);
    // Only what did not get to the disk any more.
    const twice = [...server.counts.values()].filter((count) => count > 1);
    expect(twice.length).toBeLessThanOrEqual(8);
  }, 60_000);

  it("that is interrupted waits for the calls under way, and ends with 1", async () => {
    const held = signalled();
    const release = signalled();
    const server = await serve(async (prompt) => {
      held.resolve();
      await release.promise;
      return numberIn(prompt);
    });
    const folder = folderFor(numbered(6));
    const child = start(folder, server.url, ["--concurrency", "1", "--models", "small"]);
    await held.promise;
    child.kill("SIGINT");
    release.resolve();
    const [code] = await once(child, "exit");
    expect(code).toBe(1);
    const done = readLines(folder.out).length;
    expect(done).toBe(server.requests.length);
    expect(done).toBeLessThan(6);
  }, 60_000);

  it("that was killed while a batch was worked on takes its results, and submits nothing again", async () => {
    const server = await serveBatches(numberIn);
    onTestFinished(server.close);
    const folder = folderFor(numbered(3));
    const more = ["--batch", "--poll-seconds", "0.01"];
    const child = start(folder, `${server.url}/v1`, more);
    const polls = (): number => server.calls.filter((call) => call.startsWith("GET /v1/batches/")).length;
    while (server.submitted.length < 2 || polls() < 4)
      await new Promise((resolve) => setTimeout(resolve, 10));
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(server.submitted).toHaveLength(2);
    server.release();
    const router = (): Router<"small" | "large"> => pairAt(`${server.url}/v1`);
    const again = await runCli(commandFor(folder, folder.config(router), ...more, "--json"));
    expect(again.exitCode).toBe(0);
    expect(linesOf(again.out)).toMatchObject([{ complete: true, records: 3 }]);
    expect(server.submitted).toHaveLength(2);
  }, 60_000);
});
