import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import * as policies from "../../policies/index.ts";
import * as main from "../../src/index.ts";
import * as rollout from "../../src/loop/index.ts";
import { fakeModel } from "../../src/testing/index.ts";
import { type Folder, temporaryFolder } from "../support/cli-config.ts";
import { runningRollout } from "../support/evals/sample-rollouts.ts";
import { tuneRecords } from "../support/evals/tune-records.ts";
import { cliNow, runCli } from "../support/run-cli.ts";

const { createRouter } = main;
const { always } = policies;

let folder: Folder;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => {
  for (const name of ["promiseOfTest", "packageOfTest"]) Reflect.deleteProperty(globalThis, name);
  folder.remove();
});

const names = ["--small", "openai:gpt-5.4-mini", "--large", "openai:gpt-5.5"];
const at = (path: string) => join(dirname(folder.file("x", "")), path);

/** Takes the package from this process, as nothing is installed in the folder. */
function fromSources(config: string): void {
  Object.assign(globalThis, {
    packageOfTest: { switchpoint: main, "switchpoint/policies": policies, "switchpoint/loop": rollout },
  });
  const text = readFileSync(config, "utf8").replace(
    /import (\{[^}]*\}) from ("switchpoint[^"]*")/g,
    "const $1 = globalThis.packageOfTest[$2]",
  );
  writeFileSync(config, text);
}

describe("switchpoint loop init", () => {
  it("says what a day costs, and writes a config that doctor loads with the keys of the environment", async () => {
    const config = at("router.mjs");
    const args = ["--config", config, "--file", at("audit.jsonl"), "--requests-per-day", "20000", ...names];
    const { exitCode, out, err } = await runCli(["loop", "init", ...args]);
    expect({ exitCode, err }).toEqual({
      exitCode: 0,
      err: expect.stringContaining("switchpoint doctor --config"),
    });
    expect(out).toMatch(/costs about \$[\d.]+ a day/);
    expect(out).toMatch(/at most \$5\.00/);
    expect(out).toMatch(/audited a day +[\d,]+ of 400, as the money allows/);
    expect(readFileSync(config, "utf8")).toContain("rate: 0.02");
    fromSources(config);
    const doctor = await runCli(["doctor", "--config", config, "--timeout", "0.01", "--json"], { env: {} });
    expect(doctor.err).toBe("");
    expect(
      Object.values(JSON.parse(doctor.out).models)
        .map((model) => (model as { name: string }).name)
        .sort(),
    ).toEqual(["openai:gpt-5.4-mini", "openai:gpt-5.5"]);
    const status = await runCli(["loop", "status", "--config", config, "--json"]);
    expect(status).toMatchObject({ exitCode: 0, err: "" });
    expect(JSON.parse(status.out)).toMatchObject({
      records: 0,
      file: at("audit.jsonl"),
      promise: { state: "not-enough-evidence" },
      drift: { windows: 0 },
    });
    // The promise of a process that begins later goes on with the records of those before.
    auditFile(20);
    const { promise } = await import(`${config}?later`);
    expect(promise.standing().records).toBe(15);
  });

  it("takes a judge of another provider whose key is there, and a number a day", async () => {
    const config = at("router.mjs");
    const env = { OPENAI_API_KEY: "k", ANTHROPIC_API_KEY: "k" };
    const args = ["loop", "init", "--config", config, "--per-day", "50", "--usd-per-day", "2.5", "--json"];
    const { exitCode, out } = await runCli(args, { env });
    expect(exitCode).toBe(0);
    const { plan, cost } = JSON.parse(out);
    expect(plan).toMatchObject({ small: "openai:gpt-5.4-mini", large: "openai:gpt-5.5", perDay: 50 });
    expect(plan.judge).toMatch(/^anthropic:/);
    expect(cost.comparisons).toBeCloseTo(Math.min(50, 2.5 / (cost.answerUsd + cost.judgeUsd)), 9);
    const text = readFileSync(config, "utf8");
    expect(text).toContain("perDay: 50");
    expect(text).toContain('import { anthropic } from "switchpoint/providers/anthropic";');
    expect(text).not.toContain("OPENAI_API_KEY");
  });

  it("takes traffic from a decision log", async () => {
    const line = (minute: number, name: string) => ({
      id: `d${minute}`,
      at: new Date(cliNow - 60_000 * minute).toISOString(),
      model: "m",
      plan: [{ model: "m" }],
      candidates: [],
      request: {},
      policy: { name: "p" },
      versions: {},
      propensity: 1,
      forced: false,
      attempts: [{ model: "m", name, hop: "answer", usage: { inputTokens: 1_000, outputTokens: 100 } }],
    });
    const lines = Array.from({ length: 121 }, (_, minute) =>
      JSON.stringify(line(minute, minute % 4 === 0 ? "openai:gpt-5.5" : "openai:gpt-5.4-mini")),
    );
    const log = folder.file(
      "log.jsonl",
      [...lines, JSON.stringify({ decisionId: "d", attempt: {} })].join("\n"),
    );
    const args = ["loop", "init", "--config", at("router.ts"), "--log", log, "--json", ...names];
    const { out, err } = await runCli(args);
    expect(err).toContain("the config is in");
    const { traffic } = JSON.parse(out);
    expect(traffic).toMatchObject({ inputTokens: 1_000, outputTokens: 100 });
    expect(traffic.requestsPerDay).toBeCloseTo(121 * 12, 6);
    expect(traffic.largeShare).toBeCloseTo(31 / 121, 9);
  });

  it("replaces no file without --force", async () => {
    const config = folder.file("router.mjs", "mine");
    const refused = await runCli(["loop", "init", "--config", config, ...names]);
    expect(refused).toMatchObject({ exitCode: 2, out: "" });
    expect(refused.err).toContain("--force");
    expect(readFileSync(config, "utf8")).toBe("mine");
    expect((await runCli(["loop", "init", "--config", config, "--force", ...names])).exitCode).toBe(0);
    expect(readFileSync(config, "utf8")).toContain("createAudit");
  });

  it.each<[string, readonly string[], RegExp]>([
    ["a rate of 0", ["--rate", "0"], /--rate/],
    ["a rate that is no number", ["--rate", "x"], /--rate/],
    ["a rate beside a number a day", ["--rate", "0.1", "--per-day", "5"], /--per-day/],
    ["half a request a day", ["--per-day", "1.5"], /--per-day/],
    ["no money", ["--usd-per-day", "0"], /--usd-per-day/],
    ["a file of another kind", ["--config", "router.json"], /--config/],
    ["a file without a name", ["--file", ""], /--file/],
    ["a file that would be read as gzip", ["--file", "audit.jsonl.gz"], /--file.*gz/],
    ["one model twice", ["--small", "openai:gpt-5.5"], /--small/],
    ["a provider that is not known", ["--judge", "acme:big"], /--judge/],
    ["a model without a price", ["--large", "openai:no-such-model"], /--large.*price/],
    ["a name that would be code", ["--small", 'openai:"});process.exit(7);({"'], /--small/],
    ["a log that is not there", ["--log", "absent.jsonl"], /absent.jsonl/],
    ["an unknown option", ["--speed", "1"], /unknown option/],
  ])("refuses %s with exit code 2, and writes nothing", async (_, args, message) => {
    const config = at("new.mjs");
    const all = ["loop", "init", "--config", config, ...names, ...args];
    const { exitCode, out, err } = await runCli(all);
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: "" });
    expect(err).toMatch(message);
    expect(() => readFileSync(config)).toThrow();
  });
});

/** Records as an audit writes them, an eighth of them of pinned requests, an eighth held out; one each 15 minutes. */
function auditFile(count: number, name = "audit.jsonl"): string {
  const records = tuneRecords(count, {
    small: (complexity) => (complexity < 0.6 ? 0.95 : 0.9),
    of: (index) => ({
      at: new Date(cliNow - 900_000 * (count - index)).toISOString(),
      metadata: {
        audit: {
          probability: 0.02,
          because: index % 8 === 0 ? "pin" : index % 4 === 0 ? "held-out" : "policy",
          reference: "large",
          loss: index % 4 === 0 ? 1 : 0.01,
          costUsd: 0.02,
          scorer: "auditJudge x",
        },
      },
    }),
  });
  return folder.file(name, records.map((record) => JSON.stringify(record)).join("\n"));
}

describe("switchpoint loop status", () => {
  it("says how many records are there and needed, how long it takes, what it cost, and what to run then", async () => {
    const { exitCode, out, err } = await runCli([
      "loop",
      "status",
      "--file",
      auditFile(250),
      "--max-loss",
      "0.005",
    ]);
    expect({ exitCode, err }).toEqual({ exitCode: 0, err: "" });
    expect(out).toMatch(
      /^250 of about [\d,]+ records; at 2 % of requests \(96 records a day\) this takes about \d+ days; then tune\./,
    );
    expect(out).toMatch(/switchpoint eval tune --outcomes \S+ --small small --large large --max-loss 0.005/);
    expect(out).toMatch(/decided by pin +32/);
    expect(out).toMatch(/cost of the audit so far +\$5\.00/);
    // A pin says nothing about the policy, nor does a unit that is held out of it.
    expect(out).toMatch(/loss of the policy, live +1\.0 points, from 187 records/);
  });

  it("says what would be saved once the records are enough", async () => {
    const file = auditFile(1_700);
    const { out, exitCode } = await runCli(["loop", "status", "--file", file, "--max-loss", "0.1", "--json"]);
    expect(exitCode).toBe(0);
    const { evidence, next } = JSON.parse(out);
    expect(evidence).toMatchObject({ kind: "enough", looked: 1_600 });
    expect(evidence.saving.value).toBeGreaterThan(0.3);
    expect(next.command).toContain("eval tune");
  }, 30_000);

  it("says that nothing can be tuned on hashes", async () => {
    const lines = tuneRecords(20).map((record, at) => ({
      ...record,
      prompt: "",
      group: String(at),
      promptHash: "0",
      metadata: { audit: { reference: "large" } },
    }));
    const file = folder.file("audit.jsonl", lines.map((line) => JSON.stringify(line)).join("\n"));
    expect((await runCli(["loop", "status", "--file", file])).out).toContain('prompts: "store"');
  });

  it("reads the file of a config, and hands its promise what the policy decided", async () => {
    const config = configOf(rollout.createPromise({ maxLoss: 0.02 }), auditFile(20));
    const { out } = await runCli(["loop", "status", "--config", config, "--json"]);
    expect(JSON.parse(out)).toMatchObject({
      records: 20,
      promise: { state: "not-enough-evidence", records: 15 },
    });
  });

  /** Config with a promise and the file of an audit. */
  function configOf(promise: rollout.LivePromise, file: string): string {
    const config = folder.config(() =>
      createRouter({ models: { small: fakeModel({ model: "s" }) }, policy: always("small") }),
    );
    Object.assign(globalThis, { promiseOfTest: promise });
    writeFileSync(
      config,
      `${readFileSync(config, "utf8")}\nexport const auditFile = ${JSON.stringify(file)};\nexport const promise = globalThis.promiseOfTest;\n`,
    );
    return config;
  }

  it("takes the limit of the config's promise, unless another is given", async () => {
    const config = configOf(rollout.createPromise({ maxLoss: 0.05 }), auditFile(20));
    const own = await runCli(["loop", "status", "--config", config, "--json"]);
    expect(JSON.parse(own.out)).toMatchObject({
      maxLoss: 0.05,
      next: { command: expect.stringContaining("--max-loss 0.05") },
    });
    const other = await runCli(["loop", "status", "--config", config, "--max-loss", "0.1", "--json"]);
    expect(JSON.parse(other.out).maxLoss).toBe(0.1);
  });

  it("counts records that the config's promise refuses", async () => {
    const config = configOf(rollout.createPromise({ maxLoss: 0.02, leastProbability: 0.5 }), auditFile(20));
    const { exitCode, out, err } = await runCli(["loop", "status", "--config", config, "--json"]);
    expect({ exitCode, err }).toEqual({ exitCode: 0, err: "" });
    expect(JSON.parse(out)).toMatchObject({
      promise: { records: 0 },
      warnings: expect.arrayContaining([expect.stringContaining("the promise refused 15 records")]),
    });
  });

  it("reads a file to which an audit is writing, or was when it was killed: a cut last line is left out", async () => {
    const whole = readFileSync(auditFile(20));
    const more = Buffer.from(JSON.stringify({ id: "cut", prompt: "Grüße" }));
    // Within a character, and before it.
    for (const length of [more.indexOf("ü") + 1, 9]) {
      const cut = Buffer.concat([whole, Buffer.from("\n"), more.subarray(0, length)]);
      const file = at("cut.jsonl");
      writeFileSync(file, cut);
      const { exitCode, out } = await runCli(["loop", "status", "--file", file, "--json"]);
      expect(exitCode).toBe(0);
      expect(JSON.parse(out)).toMatchObject({
        records: 20,
        warnings: expect.arrayContaining([expect.stringContaining("the last line is cut")]),
      });
      writeFileSync(file, Buffer.concat([more.subarray(0, length), Buffer.from("\n"), whole]));
      const refused = await runCli(["loop", "status", "--file", file]);
      expect(refused).toMatchObject({ exitCode: 2, out: "" });
      expect(refused.err).toMatch(/cut\.jsonl:1: line is not (?:JSON|UTF-8)/);
    }
  });

  it("says that a file is not there: its name may be wrong", async () => {
    const { exitCode, out } = await runCli(["loop", "status", "--file", at("adit.jsonl")]);
    expect(exitCode).toBe(0);
    expect(out).toMatch(/! there is no file \S+adit\.jsonl yet/);
  });

  it.each<[string, readonly string[], RegExp]>([
    ["neither file nor config", [], /--file must be/],
    ["a config without a file", ["--config", "CONFIG"], /no export auditFile/],
    ["a loss of 0", ["--file", "FILE", "--max-loss", "0"], /--max-loss/],
    ["a confidence of 1", ["--file", "FILE", "--confidence", "1"], /--confidence/],
    ["a model that no record has", ["--file", "FILE", "--small", "tiny"], /--small must be one of/],
    ["a file that is not one of outcomes", ["--file", "BAD"], /bad.jsonl/],
    ["an unknown command", ["statsu"], /unknown command|too many arguments/],
  ])("refuses %s with exit code 2", async (_, args, message) => {
    const paths: Readonly<Record<string, () => string>> = {
      FILE: () => auditFile(10),
      BAD: () => folder.file("bad.jsonl", "{"),
      CONFIG: () =>
        folder.config(() =>
          createRouter({ models: { small: fakeModel({ model: "s" }) }, policy: always("small") }),
        ),
    };
    const { exitCode, out, err } = await runCli([
      "loop",
      "status",
      ...args.map((arg) => paths[arg]?.() ?? arg),
    ]);
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: "" });
    expect(err).toMatch(message);
  });
});

describe("pages of the loop", () => {
  it("are written whole, and say the next step on stdout", async () => {
    const out = at("loop.html");
    const result = await runCli([
      "loop",
      "report",
      "--file",
      auditFile(210),
      "--max-loss",
      "0.005",
      "--out",
      out,
    ]);
    expect(result).toMatchObject({ exitCode: 0, err: `the page is in ${out}\n` });
    expect(result.out).toMatch(/^210 of about [\d,]+ records/);
    expect(readFileSync(out, "utf8")).toMatch(/^<!DOCTYPE html>[\s\S]*210 of about/);
  });

  it("show a rollout by its status", async () => {
    const [status, out] = [folder.file("status.json", JSON.stringify(runningRollout)), at("rollout.html")];
    const result = await runCli(["rollout", "report", "--status", status, "--out", out]);
    expect(result).toMatchObject({
      exitCode: 0,
      out: "The candidate has 5 % of the sessions, and harm is ruled out by 1 of 3 guards.\n".replace(
        "1 of 3",
        "2 of 3",
      ),
    });
    expect(readFileSync(out, "utf8")).toContain("threshold-062");
  });

  it("ask the rollout of a config", async () => {
    const config = folder.config(() =>
      createRouter({ models: { small: fakeModel({ model: "s" }) }, policy: always("small") }),
    );
    writeFileSync(
      config,
      `${readFileSync(config, "utf8")}\nexport const rollout = { status: async () => (${JSON.stringify(runningRollout)}) };\n`,
    );
    expect((await runCli(["rollout", "report", "--config", config, "--out", at("r.html")])).exitCode).toBe(0);
  });

  it("refuse a rollout without a store, of which a new process knows nothing", async () => {
    const config = folder.config(() =>
      createRouter({ models: { small: fakeModel({ model: "s" }) }, policy: always("small") }),
    );
    writeFileSync(
      config,
      `${readFileSync(config, "utf8")}\nexport const rollout = { status: async () => (${JSON.stringify(runningRollout)}), exportState: () => ({}) };\n`,
    );
    const args = ["rollout", "report", "--config", config, "--out", at("none.html")];
    const { exitCode, out, err } = await runCli(args);
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: "" });
    expect(err).toMatch(/--config must be a file whose rollout has a store/);
    expect(() => readFileSync(at("none.html"))).toThrow();
  });

  it.each<[string, readonly string[], RegExp]>([
    ["neither config nor status", [], /--config must be/],
    ["both", ["--config", "a.ts", "--status", "b.json"], /--status/],
    ["a file that is not there", ["--status", "absent.json"], /--status must be a file/],
    ["a file that is no JSON", ["--status", "BAD"], /--status must be JSON/],
    ["a status that lacks its guards", ["--status", "LACKS"], /--status: guards/],
    ["a number that is text", ["--status", "TEXT"], /--status: guards\[0\].margin/],
    ["a page in place of its status", ["--status", "SAME", "--out", "SAME"], /--out/],
  ])("refuse %s with exit code 2, and write nothing", async (_, args, message) => {
    const { guards, ...lacking } = runningRollout;
    const paths: Readonly<Record<string, () => string>> = {
      BAD: () => folder.file("bad.json", "{"),
      LACKS: () => folder.file("lacks.json", JSON.stringify(lacking)),
      TEXT: () =>
        folder.file("text.json", JSON.stringify({ ...lacking, guards: [{ ...guards[0], margin: "<b>" }] })),
      SAME: () => folder.file("same.json", JSON.stringify(runningRollout)),
    };
    const all = ["--out", at("new.html"), ...args.map((arg) => paths[arg]?.() ?? arg)];
    const { exitCode, out, err } = await runCli(["rollout", "report", ...all]);
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: "" });
    expect(err).toMatch(message);
    expect(() => readFileSync(at("new.html"))).toThrow();
  });

  it.each(["loop", "loop init", "loop status", "loop report", "rollout", "rollout report"])(
    "%s --help has an example",
    async (command) => {
      const { exitCode, out } = await runCli([...command.split(" "), "--help"]);
      expect(exitCode).toBe(0);
      expect(out).toContain(`Example:\n  switchpoint ${command.split(" ")[0]} `);
      if (command.includes(" ")) expect(out).toContain("Exit codes:");
    },
  );
});
