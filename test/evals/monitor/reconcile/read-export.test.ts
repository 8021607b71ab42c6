import { Readable } from "node:stream";
import { describe, expect, it } from "vitest";
import type { ImportInput } from "../../../../evals/data/input/import-input.ts";
import { openInput } from "../../../../evals/data/input/open-input.ts";
import { usdOfAtto } from "../../../../evals/monitor/reconcile/atto-usd.ts";
import { namedTable } from "../../../../evals/monitor/reconcile/named-table.ts";
import {
  type BilledRow,
  type ExportRemark,
  readExport,
} from "../../../../evals/monitor/reconcile/read-export.ts";

const folder = new URL("../../../fixtures/exports/", import.meta.url).pathname;

function inputOf(name: string, text: string): ImportInput {
  return {
    name,
    stem: name,
    extension: name.slice(name.lastIndexOf(".")),
    chunks: Readable.from([Buffer.from(text)]),
  };
}

async function read(input: ImportInput, columns?: readonly (readonly [string, string])[]) {
  const remarks: ExportRemark[] = [];
  const rows: BilledRow[] = [];
  const format = columns && namedTable(columns);
  for await (const row of readExport(input, { format, onRemark: (remark) => remarks.push(remark) }))
    rows.push(row);
  return { rows, remarks };
}

const brief = ({ day, model, atto, inputTokens, outputTokens, requests, owners }: BilledRow) => [
  day,
  model,
  atto === undefined ? undefined : usdOfAtto(atto),
  inputTokens,
  outputTokens,
  requests,
  owners.join(" "),
];

describe("an export is read", () => {
  const mini = "gpt-4o-mini-2024-07-18";
  const haiku = "claude-haiku-4-5-20251001";
  const [none, first, next] = [undefined, "2026-11-26", "2026-11-27"];
  it.each<[string, readonly unknown[][], number]>([
    [
      "openai-usage.json",
      [
        [first, mini, none, 1_000, 500, 5, "proj_abc key_1"],
        [next, none, none, none, none, none, ""],
      ],
      0,
    ],
    [
      "openai-costs.json",
      [
        [first, mini, 0.0000129, none, none, none, "proj_abc"],
        [first, mini, 0.0003, none, none, none, "proj_abc"],
        [first, "web search tool calls", 0.06, none, none, none, "proj_abc"],
      ],
      0,
    ],
    [
      "openai-usage.csv",
      [
        [first, mini, none, 600, 300, 3, "proj_abc user-x key_1"],
        [first, mini, none, 400, 200, 2, "proj_abc user-x key_2"],
        [next, none, none, none, none, none, ""],
      ],
      0,
    ],
    [
      "openai-costs.csv",
      [
        [first, mini, 0.0000129, none, none, none, "key_1 proj_abc Ours"],
        [first, mini, 0.0003, none, none, none, "key_1 proj_abc Ours"],
        [next, none, none, none, none, none, ""],
      ],
      0,
    ],
    ["anthropic-usage.json", [[first, haiku, none, 3_200, 500, none, "apikey_01 wrkspc_01"]], 0],
    [
      "anthropic-costs.json",
      [
        [first, haiku, 1.2378912, none, none, none, "wrkspc_01"],
        [first, none, 0.05, none, none, none, "wrkspc_01"],
      ],
      1,
    ],
    ["anthropic-usage.csv", [[first, haiku, none, 3_200, 500, none, "our-app Default"]], 0],
    [
      "anthropic-costs.csv",
      [
        [first, "Claude Haiku 4.5", 1.23, none, none, none, "Default our-app apikey_01"],
        [first, "Claude Haiku 4.5", 0.01, none, none, none, "Default our-app apikey_01"],
      ],
      0,
    ],
  ])("%s", async (file, expected, remarked) => {
    const { rows, remarks } = await read(openInput(`${folder}${file}`));
    expect(rows.map(brief)).toEqual(expected);
    expect(remarks).toHaveLength(remarked);
  });

  it("as a table whose columns are named", async () => {
    const { rows, remarks } = await read(openInput(`${folder}openrouter.csv`), [
      ["start", "Date"],
      ["model", "Slug"],
      ["usd", "Usage"],
      ["usd", "BYOK Usage"],
      ["requests", "Requests"],
      ["input", "Prompt Tokens"],
      ["output", "Completion Tokens"],
    ]);
    expect(rows.map(brief)).toEqual([[first, "openai/gpt-4o-mini", 0.0003129, 1_000, 500, 5, ""]]);
    expect(remarks).toEqual([]);
  });
});

describe("an export that is not as it is known", () => {
  it("is told with file, line and column, once for each column", async () => {
    const text =
      "usage_date_utc,model,cost_usd,tax_usd\n2026-11-26,Claude Haiku 4.5,1,0.19\n2026-11-27,Claude Haiku 4.5,1,0.19\n";
    const { rows, remarks } = await read(inputOf("bill.csv", text));
    expect(rows).toHaveLength(2);
    expect(remarks).toEqual([
      { file: "bill.csv", line: 2, problem: 'column "tax_usd" is not known, and was not read' },
    ]);
  });

  const costs = "usage_date_utc,model,cost_usd\n";
  const page = (result: string) =>
    `{"data":[{"starting_at":"2026-11-26T00:00:00Z","ending_at":"2026-11-27T00:00:00Z","results":[${result}]}]}`;
  it.each([
    [
      "a.csv",
      "Date,Cost\n2026-11-26,1\n",
      /a\.csv:2: columns are of no export that is known .*: Date, Cost; name them with --column/,
    ],
    ["a.csv", `${costs}2026-11-26,m,1.2.3\n`, /a\.csv:2: column "cost_usd" must be a decimal number/],
    ["a.csv", `${costs}26.11.2026,m,1\n`, /a\.csv:2: column "usage_date_utc" must be a date/],
    ["a.csv", `${costs},m,1\n`, /column "usage_date_utc" must hold the start of a bucket/],
    ["a.json", page('{"amount":"1","currency":"EUR"}'), /a\.json: column "currency" must be USD/],
    [
      "a.json",
      page('{"uncached_input_tokens":-1,"output_tokens":1}'),
      /"uncached_input_tokens" must be a count/,
    ],
    [
      "a.json",
      page('{"amount":"1"}').replace("27T", "29T"),
      /"ending_at" must be at most a day after the start/,
    ],
    ["a.json", '{"data":[{"starting_at":"2026-11-26T00:00:00Z"}]}', /data\[0\]\.results must be a list/],
    ["a.json", "{", /is not JSON/],
    ["a.json", "{}", /\[0\]\.data must be a list of buckets/],
  ])("is refused (%s %#)", async (name, text, message) => {
    await expect(read(inputOf(name, text))).rejects.toThrow(message);
  });
});
