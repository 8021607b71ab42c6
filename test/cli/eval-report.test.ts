import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { recordKeysOf } from "../../evals/data/split/record-keys.ts";
import { threshold } from "../../policies/index.ts";
import { createRouter } from "../../src/index.ts";
import { complexity } from "../../src/router/classifiers/index.ts";
import { fakeModel } from "../../src/testing/index.ts";
import { temporaryFolder } from "../support/cli-config.ts";
import { large, reportRecords, small } from "../support/evals/report-world.ts";
import { tuned } from "../support/evals/tuned.ts";
import { runCli } from "../support/run-cli.ts";

const folder = temporaryFolder();
let outcomes = "";
let out = "";

beforeAll(() => {
  const lines = reportRecords(80).map((record) => JSON.stringify(record));
  outcomes = folder.file("outcomes.jsonl", lines.join("\n"));
  out = join(dirname(outcomes), "report.html");
});
afterAll(folder.remove);

const pair = ["--small", small, "--large", large];

function report(...args: readonly string[]) {
  return runCli(["eval", "report", "--outcomes", outcomes, "--bootstrap", "20", "--out", out, ...args]);
}

describe("eval report", () => {
  it("writes the page and prints the verdict with a table", async () => {
    const { exitCode, out: text, err } = await report(...pair, "--requests-per-month", "2000000");
    expect(exitCode).toBe(0);
    expect(err).toContain(`the report is in ${out}`);
    const lines = text.split("\n");
    expect(lines[0]).toMatch(
      /^Sends .* of requests to openai:gpt-5; costs .* Not certified: it is not tuned\.$/,
    );
    expect(lines[1]).toMatch(/^Not yet: Record more first: 80 independent records/);
    expect(lines[5]).toMatch(
      /^router +quality +USD\/1k +large calls +lost quality \[95 %\] +saved \[95 %\] +over random \[95 %\]$/,
    );
    expect(lines.slice(7, 13).map((line) => line.split(" ")[0])).toEqual([
      "complexity",
      "random",
      "length",
      "always-small",
      "always-large",
      "oracle",
    ]);
    expect(text).toMatch(/saves \$.* at 2,000,000 requests a month/);
    const page = readFileSync(out, "utf8");
    expect(page).toMatch(/^<!DOCTYPE html>/);
    expect(page).toContain("2026-12-01 00:00 UTC by switchpoint");
    expect(page).toContain("--requests-per-month 2000000");
    expect(readdirSync(dirname(out)).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });

  it("warns of records that the threshold was tuned on: terminal, JSON and page", async () => {
    const data = recordKeysOf(reportRecords(80).slice(0, 20), "tune");
    const { name, version } = complexity();
    const tuning = folder.file("same.json", JSON.stringify(tuned({ data, classifier: { name, version } })));
    const warning = "Routing was tuned on at least 20 of the 80 records: its figures look too good.";
    expect((await report("--tuning", tuning)).out).toContain(`\n! ${warning}\n`);
    expect(readFileSync(out, "utf8")).toContain(warning);
    expect(JSON.parse((await report("--tuning", tuning, "--json")).out).warnings[0]).toBe(warning);
  });

  it("names option, value and range of what it cannot use", async () => {
    for (const bad of ["0", "-3", "many", "1e13", "NaN"]) {
      const { exitCode, err } = await report(...pair, "--requests-per-month", bad);
      expect(exitCode).toBe(2);
      expect(err).toContain("--requests-per-month");
      expect(err).toContain(bad);
    }
    const { exitCode, err } = await report(...pair, "--today", "openai:other");
    expect(exitCode).toBe(2);
    expect(err).toMatch(/today must be .*openai:gpt-5, got "openai:other"/);
  });

  it("takes what answers today and what graded, and derives no month from a part of the records", async () => {
    const lines = reportRecords(240, (record, index) => ({
      ...record,
      at: new Date(Date.parse("2026-11-30T00:00:00Z") - index * 3_600_000 * 3).toISOString(),
    })).map((record) => JSON.stringify(record));
    const timed = folder.file("timed.jsonl", lines.join("\n"));
    const whole = await report(
      ...pair,
      "--outcomes",
      timed,
      "--today",
      small,
      "--judge",
      "a judge",
      "--json",
    );
    const { today, judge, saving } = JSON.parse(whole.out);
    expect({ today, judge, requests: saving.requests }).toEqual({
      today: small,
      judge: "a judge",
      requests: 244,
    });
    expect((await report(...pair, "--outcomes", timed)).out).toContain(
      "at 244 requests a month, the pace of these records",
    );
    const part = await report(...pair, "--outcomes", timed, "--part", "tune", "--json");
    expect(JSON.parse(part.out).saving.requests).toBeUndefined();
  });

  it("does not write over what it reads", async () => {
    const before = readFileSync(outcomes, "utf8");
    const { exitCode, err } = await report(...pair, "--out", outcomes);
    expect(exitCode).toBe(2);
    expect(err).toMatch(/--out must be another file than the input, which it would replace/);
    expect(readFileSync(outcomes, "utf8")).toBe(before);
  });

  it("prints all of it as JSON, absent metrics as null", async () => {
    const { out: text } = await report(...pair, "--json", "--no-prompts");
    const parsed = JSON.parse(text);
    expect(parsed).toMatchObject({ formatVersion: 1, kind: "pair", models: [small, large] });
    expect(parsed.rows[1]).toMatchObject({ name: "random", largeCallRate: { value: expect.any(Number) } });
    expect(parsed.rows[3]).toMatchObject({ name: "always-small", model: small, apgr: null });
    expect(text).not.toContain("request number");
    expect(parsed.provenance.command).toContain("--no-prompts");
  });

  it("takes models, threshold and certificate from a tuning file", async () => {
    const { name, version } = complexity();
    const tuning = folder.file(
      "tuning.json",
      JSON.stringify(
        tuned({ classifier: { name, version }, certificate: { maxLoss: 0.9, upperBound: 0.1 } }),
      ),
    );
    const { exitCode, out: text } = await report("--tuning", tuning);
    expect(exitCode).toBe(0);
    expect(text.split("\n")[0]).toMatch(/loses at most 90 points of quality with 95 % confidence\.$/);
  });

  it("reports on the router of a config file", async () => {
    const config = folder.config(() =>
      createRouter({
        models: {
          little: fakeModel({ provider: "vllm", model: "qwen" }),
          big: fakeModel({ provider: "openai", model: "gpt-5" }),
        },
        policy: threshold({ small: "little", large: "big", at: 0.5 }),
      }),
    );
    const { exitCode, out: text } = await report("--config", config);
    expect(exitCode).toBe(0);
    expect(text).toMatch(/of requests to big/);
  });

  it("refuses bad usage with exit code 2 and writes nothing", async () => {
    const absent = join(dirname(out), "absent.html");
    const wrong: readonly (readonly string[])[] = [
      [],
      ["--small", small],
      [...pair, "--threshold", "1.5"],
      [...pair, "--requests-per-month", "many"],
      [...pair, "--bootstrap", "0"],
      ["--small", small, "--large", "nobody:knows"],
      ["--config", "router.ts", "--threshold", "0.5"],
    ];
    for (const args of wrong) {
      const { exitCode, err } = await report("--out", absent, ...args);
      expect(exitCode, args.join(" ")).toBe(2);
      expect(err).not.toBe("");
    }
    expect(existsSync(absent)).toBe(false);
    const { err } = await report("--out", join(absent, "report.html"), ...pair);
    expect(err).toMatch(/--out must be a file that can be written/);
  });
});
