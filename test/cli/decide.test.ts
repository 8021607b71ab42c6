import { afterAll, describe, expect, it } from "vitest";
import { notRefused } from "../../policies/checks/index.ts";
import * as policies from "../../policies/index.ts";
import { createRouter, decisionLog } from "../../src/index.ts";
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

  it("says what the environment lacks, and that a config file can be used instead", async () => {
    const { exitCode, out, err } = await runCli(["decide"], { stdin: '{"prompt":"Hello"}' });
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: "" });
    expect(err).toMatch(/^switchpoint: the environment lacks one of OPENAI_API_KEY, .*--config FILE\n$/);
  });

  it("continues after a request that no model may serve, and exits with 1", async () => {
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
    expect(err).toBe("1 request could not be decided\n");
  });

  it("refuses an invalid request, naming line and field", async () => {
    const stdin = '{"prompt":"Hi"}\n{"prompt":"Hi","maxCostUsd":-1}';
    const { exitCode, err } = await runCli(["decide", "--config", byThreshold], { stdin });
    expect(exitCode).toBe(2);
    expect(err).toBe("switchpoint: stdin:2: maxCostUsd must be a finite number above 0, got -1\n");
  });

  it.each<[string, string, RegExp]>([
    [
      "no router",
      "export default 4",
      /--config must be a file whose default export is a router.*, got ".*ts"/,
    ],
    [
      "no default export",
      "export const router = {}",
      /--config must be a file whose default export is a router/,
    ],
    [
      "half a router",
      "export default { decide() {}, route() {}, stream() {}, close() {} }",
      /--config must be a file whose default export is a router/,
    ],
    ["a failing import", 'import "./absent.ts"', /--config must be a module that can be loaded .*absent/],
    ["an exception", "throw new RangeError('boom')", /--config must be a module that can be loaded \(boom\)/],
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

describe("decide --diff with decisions made earlier", () => {
  const earlierBy = async (config: string): Promise<string> =>
    folder.file("before.jsonl", (await runCli(["decide", requests, "--config", config])).out);

  it("finds no change if there is none, and exits with 0", async () => {
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

  it("prints the comparison as JSON if asked", async () => {
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

  it("counts new requests and decisions without a request", async () => {
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

  it("says how many changes may be chance", async () => {
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
    expect(out).toContain("2 of 3 decisions changed; 2 of the changes come from lotteries and may be chance");
  });

  it.each<[string, string, RegExp]>([
    ["other requests", '{"id":"other","model":"small"}', /--diff must be .*no id occurs in both/],
    [
      "no decisions",
      '{"id":"easy","prompt":"Hi"}',
      /:1: model must be a string: is this a file of decisions\?/,
    ],
    ["two decisions with one id", '{"id":"a","model":"b"}\n{"id":"a","model":"b"}', /:2: id is used twice/],
    ["no id", '{"model":"b"}', /:1: id must be a non-empty string or a number/],
    ["text that is not JSON", "oops", /:1: line is not JSON/],
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

describe("decide --diff with another config file", () => {
  const price = (usd: number) => ({ usdPerMillionInputTokens: usd, usdPerMillionOutputTokens: usd });
  const priced = {
    small: fakeModel({ name: "a:small", price: price(1) }),
    large: fakeModel({ name: "a:large", price: price(20) }),
  };
  const threshold = (at: number) =>
    folder.config(() =>
      createRouter({ models: priced, policy: policies.threshold({ small: "small", large: "large", at }) }),
    );
  const compare = (before: string, after: string, ...more: readonly string[]) =>
    runCli(["decide", requests, "--config", before, "--diff", after, ...more]);

  it("finds no change if there is none, and exits with 0", async () => {
    expect(await compare(threshold(0.6), threshold(0.6))).toEqual({
      exitCode: 0,
      out: expect.stringMatching(
        /^0 of 3 decisions would change; estimated cost \$0\.\d+ -> \$0\.\d+ \(\+\$0, \+0\.0 %\)\n$/,
      ),
      err: "",
    });
  });

  it("lists the changes with reasons, their number and the cost difference, and exits with 1", async () => {
    const { exitCode, out } = await compare(threshold(0.6), threshold(1));
    expect(exitCode).toBe(1);
    expect(out.split("\n")).toEqual([
      expect.stringMatching(
        /^2: large \(complexity 0\.\d{3}; complexity at or above 0\.6\) -> small \(complexity 0\.\d{3}; complexity below 1\)$/,
      ),
      expect.stringMatching(
        /^1 of 3 decisions would change; estimated cost \$0\.\d+ -> \$0\.\d+ \(-\$0\.\d+, -\d+\.\d %\)$/,
      ),
      "",
    ]);
  });

  it("prints the comparison as JSON if asked, with the sums of the decisions", async () => {
    const { exitCode, out } = await compare(threshold(0.6), threshold(1), "--json");
    expect(exitCode).toBe(1);
    const result = JSON.parse(out);
    expect(result).toMatchObject({
      compared: 3,
      unknownCost: 0,
      shortened: 0,
      changed: [
        {
          id: 2,
          before: { model: "large", plan: [{ model: "large", name: "a:large" }], drawn: false },
          after: { model: "small", reason: "complexity below 1" },
        },
      ],
    });
    const [change] = result.changed;
    const { before, after, difference, requests: counted } = result.expectedCostUsd;
    expect(counted).toBe(3);
    expect(difference).toBeCloseTo(change.after.expectedCostUsd - change.before.expectedCostUsd, 12);
    expect(after - before).toBeCloseTo(difference, 12);
    expect(change.before.expectedCostUsd / change.after.expectedCostUsd).toBeCloseTo(20, 9);
  });

  it("leaves requests of unknown cost out of the sums, and says so", async () => {
    const { out } = await compare(always("small"), threshold(0.6));
    expect(out).toContain("; the cost difference is unknown; 3 requests not included: a price is unknown");
  });

  it("uses the same draw on both sides: the same lottery changes nothing, a larger share some", async () => {
    const lottery = (large: number) =>
      folder.config(() =>
        createRouter({ models: priced, policy: policies.mix({ small: 1 - large, large }) }),
      );
    const stdin = Array.from({ length: 200 }, (_, index) => JSON.stringify({ prompt: `Hi ${index}` })).join(
      "\n",
    );
    const counts = async (before: string, after: string) => {
      const args = ["decide", "--config", before, "--diff", after, "--json"];
      const { out } = await runCli(args, { stdin });
      return JSON.parse(out).changed;
    };
    expect(await counts(lottery(0.3), lottery(0.3))).toEqual([]);
    const changed = await counts(lottery(0.3), lottery(0.5));
    expect(changed.length).toBeGreaterThan(20);
    expect(changed.length).toBeLessThan(60);
    for (const { before, after } of changed)
      expect([before.model, after.model, after.drawn]).toEqual(["small", "large", true]);
  });

  it("distinguishes models by their names, and plans by their checks", async () => {
    const renamed = folder.config(() =>
      createRouter({
        models: { small: fakeModel({ name: "b:small" }), large: failing("a:large") },
        policy: policies.always("small"),
      }),
    );
    const cascade = folder.config(() =>
      createRouter({
        models,
        policy: policies.cascade({ first: "small", then: "large", unless: notRefused() }),
      }),
    );
    const otherIds = folder.config(() =>
      createRouter({
        models: { cheap: failing("a:small"), large: failing("a:large") },
        policy: policies.always("cheap"),
      }),
    );
    const easy = { stdin: '{"prompt":"Hi"}' };
    const diff = async (after: string) =>
      (await runCli(["decide", "--config", always("small"), "--diff", after], easy)).out;
    expect(await diff(renamed)).toMatch(/^1: small = a:small \(.*\) -> small = b:small \(/);
    expect(await diff(cascade)).toMatch(/^1: small \(.*\) -> small then large \(/);
    expect(await diff(otherIds)).toMatch(/^0 of 1 decisions would change/);
  });

  it("counts a request that one side cannot serve, or whose pin it lacks, as a change", async () => {
    const onlySmall = folder.config(() =>
      createRouter({ models: { small: failing("a:small") }, policy: policies.always("small") }),
    );
    const { out } = await compare(always("small"), onlySmall);
    expect(out).toMatch(
      /^3: large \(.*\) -> no model \(the request pins a model that this router does not have\)\n1 of 3/,
    );
    const closed = folder.config(() =>
      createRouter({
        models,
        policy: policies.always("small"),
        constraints: [{ name: "closed", permits: () => "is closed" }],
      }),
    );
    const { exitCode, out: all } = await compare(always("small"), closed);
    expect(exitCode).toBe(1);
    expect(all).toContain("easy: small (");
    expect(all).toContain("-> no model (no model may serve this request (small: closed: ");
    expect(all).toContain("3 of 3 decisions would change");
    expect((await compare(closed, closed)).exitCode).toBe(0);
  });

  it("refuses a pin that neither side has", async () => {
    const stdin = '{"prompt":"Hi","model":"huge"}';
    const args = ["decide", "--config", always("small"), "--diff", byThreshold];
    const { exitCode, err } = await runCli(args, { stdin });
    expect(exitCode).toBe(2);
    expect(err).toContain("stdin:1: model pins a model that the router does not have");
  });

  it("refuses an invalid second config file, naming the option", async () => {
    const { exitCode, err } = await compare(threshold(0.6), folder.file("no-router.mjs", "export default 4"));
    expect(exitCode).toBe(2);
    expect(err).toContain(
      "--diff must be a file whose default export is a router, as createRouter() returns it, got ",
    );
    expect((await compare(threshold(0.6), "absent.ts")).err).toContain("--diff must be a file that exists");
  });

  it("refuses to compare without a request", async () => {
    const { exitCode, err } = await runCli(["decide", "--config", byThreshold, "--diff", byThreshold]);
    expect(exitCode).toBe(2);
    expect(err).toContain("requests must be at least one line");
  });
});

describe("a decision log as the requests", () => {
  const logged = async (prompts: boolean): Promise<string> => {
    const file = folder.file(`log-${prompts}.jsonl`, "");
    const router = createRouter({
      models: { small: fakeModel({ name: "a:small" }), large: fakeModel({ name: "a:large" }) },
      policy: policies.mix({ small: 0.5, large: 0.5 }),
      onEvent: decisionLog({ file, prompts }),
      random: () => 0.7,
    });
    const messages = [{ role: "user" as const, content: "What is the capital of France?" }];
    await router.route({ messages, tenant: "clinic", labels: { tier: "gold" }, max_completion_tokens: 50 });
    await router.route({ messages, model: "small" });
    await router.route({ messages: [{ role: "system", content: "Be brief." }, ...messages] });
    await router.close();
    return file;
  };

  it("decides each with its logged routing fields, limits, pin and draw", async () => {
    const log = await logged(true);
    const lottery = folder.config(() =>
      createRouter({ models, policy: policies.mix({ small: 0.65, large: 0.35 }), random: () => 0 }),
    );
    const { exitCode, out } = await runCli([
      "decide",
      log,
      "--config",
      byThreshold,
      "--diff",
      lottery,
      "--json",
    ]);
    expect(exitCode).toBe(1);
    const { compared, changed, shortened } = JSON.parse(out);
    expect({ compared, shortened }).toEqual({ compared: 3, shortened: 1 });
    // The logged draw, 0.7, sends all but the pinned one to large.
    expect(changed.map((change: { after: { model: string } }) => change.after.model)).toEqual([
      "large",
      "large",
    ]);
    const decided = linesOf((await runCli(["decide", log, "--config", byThreshold])).out);
    expect(decided.map(({ forced }) => forced)).toEqual([false, true, false]);
    expect(decided[0].request).toMatchObject({
      tenant: "clinic",
      labels: { tier: "gold" },
      maxOutputTokens: 50,
    });
  });

  it("has the step that a request was, which no text tells", async () => {
    const file = folder.file("log-step.jsonl", "");
    const router = createRouter({
      models: { small: fakeModel({ name: "a:small" }), large: fakeModel({ name: "a:large" }) },
      policy: policies.always("large"),
      onEvent: decisionLog({ file, prompts: true }),
    });
    await router.route({ messages: [{ role: "user", content: "Do it." }], step: "housekeeping" });
    await router.route({ messages: [{ role: "user", content: "Do it." }] });
    await router.close();
    const config = folder.config(() =>
      createRouter({ models, policy: policies.housekeeping("small", policies.always("large")) }),
    );
    const decided = linesOf((await runCli(["decide", file, "--config", config])).out);
    expect(decided.map(({ model, request }) => [model, request.step])).toEqual([
      ["small", { kind: "housekeeping" }],
      ["large", { kind: "ask" }],
    ]);
  });

  it("is refused if it contains no text", async () => {
    const log = await logged(false);
    const { exitCode, err } = await runCli(["decide", log, "--config", byThreshold, "--diff", byThreshold]);
    expect(exitCode).toBe(2);
    expect(err).toContain(
      `${log}:1: prompt is missing: a decision can serve as a request only with its text, as decisionLog({ prompts: true })`,
    );
  });
});
