import { describe, expect, it } from "vitest";
import { checkRolloutStatus } from "../../../../evals/report/loop/check-rollout-status.ts";
import { renderLoop } from "../../../../evals/report/loop/render-loop.ts";
import { renderRollout } from "../../../../evals/report/loop/render-rollout.ts";
import { rolloutHeadline, rolloutState } from "../../../../evals/report/loop/rollout-words.ts";
import type { RolloutStatus } from "../../../../src/loop/index.ts";
import {
  brokenLoop,
  collectingLoop,
  emptyLoop,
  enoughLoop,
  hostileLoop,
} from "../../../support/evals/sample-loops.ts";
import {
  hostileRollout,
  newRollout,
  rolledBack,
  runningRollout,
  sampleGuard,
} from "../../../support/evals/sample-rollouts.ts";

const now = Date.parse("2026-11-27T06:00:00Z");
/** Text of a page without tags, style and runs of white space. */
const textOf = (page: string) =>
  page
    .replace(/<(style|svg)[\s\S]*?<\/\1>/g, "")
    .replace(/<[^>]+>/g, " ")
    .replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)))
    .replace(/\s+/g, " ");

describe("the headline of a rollout", () => {
  const of = (partial: Partial<RolloutStatus>) => rolloutHeadline({ ...runningRollout, ...partial });
  const verdict = runningRollout.verdict;

  it.each<[string, Partial<RolloutStatus>, string]>([
    ["running", {}, "The candidate has 5 % of the sessions, and harm is ruled out by 2 of 3 guards."],
    [
      "running without proof",
      { guards: [sampleGuard({ name: "errors", safe: 2 })] },
      "The candidate has 5 % of the sessions, and no harm is found so far.",
    ],
    [
      "running, safe",
      { guards: [sampleGuard({ name: "errors", safe: 30 })] },
      "The candidate has 5 % of the sessions, and harm is ruled out by all guards.",
    ],
    ["in shadow", newRollout, "The candidate decides unseen: 12 of 2,000 requests so far."],
    [
      "rolled back",
      rolledBack,
      "The candidate was taken back because of errors after 851 compared sessions: +2.7 points, where +0.5 points is permitted.",
    ],
    [
      "paused",
      { state: "paused", verdict: { ...verdict, guard: "latency" } },
      "The rollout waits for a person: latency has paused it at 5 %.",
    ],
    [
      "aborted",
      { state: "aborted", verdict: { ...verdict, by: "ada" } },
      "The rollout was ended by ada after 851 compared sessions.",
    ],
    [
      "invalid",
      { state: "invalid", verdict: { ...verdict, because: "srm" } },
      "The comparison is not valid: the arms do not have their shares, so the candidate was taken back.",
    ],
    [
      "done",
      { state: "done", unit: "label team", verdict: { ...verdict, advice: "route" } },
      "The candidate is safe to use after 851 compared units.",
    ],
    [
      "done in vain",
      { state: "done", verdict: { ...verdict, advice: "do-not-route" } },
      "The candidate does no harm, but is not worth routing to after 851 compared sessions.",
    ],
  ])("says in a sentence that it is %s", (_, partial, headline) => {
    expect(of(partial)).toBe(headline);
  });

  it("has a colour that fits", () => {
    expect(rolloutState(runningRollout)).toEqual(["Running", ""]);
    expect(rolloutState(rolledBack)[1]).toBe("bad");
    expect(rolloutState({ ...runningRollout, guards: rolledBack.guards })[1]).toBe("warn");
    expect(
      rolloutState({ ...runningRollout, state: "done", verdict: { ...verdict, advice: "route" } })[1],
    ).toBe("good");
  });
});

describe("the page of a rollout", () => {
  it("shows arms, guards with their margins, boundary, shares, shadow and history", async () => {
    const page = renderRollout(runningRollout, now);
    const text = textOf(page);
    for (const part of [
      "errors rolls back 1.2 % 1.3 % +0.1 points [−1.7 points, +1.9 points] +0.5 points 2,000 harm ruled out",
      "cost rolls back, for many units $0.0093 $0.0072 −$0.0021 [−$0.0031, −$0.0011] 5 % of control",
      "latency-p95 pauses, for many units 1,830 ms 1,871 ms +41 ms",
      "candidate 5 % 420 49 %",
      "in one of 1,000 rollouts",
      "164 would have gone to another model",
      "cost $1.31 less than control",
      "resume, stage 3 looked at (by ada )",
    ])
      expect(text.replaceAll("\u00a0", " ")).toContain(part);
    // Two plots for each guard with points.
    expect(page.match(/<svg/g)).toHaveLength(4);
    expect(page).toContain("no harm: may advance");
    expect(page).not.toMatch(/<script|<link|https?:\/\/(?!www\.w3\.org)/);
  });

  it("warns where the comparison does not count", async () => {
    const text = textOf(renderRollout(hostileRollout, now));
    expect(text).toContain("The arms do not have their shares of the units");
    expect(text).toContain("The store does not answer");
    expect(text).toContain("7 units were in both arms");
  });

  it("escapes all texts", async () => {
    for (const page of [renderRollout(hostileRollout, now), renderLoop(hostileLoop)]) {
      expect(page).not.toMatch(/<img|<script|\u202e/);
      expect(page).toContain("[U+202E]");
    }
  });

  it("needs no data", async () => {
    expect(textOf(renderRollout(newRollout, now))).toContain("no data");
    expect(
      textOf(renderRollout({ ...newRollout, guards: [], stages: [{ share: 1 }], shadow: undefined }, now)),
    ).toContain("0 of 0");
  });
});

describe("the status of a rollout from a file", () => {
  it("is taken as it is, through JSON", () => {
    for (const status of [runningRollout, rolledBack, newRollout])
      expect(checkRolloutStatus("--status", JSON.parse(JSON.stringify(status)))).toEqual(
        JSON.parse(JSON.stringify(status)),
      );
  });

  it.each<[string, unknown, RegExp]>([
    ["no object", null, /--status must be an object/],
    ["another version", { ...runningRollout, formatVersion: 2 }, /formatVersion/],
    ["an unknown state", { ...runningRollout, state: "fine" }, /state must be running/],
    ["a share that is text", { ...runningRollout, share: "1" }, /share must be a finite number/],
    [
      "a history without end",
      { ...runningRollout, history: Array(1_001).fill(runningRollout.verdict) },
      /history must be an array/,
    ],
    [
      "a reason without end",
      { ...runningRollout, verdict: { ...runningRollout.verdict, reason: "x".repeat(2_001) } },
      /verdict.reason/,
    ],
    [
      "a point that is none",
      { ...runningRollout, guards: [{ ...runningRollout.guards[0], points: [{}] }] },
      /guards\[0\].points\[0\].pairs/,
    ],
    [
      "a guard by its prototype",
      { ...runningRollout, guards: [{ __proto__: runningRollout.guards[0] }] },
      /guards\[0\].name/,
    ],
    ["stages without shares", { ...runningRollout, stages: [{}] }, /stages\[0\].share/],
  ])("is refused if it has %s", (_, status, message) => {
    expect(() => checkRolloutStatus("--status", status)).toThrow(message);
  });
});

describe("the page of a loop", () => {
  it.each([
    [
      "collecting",
      collectingLoop,
      [
        "410 of about 800 audited requests are there.",
        "51 % of the records",
        "budget 12 2.9 %",
        "switchpoint eval tune --outcomes audit.jsonl",
      ],
    ],
    [
      "enough, with drift",
      enoughLoop,
      [
        "The traffic is no longer what it was.",
        "Promise: kept",
        "between 37 and 45 %",
        "$3.91 in 1,000 requests",
        'language "nl" was 1 % and is 14 %',
        "language PSI 0.21, bound 0.112",
        "category too few",
      ],
    ],
    [
      "enough",
      { ...enoughLoop, drift: undefined },
      ["Routing can save 41 % and lose at most 2 points of quality."],
    ],
    [
      "broken",
      brokenLoop,
      ["Routing loses more than the promised 2 points of quality.", "Promise: broken", "has lost 5.1 points"],
    ],
    ["empty", emptyLoop, ["No request has been audited yet.", "let your application answer requests"]],
  ])("says what there is when it is %s", (_, status, parts) => {
    const page = renderLoop(status);
    for (const part of parts) expect(textOf(page).replaceAll("\u00a0", " ")).toContain(part);
    expect(page).not.toMatch(/<script|<link|https?:\/\//);
  });

  it("breaks no line of a command within an option", () => {
    expect(renderLoop(collectingLoop)).toContain(
      "<span>eval</span> <span>tune</span> <span>--outcomes</span> ",
    );
  });
});
