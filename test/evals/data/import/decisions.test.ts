import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ImportOptions, joinFeedback } from "../../../../evals/index.ts";
import { cascade } from "../../../../policies/index.ts";
import { type Check, InvalidOptionError } from "../../../../src/contracts/index.ts";
import { createRouter, decisionLog } from "../../../../src/index.ts";
import { fakeModel } from "../../../../src/testing/index.ts";
import { importFolder, linesFrom } from "../../../support/evals/import-folder.ts";
import { collect, formatErrorOf } from "../../../support/evals/records.ts";

const folder = importFolder();
afterAll(() => folder.remove());

const notEmpty: Check = {
  name: "notEmpty",
  accepts: (_, answer) => answer.choices[0]?.message.content !== "",
};
const price = { usdPerMillionInputTokens: 1000, usdPerMillionOutputTokens: 1000 };
const usage = { inputTokens: 3, outputTokens: 1 };

/** The log of a real router: a small model that has no answer to hard questions and breaks on one. */
async function logOf(name: string, prompts: boolean): Promise<string> {
  const file = folder.file(name, "");
  const answer = ({ messages }: { readonly messages: readonly { readonly content?: unknown }[] }): string => {
    const asked = String(messages.at(-1)?.content);
    if (asked === "broken") throw new TypeError("no");
    return asked.startsWith("hard") ? "" : "fine";
  };
  const router = createRouter({
    models: {
      quick: fakeModel({ provider: "vllm", model: "small", price, usage, answer }),
      deep: fakeModel({ provider: "openai", model: "large", price, usage, answer: () => "long answer" }),
    },
    policy: cascade({ first: "quick", then: "deep", unless: notEmpty }),
    onEvent: decisionLog({ file, prompts }),
  });
  const ask = (content: string, rest: object = {}) =>
    router.route({ messages: [{ role: "user", content }], ...rest }).catch(() => {});
  await ask("easy one", { session: "s", tenant: "t" });
  await ask("hard one");
  await ask("broken");
  await ask("pinned", { model: "deep" });
  await ask("unrated");
  await router.close();
  return readFileSync(file, "utf8");
}

let log = "";
let silent = "";
let ids: readonly string[] = [];
beforeAll(async () => {
  log = await logOf("log.jsonl", true);
  silent = await logOf("silent.jsonl", false);
  ids = log
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line).id);
});

const read = (text: string, feedback: readonly unknown[], options: Partial<ImportOptions> = {}) =>
  folder.read(
    { "log.jsonl": text },
    { ...options, from: "decisions", feedback: folder.file("feedback.jsonl", linesFrom(feedback)) },
  );
const rated = (quality: number, at = 0, rest: object = {}) => ({ decisionId: ids[at], quality, ...rest });

describe("a decision log with feedback", () => {
  it("gives an outcome of the model that answered, by its name", async () => {
    const { records, report } = await read(log, [rated(0.5), rated(1, 1), rated(0, 3)]);
    expect(report).toMatchObject({
      kind: "outcomes",
      records: 3,
      leftOut: { "decisions without feedback": 2 },
    });
    expect(records[0]).toEqual({
      id: ids[0],
      prompt: "easy one",
      session: "s",
      tenant: "t",
      at: expect.any(String),
      metadata: { model: "quick", forced: false, propensity: 1, policy: expect.any(String), feedback: 1 },
      outcomes: {
        "vllm:small": {
          quality: 0.5,
          checks: { notEmpty: true },
          costUsd: 0.004,
          inputTokens: 3,
          outputTokens: 1,
          latencyMs: expect.any(Number),
        },
      },
    });
  });

  it("rates the model that was escalated to, at the cost of its own call", async () => {
    const { records } = await read(log, [rated(1, 1)]);
    expect(records[0].metadata.model).toBe("quick");
    expect(records[0].outcomes).toEqual({
      "openai:large": {
        quality: 1,
        costUsd: 0.004,
        inputTokens: 3,
        outputTokens: 1,
        latencyMs: expect.any(Number),
      },
    });
  });

  it("marks what a pin chose", async () => {
    const { records } = await read(log, [rated(1, 3)]);
    expect(records[0].metadata).toMatchObject({ forced: true, model: "deep" });
    expect(Object.keys(records[0].outcomes)).toEqual(["openai:large"]);
  });

  it("takes the mean of several feedbacks, or the last by time, or by line", async () => {
    const quality = async (feedback: readonly unknown[], options: Partial<ImportOptions>) => {
      const { records } = await read(log, feedback, options);
      return [records[0].outcomes["vllm:small"].quality, records[0].metadata.feedback];
    };
    const early = rated(0.2, 0, { at: "2026-01-01T00:00:00Z" });
    const late = rated(0.6, 0, { at: "2026-01-02T00:00:00+01:00" });
    expect(await quality([early, late], {})).toEqual([0.4, 2]);
    expect(await quality([late, early], { rule: "last" })).toEqual([0.6, 2]);
    expect(await quality([late, rated(1), early], { rule: "last" })).toEqual([0.6, 3]);
    expect(await quality([rated(0.2), rated(0.6), rated(0.9)], { rule: "last" })).toEqual([0.9, 3]);
    // They belong to a decision, all of them.
    const { report } = await read(log, [rated(0.2), rated(0.6), rated(0.9)]);
    expect(report.leftOut).not.toHaveProperty("feedbacks without their decision");
  });

  it("counts only feedback of the source that is asked for, and what belongs to no decision", async () => {
    const feedback = [
      rated(0, 0, { source: "user" }),
      rated(1, 0, { source: "judge" }),
      { decisionId: "elsewhere", quality: 1, source: "judge" },
    ];
    const { records, report } = await read(log, feedback, { source: "judge" });
    expect(records[0].outcomes["vllm:small"].quality).toBe(1);
    expect(report.leftOut).toEqual({
      "decisions without feedback": 4,
      "feedbacks without their decision": 1,
      "feedbacks of other sources": 1,
    });
  });

  it("leaves out decisions that failed", async () => {
    const failed = log
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    failed[0] = { ...failed[0], error: { code: "provider", message: "no" } };
    const { report } = await read(linesFrom(failed), [rated(1), rated(1, 1)]);
    expect(report.leftOut).toMatchObject({ "decisions that failed": 1 });
    expect(report.records).toBe(1);
  });

  it("without prompts is refused: log them, or estimate off-policy", async () => {
    const [first] = silent.split("\n");
    const { id } = JSON.parse(first ?? "");
    const error = await formatErrorOf(read(silent, [{ decisionId: id, quality: 1 }]));
    expect(error.message).toMatch(
      /log\.jsonl:1: prompt is missing: .*decisionLog\(\{ prompts: true \}\).*off-policy/,
    );
  });

  it("that does not fit the feedback at all holds no records, and says why", async () => {
    const error = await formatErrorOf(read(log, [{ decisionId: "x", quality: 1 }]));
    expect(error.message).toMatch(
      /holds no records \(left out: 5 decisions without feedback; 1 feedbacks without their decision\)/,
    );
  });

  it.each<[string, object | string, RegExp]>([
    [
      "a quality above 1",
      { decisionId: "a", quality: 1.2 },
      /feedback\.jsonl:1: quality must be a number in \[0, 1\], got 1\.2/,
    ],
    ["no quality", { decisionId: "a" }, /quality must be a number in \[0, 1\]/],
    ["no decision", { quality: 1 }, /decisionId must be a non-empty string/],
    ["a date that is none", { decisionId: "a", quality: 1, at: "soon" }, /at must be a date in ISO 8601/],
    ["a source that is none", { decisionId: "a", quality: 1, source: 3 }, /source must be a string/],
    ["a list", "[]", /line must be a JSON object/],
  ])("with %s in its feedback is refused with the line", async (_, line, message) => {
    const feedback = typeof line === "string" ? JSON.parse(line) : line;
    expect((await formatErrorOf(read(log, [feedback]))).message).toMatch(message);
  });

  it.each<[string, object, RegExp]>([
    ["a propensity of 0", { propensity: 0 }, /log\.jsonl:1: propensity must be a number above 0/],
    ["no attempts", { attempts: undefined }, /attempts must be an array of attempts/],
    [
      "an arm of a rollout, as it was once called,",
      { arms: [{ rollout: "r", arm: "a" }] },
      /arms must be an array of arms, each with the names of its comparison/,
    ],
    ["no id", { id: "" }, /id must be a non-empty string: is it a decision log\?/],
    ["a cost below 0", { costUsd: -1 }, /costUsd must be a number of at least 0/],
  ])("with %s in a decision is refused with the line", async (_, change, message) => {
    const [first, ...rest] = log
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    const error = await formatErrorOf(read(linesFrom([{ ...first, ...change }, ...rest]), [rated(1)]));
    expect(error.message).toMatch(message);
  });

  it("whose rated decision comes twice is refused with both lines", async () => {
    const error = await formatErrorOf(read(`${log}${log}`, [rated(1)]));
    expect(error.message).toMatch(/log\.jsonl:6: id is the same as in line 1/);
  });
});

describe("the join", () => {
  it("counts anew at each pass", async () => {
    const joined = joinFeedback({
      log: folder.file("log.jsonl", log),
      feedback: folder.file("feedback.jsonl", linesFrom([rated(1), rated(1, 3)])),
    });
    await collect(joined);
    expect(await collect(joined)).toHaveLength(2);
    expect(joined.report).toEqual({
      decisions: 5,
      rated: 2,
      forced: 1,
      feedback: 2,
      otherSources: 0,
      withoutDecision: 0,
    });
  });

  it("refuses a rule that is none", () => {
    expect(() => joinFeedback({ log: "a", feedback: "b", rule: "first" as "last" })).toThrow(
      InvalidOptionError,
    );
  });
});
