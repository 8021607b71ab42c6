import { afterAll, describe, expect, it } from "vitest";
import * as policies from "../../policies/index.ts";
import { createRouter } from "../../src/index.ts";
import { fakeModel } from "../../src/testing/index.ts";
import { temporaryFolder } from "../support/cli-config.ts";
import { linesOf, runCli } from "../support/run-cli.ts";

const folder = temporaryFolder();
afterAll(() => folder.remove());

const failing = (name: string) => fakeModel({ name, error: new Error("called") });
const models = { small: failing("a:small"), large: failing("a:large") };
const always = (id: "small" | "large") =>
  folder.config(() => createRouter({ models, policy: policies.always(id) }));
const byThreshold = folder.config(() =>
  createRouter({ models, policy: policies.threshold({ small: "small", large: "large", at: 0.6 }) }),
);
const requests = folder.file(
  "requests.jsonl",
  [
    { id: "easy", prompt: "What is the capital of France?" },
    {
      id: 2,
      prompt:
        "Prove that there are infinitely many primes congruent to 3 modulo 4, and explain why the argument fails for 1 modulo 4.",
    },
    { prompt: "Hello", model: "large", labels: { team: "x" }, category: "chat" },
  ]
    .map((line) => JSON.stringify(line))
    .join("\n"),
);

describe("decide", () => {
  it("prints a decision for each request, under the id of the request or its line", async () => {
    const { exitCode, out, err } = await runCli(["decide", requests, "--config", byThreshold]);
    expect({ exitCode, err }).toEqual({ exitCode: 0, err: "" });
    const decisions = linesOf(out);
    expect(decisions.map(({ id, model, forced }) => ({ id, model, forced }))).toEqual([
      { id: "easy", model: "small", forced: false },
      { id: 2, model: "large", forced: false },
      { id: "3", model: "large", forced: true },
    ]);
    expect(decisions[0].classification.complexity).toBeLessThan(0.6);
    expect(decisions[2].request).toMatchObject({ labels: { team: "x" }, category: "chat" });
    expect(out).not.toContain("Hello");
  });

  it("decides with the models of the environment", async () => {
    const env = { OPENAI_API_KEY: "key-that-must-not-be-shown" };
    const { exitCode, out } = await runCli(["decide"], { stdin: '{"id":"a","prompt":"Hello"}', env });
    expect(exitCode).toBe(0);
    expect(linesOf(out)[0]).toMatchObject({ id: "a", model: "small", certified: false });
    expect(out).not.toContain("key-that");
  });

  it("says what the environment lacks, and that a config file would do", async () => {
    const { exitCode, out, err } = await runCli(["decide"], { stdin: '{"prompt":"Hello"}' });
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: "" });
    expect(err).toMatch(
      /^switchpoint: the environment lacks a small model: set OPENAI_API_KEY, .*--config FILE\n$/,
    );
  });

  it("goes on after a request that no model may serve, and exits with 1", async () => {
    const config = folder.config(() =>
      createRouter({
        models,
        policy: policies.always("small"),
        constraints: [
          { name: "eu", permits: (_, { request }) => request.labels["region"] === "eu" || "not in the eu" },
        ],
      }),
    );
    const stdin = '{"id":"us","prompt":"Hi"}\n{"id":"eu","prompt":"Hi","labels":{"region":"eu"}}';
    const { exitCode, out, err } = await runCli(["decide", "--config", config], { stdin });
    expect(exitCode).toBe(1);
    const [refused, decided] = linesOf(out);
    expect(refused).toMatchObject({ id: "us", error: { code: "no-eligible-model" } });
    expect(refused.error.message).toContain("not in the eu");
    expect(decided).toMatchObject({ id: "eu", model: "small" });
    expect(err).toBe("1 requests could not be decided\n");
  });

  it("refuses a request that is wrong, naming line and field", async () => {
    const stdin = '{"prompt":"Hi"}\n{"prompt":"Hi","maxCostUsd":-1}';
    const { exitCode, err } = await runCli(["decide", "--config", byThreshold], { stdin });
    expect(exitCode).toBe(2);
    expect(err).toBe("switchpoint: stdin:2: maxCostUsd must be a finite number above 0, got -1\n");
  });

  it.each<[string, string, RegExp]>([
    ["no router", "export default 4", /default export of --config must be an object with decide\(\)/],
    ["nothing that loads", 'import "./absent.ts"', /--config must be a module that can be loaded .*absent/],
    ["a mistake", "throw new RangeError('boom')", /--config must be a module that can be loaded \(boom\)/],
  ])("refuses a config file with %s", async (_, text, message) => {
    const { exitCode, err } = await runCli([
      "decide",
      requests,
      "--config",
      folder.file(`bad-${text.length}.ts`, text),
    ]);
    expect(exitCode).toBe(2);
    expect(err).toMatch(message);
    expect(err.trimEnd()).not.toContain("\n");
  });

  it("passes on the typed error of a config file", async () => {
    const config = folder.config(() =>
      // @ts-expect-error: there is no such model
      createRouter({ models, policy: policies.always("medium") }),
    );
    const { exitCode, err } = await runCli(["decide", requests, "--config", config]);
    expect(exitCode).toBe(2);
    expect(err).toContain('a model that policy always names must be one of small, large, got "medium"');
  });
});

describe("decide --diff", () => {
  const earlierBy = async (config: string): Promise<string> =>
    folder.file("before.jsonl", (await runCli(["decide", requests, "--config", config])).out);

  it("finds no change where there is none, and exits with 0", async () => {
    const earlier = await earlierBy(byThreshold);
    expect(await runCli(["decide", requests, "--config", byThreshold, "--diff", earlier])).toEqual({
      exitCode: 0,
      out: "0 of 3 decisions changed\n",
      err: "",
    });
  });

  it("prints what changed and why, and exits with 1", async () => {
    const earlier = await earlierBy(always("small"));
    const { exitCode, out } = await runCli(["decide", requests, "--config", byThreshold, "--diff", earlier]);
    expect(exitCode).toBe(1);
    expect(out.split("\n")).toEqual([
      expect.stringMatching(
        /^2: small \(.*; always small\) -> large \(complexity 0\.\d{3}; complexity at or above 0\.6\)$/,
      ),
      "1 of 3 decisions changed",
      "",
    ]);
  });

  it("prints the comparison as JSON where asked", async () => {
    const earlier = await earlierBy(always("small"));
    const { exitCode, out } = await runCli([
      "decide",
      requests,
      "--config",
      byThreshold,
      "--diff",
      earlier,
      "--json",
    ]);
    expect(exitCode).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      compared: 3,
      added: 0,
      removed: 0,
      changed: [
        { id: 2, before: { model: "small" }, after: { model: "large", complexity: expect.any(Number) } },
      ],
    });
  });

  it("counts requests that are new and decisions whose request is gone", async () => {
    const earlier = await earlierBy(always("small"));
    const stdin = '{"id":"easy","prompt":"Hi"}\n{"id":"new","prompt":"Hi"}';
    const { exitCode, out } = await runCli(["decide", "--config", always("small"), "--diff", earlier], {
      stdin,
    });
    expect(exitCode).toBe(0);
    expect(out).toBe(
      "0 of 1 decisions changed; 1 requests have no earlier decision; 2 earlier decisions have no request\n",
    );
  });

  it("says which changes may be chance", async () => {
    const earlier = await earlierBy(always("small"));
    const lottery = folder.config(() =>
      createRouter({
        models,
        random: () => 0.99,
        policy: {
          name: "lottery",
          select: () => [
            { model: "small", reason: "drawn", probability: 0.5 },
            { model: "large", reason: "drawn", probability: 0.5 },
          ],
        },
      }),
    );
    const { out } = await runCli(["decide", requests, "--config", lottery, "--diff", earlier]);
    expect(out).toContain(
      "2 of 3 decisions changed; 2 of the changes were drawn by lottery and may be chance",
    );
  });

  it.each<[string, string, RegExp]>([
    ["other requests", '{"id":"other","model":"small"}', /--diff must be .*no id is in both/],
    [
      "no decisions",
      '{"id":"easy","prompt":"Hi"}',
      /:1: model must be a string: is this a file of decisions\?/,
    ],
    ["two decisions of one id", '{"id":"a","model":"b"}\n{"id":"a","model":"b"}', /:2: id is there already/],
    ["no id", '{"model":"b"}', /:1: id must be a non-empty string or a number/],
    ["no JSON", "oops", /:1: line is not JSON/],
  ])("refuses a file of %s", async (_, text, message) => {
    const { exitCode, err } = await runCli([
      "decide",
      requests,
      "--config",
      byThreshold,
      "--diff",
      folder.file("odd.jsonl", text),
    ]);
    expect(exitCode).toBe(2);
    expect(err).toMatch(message);
  });
});
