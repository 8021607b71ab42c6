import { afterAll, describe, expect, it } from "vitest";
import { importFolder, linesFrom } from "../../../support/evals/import-folder.ts";
import { formatErrorOf } from "../../../support/evals/records.ts";

const folder = importFolder();
afterAll(() => folder.remove());
const { read } = folder;

const config = `
description: capitals
prompts:
  - 'Answer in one word: {{question}}'
providers: [openai:gpt-5-mini, openai:gpt-5]
defaultTest:
  vars: { tone: dry }
  metadata: { owner: geo }
tests:
  - description: France
    vars: &france { question: Capital of France? }
    assert:
      - { type: contains, value: Paris }
      - { type: latency, threshold: 1000 }
    metadata: { category: geography }
  - vars:
      <<: *france
      question: Capital of Peru?
`;

describe("promptfoo's tests", () => {
  it("of a config are a data set: prompts filled in, asserts kept, what a good answer says beside", async () => {
    const { records, report } = await read({ "promptfooconfig.yaml": config }, { from: "promptfoo" });
    expect(records).toEqual([
      {
        id: "promptfooconfig.1",
        prompt: "Answer in one word: Capital of France?",
        category: "geography",
        expected: "Paris",
        metadata: {
          owner: "geo",
          assert: [
            { type: "contains", value: "Paris" },
            { type: "latency", threshold: 1000 },
          ],
        },
      },
      { id: "promptfooconfig.2", prompt: "Answer in one word: Capital of Peru?", metadata: { owner: "geo" } },
    ]);
    expect(report).toMatchObject({ kind: "dataset", records: 2, leftOut: {} });
  });

  it("of several prompts and of lists of values are a group of records each", async () => {
    const tests = {
      prompts: ["A {{x}}", { raw: "B {{ x }}" }],
      tests: [{ vars: { x: ["1", "2"], n: [7] } }],
    };
    const { records } = await read({ "t.json": JSON.stringify(tests) }, { from: "promptfoo" });
    expect(records.map(({ id, prompt, group }) => [id, prompt, group])).toEqual([
      ["t.1.1", "A 1", "t.1"],
      ["t.1.2", "A 2", "t.1"],
      ["t.1.3", "B 1", "t.1"],
      ["t.1.4", "B 2", "t.1"],
    ]);
  });

  it("whose prompt is a JSON array of messages become messages, whatever the values hold", async () => {
    const messages = [
      { role: "system", content: "Be {{tone}}." },
      { role: "user", content: [{ type: "text", text: "{{question}}" }] },
    ];
    const tests = [{ vars: { tone: "brief", question: 'say "{{hi}}"\n' } }];
    const { records } = await read(
      { "t.json": JSON.stringify({ prompts: [JSON.stringify(messages)], tests }) },
      { from: "promptfoo" },
    );
    expect(records[0].messages).toEqual([
      { role: "system", content: "Be brief." },
      { role: "user", content: [{ type: "text", text: 'say "{{hi}}"\n' }] },
    ]);
  });

  it("may be a list or lines without prompts: a template is given, or the variable is called prompt", async () => {
    const lines = linesFrom([
      { vars: { q: "2 + 2?" }, assert: [{ type: "equals", value: "4" }] },
      { vars: { q: { a: 1 } } },
    ]);
    const given = await read({ "t.jsonl": lines }, { from: "promptfoo", prompt: "Q: {{q}}" });
    expect(given.records.map(({ prompt, expected }) => [prompt, expected])).toEqual([
      ["Q: 2 + 2?", "4"],
      ['Q: {"a":1}', undefined],
    ]);
    const named = await read({ "t.json": '[{"vars": {"prompt": "Hi"}}]' }, { from: "promptfoo" });
    expect(named.records[0].prompt).toBe("Hi");
  });

  it("whose default assert asks for a variable expect its value", async () => {
    const tests = {
      prompts: "{{q}}",
      defaultTest: { assert: [{ type: "factuality", value: "It is {{answer}}." }] },
      tests: [
        { vars: { q: "x", answer: "y" } },
        {
          vars: { q: "x" },
          assert: [{ type: "equals", value: "{{other}}" }],
          options: { disableDefaultAsserts: true },
        },
      ],
    };
    const { records } = await read({ "t.json": JSON.stringify(tests) }, { from: "promptfoo" });
    expect(records.map(({ expected }) => expected)).toEqual(["It is y.", "{{other}}"]);
  });

  it("may be a table", async () => {
    const table = `question,__expected,__expected2,__metadata:category,__metadata:tags[],__prefix,__suffix,__description
2 + 2?,4,,sums,"a,b\\,c",Please: , Thanks.,first
Hola?,"contains-any: hello, hi",similar(0.8):greeting,,,,,
Why?,not-contains: because,"llm-rubric: is polite",,,,,
City?,Paris: city of light,,,,,,
`;
    const { records } = await read({ "t.csv": table }, { from: "promptfoo", prompt: "{{question}}" });
    expect(records[0]).toEqual({
      id: "t.1",
      prompt: "Please: 2 + 2? Thanks.",
      category: "sums",
      expected: "4",
      metadata: { tags: ["a", "b,c"], assert: [{ type: "equals", value: "4" }] },
    });
    expect(records[1].metadata.assert).toEqual([
      { type: "contains-any", value: ["hello", "hi"] },
      { type: "similar", value: "greeting", threshold: 0.8 },
    ]);
    expect(records[1].expected).toEqual(["hello", "hi"]);
    expect(records[2].metadata.assert[0]).toEqual({ type: "not-contains", value: "because" });
    expect(records[2].expected).toBeUndefined();
    expect(records[3].expected).toBe("Paris: city of light");
  });

  it("with variables in files are left out, scenarios too, and counted", async () => {
    const tests = {
      prompts: "{{q}}",
      tests: [{ vars: { q: "file://secret.txt" } }, { vars: { q: "x" } }],
      scenarios: [{}, {}],
    };
    const { records, report } = await read({ "t.json": JSON.stringify(tests) }, { from: "promptfoo" });
    expect(records).toHaveLength(1);
    expect(report.leftOut).toEqual({ "tests with variables in files": 1, scenarios: 2 });
  });

  const bomb = `a: &a [x, x, x, x, x, x, x, x, x, x]
b: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]
c: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b]
tests: [*c, *c, *c, *c, *c, *c]
`;
  const many = Array.from({ length: 20 }, (_, at) => String(at));

  it.each<[string, string, string, RegExp]>([
    [
      "tests that are elsewhere",
      "t.yaml",
      "tests: file://tests.csv",
      /tests names another file: import that file/,
    ],
    [
      "a test that is elsewhere",
      "t.yaml",
      "tests: ['file://a.yaml']",
      /t\.yaml: tests\[0\] .*names another file/,
    ],
    [
      "a prompt that is elsewhere",
      "t.yaml",
      "prompts: file://p.txt\ntests: []",
      /prompts\[0\] is in another file/,
    ],
    [
      "a prompt with logic",
      "t.json",
      '{"prompts": "{% if a %}", "tests": [{"vars": {}}]}',
      /tests\[0\]\.prompt holds \{%/,
    ],
    [
      "a prompt with a filter",
      "t.json",
      '{"prompts": "{{a | upper}}", "tests": [{"vars": {"a": "x"}}]}',
      /an expression or a filter/,
    ],
    [
      "a variable that is missing",
      "t.json",
      '{"prompts": "{{a}} {{b}}", "tests": [{"vars": {"a": "x"}}]}',
      /asks for the variable b/,
    ],
    [
      "no prompt at all",
      "t.jsonl",
      '{"vars": {"q": "x"}}\n',
      /t\.jsonl:1: prompt asks for the variable prompt/,
    ],
    ["no tests", "t.json", '{"prompts": "x"}', /tests must be a list/],
    ["no test", "t.json", "[3]", /t\.json: \[0\] .*must be a test/],
    [
      "asserts that are no list",
      "t.json",
      '[{"vars": {"prompt": "x"}, "assert": 3}]',
      /\[0\]\.assert must be a list/,
    ],
    [
      "too many combinations",
      "t.json",
      JSON.stringify([{ vars: { a: many, b: many, c: many, d: many } }]),
      /vars stand for more than 10000 tests/,
    ],
    ["half a JSON", "t.json", '[{"vars": {"prompt": "secret', /is not JSON: is it complete\?/],
    [
      "YAML with a tag of its own",
      "t.yaml",
      "tests: !!js/function 'secret'",
      /t\.yaml:1: file has a tag, which plain data cannot have/,
    ],
    ["JSON without a bottom", "t.json", `${"[".repeat(200_000)}`, /t\.json: file is nested deeper than 1000/],
    ["YAML without a bottom", "t.yaml", `a: ${"[".repeat(20_000)}`, /is not YAML \(RESOURCE_EXHAUSTION\)/],
    ["YAML that is none", "t.yaml", "tests: [\n- secret", /is not YAML \(/],
    ["YAML that unfolds without end", "t.yaml", bomb, /has aliases that expand to more than/],
    ["another kind of file", "t.txt", "x", /must be \.yaml, \.json, \.jsonl or \.csv/],
  ])("with %s are refused", async (_, name, text, message) => {
    const error = await formatErrorOf(read({ [name]: text }, { from: "promptfoo" }));
    expect(error.message).toMatch(message);
    expect(error.message).not.toContain("secret");
  });
});

const result = (provider: string, question: string, rest: object = {}) => ({
  promptIdx: 0,
  testIdx: 0,
  promptId: "p",
  provider: { id: provider, label: "" },
  prompt: { raw: `Q: ${question}`, label: "Q: {{question}}" },
  vars: { question },
  testCase: { vars: { question }, assert: [{ type: "equals", value: "4" }], metadata: { category: "sums" } },
  response: { output: "4", tokenUsage: { total: 12, prompt: 10, completion: 2 }, cached: false, cost: 0.001 },
  success: true,
  score: 1,
  failureReason: 0,
  latencyMs: 120,
  cost: 0.001,
  namedScores: {},
  ...rest,
});
const outputOf = (...results: readonly object[]): string =>
  JSON.stringify({ evalId: "eval-1", results: { version: 3, results, stats: {} }, config: {} });

describe("promptfoo's outputs", () => {
  it("are outcomes by provider, with answer, cost, tokens and latency", async () => {
    const { records, report } = await read(
      {
        "out.json": outputOf(
          result("openai:small", "2 + 2?"),
          result("openai:large", "2 + 2?", {
            score: 0.5,
            success: false,
            failureReason: 1,
            error: "Expected 4",
            promptIdx: 1,
          }),
          result("openai:small", "3 + 3?", { score: 0, success: false, failureReason: 1 }),
        ),
      },
      { from: "promptfoo", rename: { "openai:large": "large" } },
    );
    expect(report).toMatchObject({ kind: "outcomes", records: 2, leftOut: {} });
    const known = { answer: "4", costUsd: 0.001, inputTokens: 10, outputTokens: 2, latencyMs: 120 };
    expect(records[0]).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{16}$/),
      prompt: "Q: 2 + 2?",
      category: "sums",
      outcomes: { "openai:small": { quality: 1, ...known }, large: { quality: 0.5, ...known } },
    });
    expect(records[1].outcomes["openai:small"].quality).toBe(0);
  });

  it("may say whether the test passed instead of a score, which may then be any number", async () => {
    const files = {
      "out.json": outputOf(result("a", "x", { score: 7 }), result("b", "x", { success: false })),
    };
    const { records } = await read(files, { from: "promptfoo", quality: "pass" });
    expect(records[0].outcomes).toMatchObject({ a: { quality: 1 }, b: { quality: 0 } });
    const error = await formatErrorOf(read(files, { from: "promptfoo" }));
    expect(error.message).toMatch(
      /out\.json: results\.results\[0\]\.score must be a number in \[0, 1\], got 7/,
    );
  });

  it("without an answer, or with the prompt stripped, are left out and counted", async () => {
    const { records, report } = await read(
      {
        "out.json": outputOf(
          result("a", "x"),
          result("b", "x", { failureReason: 2 }),
          result("c", "x", { response: null }),
          result("d", "x", { response: { error: "429" } }),
          result("e", "x", { prompt: { raw: "[prompt stripped]", label: "" } }),
        ),
      },
      { from: "promptfoo" },
    );
    expect(Object.keys(records[0].outcomes)).toEqual(["a"]);
    expect(report.leftOut).toEqual({
      "results without an answer (errors)": 3,
      "results whose prompt was stripped": 1,
    });
  });

  it("give no cost and tokens of 0, nor cost and latency of a cached answer", async () => {
    const cached = { output: "4", cached: true, tokenUsage: { total: 12, cached: 12 } };
    const { records } = await read(
      {
        "out.json": outputOf(
          result("a", "x", { response: cached }),
          result("b", "x", { cost: 0, response: { output: "4" }, latencyMs: 0 }),
        ),
      },
      { from: "promptfoo" },
    );
    expect(records[0].outcomes).toEqual({ a: { quality: 1, answer: "4" }, b: { quality: 1, answer: "4" } });
  });

  it("of repeated tests are means, and know how many", async () => {
    const { records } = await read(
      {
        "out.jsonl": linesFrom([
          result("a", "x"),
          result("a", "x", { testIdx: 1, score: 0, cost: 0.003, latencyMs: 80 }),
        ]),
      },
      { from: "promptfoo" },
    );
    expect(records).toHaveLength(1);
    expect(records[0].outcomes.a).toEqual({
      quality: 0.5,
      answer: "4",
      costUsd: 0.002,
      latencyMs: 100,
      repeats: 2,
    });
  });

  it("tell providers of one name by their labels, and prompts of one test by a group", async () => {
    const other = { raw: "A: x", label: "A: {{question}}" };
    const { records } = await read(
      {
        "out.json": outputOf(
          result("m", "x", { provider: { id: "m", label: "m low" } }),
          result("m", "x", { provider: { id: "m", label: "m high" } }),
          result("m", "x", { provider: { id: "m", label: "m high" }, prompt: other }),
        ),
      },
      { from: "promptfoo" },
    );
    expect(records.map(({ outcomes }) => Object.keys(outcomes))).toEqual([["m low", "m high"], ["m high"]]);
    expect(records[0].group).toBe(records[1].group);
    expect(records[0].id).not.toBe(records[1].id);
  });

  it("of several runs are taken together, and hold messages where the prompt is one", async () => {
    const raw = JSON.stringify([{ role: "user", content: "Hi" }]);
    const prompt = { raw, label: "chat" };
    const { records } = await read(
      { "a.json": outputOf(result("a", "x", { prompt })), "b.json": outputOf(result("b", "x", { prompt })) },
      { from: "promptfoo" },
    );
    expect(records).toHaveLength(1);
    expect(records[0].messages).toEqual([{ role: "user", content: "Hi" }]);
    expect(Object.keys(records[0].outcomes)).toEqual(["a", "b"]);
  });

  it("are not mixed with tests", async () => {
    const error = await formatErrorOf(
      read(
        { "t.json": '[{"vars": {"prompt": "x"}}]', "out.json": outputOf(result("a", "x")) },
        { from: "promptfoo" },
      ),
    );
    expect(error.message).toMatch(/is of outcomes, those before it of a data set: import them separately/);
  });

  it.each<[string, object, RegExp]>([
    ["a prompt that is none", { prompt: { raw: 3 } }, /results\.results\[0\]\.prompt\.raw must be a string/],
    ["a provider without a name", { provider: {} }, /provider\.id must be a non-empty string/],
    ["no score", { score: undefined }, /score must be a number in \[0, 1\]/],
  ])("with %s are refused", async (_, rest, message) => {
    const error = await formatErrorOf(
      read({ "out.json": outputOf(result("a", "x", rest)) }, { from: "promptfoo" }),
    );
    expect(error.message).toMatch(message);
  });
});
