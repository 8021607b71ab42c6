import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openInput } from "../../../../evals/data/input/open-input.ts";
import { type ReconcileOptions, reconcile } from "../../../../evals/monitor/reconcile/reconcile.ts";
import type { Attempt } from "../../../../src/contracts/index.ts";
import { numRuns } from "../../../support/runs.ts";
import { spendLine } from "../../../support/spend-log.ts";

const fixtures = new URL("../../../fixtures/exports/", import.meta.url).pathname;
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "switchpoint-reconcile-"));
});
afterEach(() => rm(folder, { recursive: true }));

const mini = (fields: Partial<Attempt> = {}): Partial<Attempt> => ({
  name: "openai:gpt-4o-mini",
  usage: { inputTokens: 200, outputTokens: 100 },
  costUsd: 0.00006258,
  ...fields,
});

async function logOf(
  attempts: readonly Partial<Attempt>[],
  tenant?: string,
  name = "log.jsonl",
): Promise<string> {
  const lines = attempts.map((attempt, at) =>
    spendLine({ id: `${name}${at}`, attempts: [attempt], ...(tenant && { tenant }) }),
  );
  const text = `${lines.join("\n")}\n`;
  const file = join(folder, name);
  await writeFile(file, name.endsWith(".gz") ? gzipSync(text) : text);
  return file;
}

type Given = Omit<ReconcileOptions, "exports"> & { readonly files: readonly string[] };

function compare({ files, ...options }: Given) {
  const exports = files.map((file) => openInput(file.includes("/") ? file : `${fixtures}${file}`));
  return reconcile({ ...options, exports });
}

describe("what was counted and billed", () => {
  it("agrees: five calls, of a log that is packed, beside other providers, own GPUs and other days", async () => {
    const log = await logOf(
      [
        ...Array.from({ length: 5 }, () => mini()),
        mini({ name: "anthropic:claude-haiku-4-5" }),
        mini({ ownGpu: true }),
        mini({ startedAt: "2026-11-28T00:00:00.000Z" }),
      ],
      undefined,
      "log.jsonl.gz",
    );
    const files = ["openai-usage.csv", "openai-costs.csv"];
    const found = await compare({ logs: [log, log], files });
    expect(found).toMatchObject({
      formats: ["openai-usage", "openai-costs"],
      providers: ["openai"],
      from: "2026-11-26",
      to: "2026-11-27",
      rows: [
        {
          day: "2026-11-26",
          model: "gpt-4o-mini",
          ours: { attempts: 5, costUsd: 0.0003129, inputTokens: 1_000, outputTokens: 500 },
          theirs: { requests: 5, costUsd: 0.0003129, inputTokens: 1_000, outputTokens: 500 },
          differenceUsd: 0,
          differenceTokens: 0,
          because: [],
        },
      ],
      differenceShare: 0,
      outside: { attempts: 1, costUsd: 0.00006258 },
      repeated: 0,
      remarks: [],
    });
    // JSON and CSV of one organization say the same, but for a fee.
    const same = await compare({ logs: [log], files: ["openai-usage.json", "openai-costs.json"] });
    expect(same.rows.map(({ model, differenceUsd }) => [model, differenceUsd])).toEqual([
      ["gpt-4o-mini", 0],
      ["web search tool calls", 0.06],
    ]);
    expect(same.rows[1]?.because[0]).toContain("fee of no model");
  });

  it("differs, and says what may explain it", async () => {
    const because = async (attempts: readonly Partial<Attempt>[], files: readonly string[]) => {
      const { rows } = await compare({ logs: [await logOf(attempts)], files });
      return rows.map((row) => row.because.join("; "));
    };
    const usage = ["openai-usage.csv"];
    expect(await because([mini()], usage)).toEqual([
      "4 requests more there: other users of the key, or logs that are missing",
    ]);
    expect(
      await because(
        Array.from({ length: 6 }, () => mini()),
        usage,
      ),
    ).toEqual(["1 attempt more here: not billed yet, or never billed"]);
    const lost = {
      costEstimated: true as const,
      costUsd: 0.27,
      usage: undefined,
      error: { code: "provider", message: "lost" },
    };
    expect((await because([mini(lost)], usage))[0]).toMatch(
      /^1 attempt without an answer's usage, lost or left: \$0\.2700 is estimated;/,
    );
    expect((await because([mini({ costUsd: undefined })], usage))[0]).toContain(
      "1 attempt without a known price or cost",
    );
    expect(await because([mini({ name: "openai:o9" })], usage)).toEqual([
      "no line of ours: other users of the key, logs that are missing, or a fee of no model",
      "no row of theirs: not billed yet, or under another model or key",
    ]);
    const dear = Array.from({ length: 5 }, () => mini({ costUsd: 0.001 }));
    expect(await because(dear, ["openai-usage.csv", "openai-costs.csv"])).toEqual([
      "the same tokens at another price: check the price in the config, discounts, class of service",
    ]);
  });

  it("is compared by tenant where keys are theirs, and under a name of ours", async () => {
    const logs = [
      await logOf([mini({ name: "openai:small" }), mini({ name: "openai:small" })], "acme"),
      await logOf([mini({ name: "openai:small" })], "other", "b.jsonl"),
    ];
    const found = await compare({
      logs,
      files: ["openai-usage.csv"],
      renamed: new Map([["gpt-4o-mini", "small"]]),
      tenants: new Map([["key_2", "acme"]]),
    });
    expect(
      found.rows.map(({ model, tenant, differenceTokens }) => [model, tenant, differenceTokens]),
    ).toEqual([
      ["small", undefined, 900],
      ["small", "acme", 0],
      ["small", "other", -300],
    ]);
  });

  it("counts a row that two exports have once, and tells of pages that are missing", async () => {
    const log = await logOf([]);
    const copy = join(folder, "copy.json");
    const { readFile } = await import("node:fs/promises");
    await writeFile(copy, await readFile(`${fixtures}anthropic-costs.json`));
    const found = await compare({ logs: [log], files: ["anthropic-costs.json", copy] });
    expect(found).toMatchObject({ repeated: 2, total: { theirs: { costUsd: 1.2878912 } } });
    expect(found.remarks[0]?.problem).toContain("more pages follow");
    expect(found.differenceShare).toBe(1);
  });

  it("by days alone where an export names no model", async () => {
    const bill = join(folder, "bill.json");
    const result = '{"amount":{"value":0.06,"currency":"usd"},"line_item":null,"project_id":null}';
    await writeFile(bill, `{"data":[{"start_time":1795651200,"end_time":1795737600,"results":[${result}]}]}`);
    const log = await logOf([mini({ costUsd: 0.04 }), mini({ name: "openai:gpt-5", costUsd: 0.01 })]);
    const { rows } = await compare({ logs: [log], files: [bill] });
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({ day: "2026-11-26", differenceUsd: 0.01 });
    expect(rows[0]?.model).toBeUndefined();
  });
});

it("a bill that is made of what was spent differs by nothing, and by what was added, to a nano-dollar", async () => {
  const nano = fc.integer({ min: 0, max: 40_000_000_000 });
  const call = fc.record({
    day: fc.integer({ min: 10, max: 19 }),
    model: fc.constantFrom("gpt-4o-mini", "gpt-5"),
    nano,
    tokens: fc.nat({ max: 100_000 }),
  });
  const usdText = (of: bigint): string =>
    `${of / 1_000_000_000n}.${String(of % 1_000_000_000n).padStart(9, "0")}`;
  await fc.assert(
    fc.asyncProperty(fc.array(call, { minLength: 1, maxLength: 60 }), nano, async (calls, extra) => {
      const log = await logOf(
        calls.map((one) => ({
          name: `openai:${one.model}`,
          startedAt: `2026-11-${one.day}T23:59:59.999Z`,
          costUsd: one.nano / 1e9,
          usage: { inputTokens: one.tokens, outputTokens: 1 },
        })),
      );
      const bill = join(folder, "bill.csv");
      const rows = calls.map(
        (one) => `2026-11-${one.day},${one.model}-2026-01-01,${usdText(BigInt(one.nano))}`,
      );
      const more = `2026-11-10,gpt-5,${usdText(BigInt(extra))}`;
      await writeFile(bill, `usage_date_utc,model,cost_usd\n${[...rows, more].join("\n")}\n`);
      const { total, rows: found } = await compare({ logs: [log], files: [bill], providers: ["openai"] });
      expect(total.differenceUsd).toBe(extra / 1e9);
      for (const { day, model, differenceUsd } of found)
        expect(differenceUsd).toBe(day === "2026-11-10" && model === "gpt-5" ? extra / 1e9 : 0);
    }),
    numRuns(1_000),
  );
});
