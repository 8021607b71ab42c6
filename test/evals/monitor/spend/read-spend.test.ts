import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readSpend } from "../../../../evals/monitor/spend/read-spend.ts";
import { createSeenKeys } from "../../../../evals/monitor/spend/seen-keys.ts";
import { OutcomeFormatError } from "../../../../src/plugin/index.ts";
import { numRuns } from "../../../support/runs.ts";
import { attemptOf, linesSource, spendLine } from "../../../support/spend-log.ts";

const paid = spendLine({
  id: "a",
  tenant: "acme",
  attempts: [
    { model: "judge", hop: "classify" },
    { error: { code: "provider", message: "failed" }, costUsd: 0 },
    { hop: "retry" },
    { hop: "hedge", model: "large", costUsd: 0.01, costEstimated: true },
  ],
});

describe("reading what was spent from decision logs", () => {
  it("counts each attempt once, though a log is read twice and another one overlaps", async () => {
    const other = spendLine({ id: "b", attempts: [{}] });
    const { spend } = await readSpend({
      logs: [linesSource([paid, other]), linesSource([paid, other]), linesSource([other])],
    });
    expect(spend).toMatchObject({ requests: 2, repeated: 3 });
    expect(spend.total).toMatchObject({ attempts: 5, failed: 1, estimated: 1, costUsd: 0.013 });
    expect(spend.byTenant.rows).toMatchObject([{ name: "acme", attempts: 4 }]);
    expect(spend.byTenant.none).toMatchObject({ attempts: 1 });
  });

  it("counts what stands in lines of its own, once also if its request lists it too", async () => {
    const late = (id: string) =>
      JSON.stringify({
        decisionId: "a",
        tenant: "acme",
        attempt: attemptOf(id, { model: "judge", hop: "classify" }),
      });
    const { spend } = await readSpend({ logs: [linesSource([late("a/1"), paid, late("a/9"), late("a/9")])] });
    expect(spend.total.attempts).toBe(5);
    expect(spend.repeated).toBe(1);
  });

  it("says how many costs are not known", async () => {
    const line = spendLine({ id: "a", attempts: [{ costUsd: undefined }, {}] });
    const { spend } = await readSpend({ logs: [linesSource([line])] });
    expect(spend.total).toMatchObject({ attempts: 2, unknown: 1, costUsd: 0.001 });
  });

  it.each([
    ["attempts[0].costUsd", { costUsd: -1 }],
    ["attempts[0].usage", { usage: { inputTokens: "1", outputTokens: 1 } }],
    ["attempts[0].startedAt", { startedAt: "yesterday" }],
    ["attempts[0].id", { id: "" }],
  ])("refuses a wrong %s, with the line", async (field, fields) => {
    const line = spendLine({ id: "a", attempts: [fields as never] });
    const reading = readSpend({ logs: [linesSource([paid, line])] });
    await expect(reading).rejects.toThrow(OutcomeFormatError);
    await expect(readSpend({ logs: [linesSource([paid, line])] })).rejects.toMatchObject({ field });
  });

  it("adds up to the same, however the lines are ordered, cut into logs and repeated", async () => {
    const lines = Array.from({ length: 8 }, (_, at) =>
      spendLine({
        id: `r${at}`,
        attempts: [{ costUsd: 0.001 * (at + 1) }, { hop: "check", costUsd: 0.1 / 3 }],
      }),
    );
    const { spend: expected } = await readSpend({ logs: [linesSource(lines)] });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.shuffledSubarray(lines), { maxLength: 4 }),
        fc.shuffledSubarray(lines, { minLength: lines.length }),
        async (parts, all) => {
          const { spend } = await readSpend({ logs: [...parts, all].map((part) => linesSource(part)) });
          expect(spend.total).toEqual(expected.total);
          expect(spend.requests).toBe(expected.requests);
        },
      ),
      numRuns(200),
    );
  });

  it("remembers many keys, each once", () => {
    const seen = createSeenKeys();
    for (let at = 0; at < 5_000; at += 1) expect(seen.add(`key ${at}`)).toBe(true);
    for (let at = 0; at < 5_000; at += 1) expect(seen.add(`key ${at}`)).toBe(false);
    expect(seen.size).toBe(5_000);
  });
});
