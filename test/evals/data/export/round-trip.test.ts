import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import {
  type DatasetRecord,
  type ExportOptions,
  exportRecords,
  importRecords,
  type Outcome,
  type OutcomeRecord,
} from "../../../../evals/index.ts";
import { anyCharacter } from "../../../support/any-character.ts";
import { temporaryFolder } from "../../../support/cli-config.ts";
import { linesFrom } from "../../../support/evals/import-folder.ts";
import { collect } from "../../../support/evals/records.ts";
import { runs } from "../../../support/runs.ts";

const folder = temporaryFolder();
afterAll(() => folder.remove());

async function roundTrip(
  to: Exclude<ExportOptions["to"], "routerarena">,
  out: string,
  records: readonly unknown[],
  columns?: ExportOptions["columns"],
) {
  const path = folder.file(out, "");
  await exportRecords({ to, input: folder.file("in.jsonl", linesFrom(records)), out: path, columns });
  return collect(importRecords({ from: to, inputs: [path], columns }));
}

const text = fc.oneof(
  fc.string({ unit: anyCharacter }),
  fc.stringMatching(/^[ \r\n\t"',|={}[\]\\ab{]{0,12}$/),
  fc.constantFrom("['a', \"b\"]", '["\\n"]', "[]", "a\r\nb", "{{prompt}}", "\uFEFFx", "=1+1", "nan", "True"),
);
const name = fc.constantFrom(
  "vllm:qwen3-8b",
  "openai:gpt-5",
  'odd "name", really',
  "constructor",
  "__proto__",
);
const amount = fc.double({ min: 1e-9, max: 1e6, noNaN: true });
const count = fc.integer({ min: 1, max: 1_000_000 });
const some = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: undefined });

const outcome = fc.record({
  quality: fc.oneof(fc.constantFrom(0, 1), fc.double({ min: 0, max: 1, noNaN: true })),
  answer: text.filter((answer) => answer !== ""),
  costUsd: some(amount),
  inputTokens: some(count),
  outputTokens: some(count),
  latencyMs: some(amount),
});
const outcomesBy = <T extends Outcome>(values: fc.Arbitrary<T>) =>
  fc
    .uniqueArray(fc.tuple(name, values), { selector: ([model]) => model, minLength: 1 })
    .map((entries) => Object.fromEntries(entries));
const asked = fc.oneof(
  text.map((prompt) => ({ prompt })),
  fc
    .array(fc.record({ role: fc.constantFrom("user", "assistant"), content: text }), {
      minLength: 1,
      maxLength: 3,
    })
    .map((messages) => ({ messages })),
);
const head = fc.record({
  id: text.filter((id) => id !== ""),
  category: some(text.filter((one) => one !== "")),
});
// promptfoo has no other place for a record's own id.
const key = fc.stringMatching(/^[a-z]{1,4}$/).filter((one) => one !== "id");
const metadata = some(fc.dictionary(key, fc.jsonValue(), { minKeys: 1 }));
const listOf = <T extends { readonly id: string }>(record: fc.Arbitrary<T>) =>
  fc.uniqueArray(record, { selector: ({ id }) => id, minLength: 1, maxLength: 5 });

const dataset = listOf(
  fc
    .tuple(
      head,
      asked,
      fc.record({ expected: some(fc.jsonValue().filter((value) => value !== null)), metadata }),
    )
    .map((parts) => Object.assign({}, ...parts) as DatasetRecord & { id: string }),
);
const outcomes = listOf(
  fc
    .tuple(head, asked, fc.record({ metadata, outcomes: outcomesBy(outcome) }))
    .map((parts) => Object.assign({}, ...parts) as OutcomeRecord),
);
const plainOutcomes = outcomes.map((records) =>
  records.map(({ messages, ...record }) => ({ ...record, prompt: record.prompt ?? "plain" })),
);

/** As JSON: without fields that are undefined. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
const only = <T extends object>(value: T, fields: readonly string[]) =>
  Object.fromEntries(Object.entries(value).filter(([field]) => fields.includes(field)));
const withOutcomes = (record: OutcomeRecord, fields: readonly string[], ofOutcome: readonly string[]) => ({
  ...only(record, fields),
  outcomes: Object.fromEntries(
    Object.entries(record.outcomes).map(([model, each]) => [model, only(each, ofOutcome)]),
  ),
});
const numRuns = runs(20, 1000);

describe("what is exported and imported again is the same, as far as the format goes", () => {
  it.each(["t.csv", "t.jsonl"])("for a table of outcomes in %s", async (out) => {
    await fc.assert(
      fc.asyncProperty(plainOutcomes, async (records) => {
        const asked = records.filter(({ prompt }) => prompt !== "");
        fc.pre(asked.length > 0);
        const models = [...new Set(asked.flatMap((record) => Object.keys(record.outcomes)))];
        const held = ["quality", "answer", "costUsd", "inputTokens", "outputTokens", "latencyMs"];
        const columns = Object.fromEntries([
          ...["id", "prompt", "category"].map((field) => [field, `our ${field}`]),
          ...models.flatMap((model) => held.map((field) => [`${field}:${model}`, `${model}|${field}`])),
        ]);
        const back = await roundTrip("table", out, asked, columns);
        expect(plain(back)).toEqual(
          plain(asked.map((one) => withOutcomes(one, ["id", "prompt", "category"], held))),
        );
      }),
      { numRuns },
    );
  });

  it("for a data set with messages, as JSON lines", async () => {
    const columns = { id: "id", prompt: "input", expected: "ideal", category: "category" };
    await fc.assert(
      fc.asyncProperty(dataset, async (records) => {
        const asked = records.filter(({ prompt }) => prompt !== "");
        fc.pre(asked.length > 0);
        expect(plain(await roundTrip("table", "s.jsonl", asked, columns))).toEqual(
          plain(asked.map(({ metadata: _, ...record }) => record)),
        );
      }),
      { numRuns },
    );
  });

  it("for OpenAI's logs, a model each", async () => {
    await fc.assert(
      fc.asyncProperty(outcomes, async (records) => {
        const input = folder.file("in.jsonl", linesFrom(records));
        const models = [...new Set(records.flatMap((record) => Object.keys(record.outcomes)))];
        const logs: string[] = [];
        for (const [at, model] of models.entries()) {
          const out = folder.file(`log-${at}.jsonl`, "");
          await exportRecords({ to: "openai-evals", input, out, models: [model] });
          logs.push(out);
        }
        const back = await collect(importRecords({ from: "openai-evals", inputs: logs }));
        const byId = (all: readonly { readonly id: string }[]) =>
          Object.fromEntries(all.map((one) => [one.id, one]));
        const held = ["quality", "answer", "inputTokens", "outputTokens"];
        expect(plain(byId(back))).toEqual(
          plain(byId(records.map((one) => withOutcomes(one, ["id", "prompt", "messages"], held) as never))),
        );
      }),
      { numRuns },
    );
  });

  it.each(["t.json", "t.jsonl", "t.json.gz"])("for promptfoo's tests in %s", async (out) => {
    await fc.assert(
      fc.asyncProperty(dataset, async (records) => {
        const back = (await roundTrip("promptfoo", out, records)) as DatasetRecord[];
        const withoutAsserts = back.map(({ metadata: found, ...record }) => {
          const { assert, ...rest } = found ?? {};
          return Object.keys(rest).length === 0 ? record : { ...record, metadata: rest };
        });
        expect(plain(withoutAsserts)).toEqual(plain(records));
      }),
      { numRuns: Math.ceil(numRuns / 3) },
    );
  });

  it.each(["r.json", "r.jsonl"])("for promptfoo's outputs in %s", async (out) => {
    await fc.assert(
      fc.asyncProperty(outcomes, async (records) => {
        expect(plain(await roundTrip("promptfoo", out, records))).toEqual(plain(records));
      }),
      { numRuns: Math.ceil(numRuns / 2) },
    );
  });
});
