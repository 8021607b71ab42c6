import { afterAll, describe, expect, it } from "vitest";
import { importFolder } from "../../../support/evals/import-folder.ts";
import { formatErrorOf } from "../../../support/evals/records.ts";

const folder = importFolder();
afterAll(() => folder.remove());
const { read } = folder;
const from = { from: "promptfoo" } as const;

const csv = (...rows: readonly (readonly string[])[]): string =>
  rows.map((row) => `${row.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(",")}\n`).join("");
const cell = (status: string, score: string, answer: string, reason?: string): string =>
  `[${status}] (${score})\n\n${answer}\n\n${
    reason === undefined ? "" : `${status === "PASS" ? "Pass" : "Fail"} Reason: ${reason}`
  }`.trim();
const outcomesOf = async (text: string, rest = {}) => {
  const { records, report } = await read({ "out.csv": text }, { ...from, ...rest });
  return { records, report, outcomes: records.map(({ outcomes }) => outcomes) };
};

const label = "Answer in one word: {{question}}";

describe("promptfoo's table of results", () => {
  it("is outcomes by provider: prompt filled in, score, answer; errors are left out and counted", async () => {
    const text = csv(
      ["question", `[openai:small] ${label}`, `[openai:large] ${label}`],
      [
        "Capital of Peru?",
        cell("PASS", "1.00", "Lima", "All assertions passed"),
        cell("FAIL", "0.50, fluent: 1.00, a (b): 0.00", "", 'Expected output "" to contain "Lima"'),
      ],
      ["2 + 2?", cell("ERROR", "0.00", "API error: 429 Too Many Requests"), cell("PASS", "0.75", "4")],
    );
    const { records, report } = await outcomesOf(text);
    expect(records).toEqual([
      {
        id: expect.stringMatching(/^[0-9a-f]{16}$/),
        prompt: "Answer in one word: Capital of Peru?",
        outcomes: {
          "openai:small": { quality: 1, answer: "Lima" },
          "openai:large": { quality: 0.5, answer: "" },
        },
      },
      {
        id: expect.stringMatching(/^[0-9a-f]{16}$/),
        prompt: "Answer in one word: 2 + 2?",
        outcomes: { "openai:large": { quality: 0.75, answer: "4" } },
      },
    ]);
    expect(report).toMatchObject({
      kind: "outcomes",
      records: 2,
      leftOut: { "results without an answer (errors)": 1 },
    });
    const passed = await outcomesOf(text, { quality: "pass" });
    expect(passed.outcomes[0]["openai:large"].quality).toBe(0);
    expect(passed.records.map(({ id }) => id)).toEqual(records.map(({ id }) => id));
  });

  it("with columns for status and score, as newer versions write it, several providers and prompts", async () => {
    const parts = ["Status", "Score", "Named Scores", "Metric: fluent", "Grader Reason", "Comment"];
    const text = csv(
      [
        "Description",
        "q",
        "[a] P {{q}}",
        ...parts,
        "[b] P {{q}}",
        ...parts,
        "[a] R {{q}}",
        ...parts,
        "pluginId",
      ],
      [
        ...["first", "x", "[FAIL] (0.00)", "PASS", "1.00", '{"fluent":1}', "1.00", "ok", ""],
        ...["no", "FAIL", "0.25", "", "", "bad", "so so"],
        ...["429", "ERROR", "0.00", "", "", "", "", "contracts"],
      ],
      [
        ...["", "y", "", "", "", "", "", "", "", "z", "PASS", "1.00", "", "", "", ""],
        ...["w", "PASS", "", "", "", "", "", ""],
      ],
    );
    const { records, report } = await outcomesOf(text, { quality: "pass" });
    expect(records.map(({ prompt, outcomes }) => [prompt, outcomes])).toEqual([
      ["P x", { a: { quality: 1, answer: "[FAIL] (0.00)" }, b: { quality: 0, answer: "no" } }],
      ["P y", { b: { quality: 1, answer: "z" } }],
      ["R y", { a: { quality: 1, answer: "w" } }],
    ]);
    expect(new Set(records.map(({ group }) => group)).size).toBe(2);
    expect(report.leftOut).toEqual({
      "cells without a result": 1,
      "results without an answer (errors)": 1,
    });
    expect((await formatErrorOf(outcomesOf(text))).message).toMatch(
      /out\.csv:3: column 17 \("a"\) score must be a number in \[0, 1\].*quality pass/,
    );
  });

  it("of the web viewer has no score: whether a test passed is the quality, latency beside", async () => {
    const parts = ["Grader Reason", "Comment", "Latency (ms)"];
    const text = csv(
      ["q", "[a] {{q}}", ...parts, "[b] {{q}}", ...parts],
      ["x", "[PASS] (1.00)\n\nyes", "ok", "", "150", "[FAIL] no", "bad", "", ""],
    );
    expect((await outcomesOf(text, { quality: "pass" })).outcomes).toEqual([
      { a: { quality: 1, answer: "(1.00)\n\nyes", latencyMs: 150 }, b: { quality: 0, answer: "no" } },
    ]);
    expect((await formatErrorOf(outcomesOf(text))).message).toMatch(/take the quality pass/);
  });

  it("of the oldest versions has the prompt as JSON, reasons before a failed answer, errors that are failures", async () => {
    const column = JSON.stringify({ raw: "Q: {{q}}", display: "Q", provider: "openai:a" });
    const reason = 'Expected "no" to be "yes"';
    const { records, report } = await outcomesOf(
      csv(
        ["q", column],
        ["x", cell("FAIL", "0.00", `${reason}\n---\nno\n---\nno`, reason)],
        ["y", cell("FAIL", "0.00", "API call error: 500")],
      ),
    );
    expect(records.map(({ prompt, outcomes }) => [prompt, outcomes])).toEqual([
      ["Q: x", { "openai:a": { quality: 0, answer: "no\n---\nno" } }],
    ]);
    expect(report.leftOut).toEqual({ "results without an answer (errors)": 1 });
  });

  it.each([
    ["a label that is no template", "v2", "question: Why?\ntone: dry", undefined],
    ["a template with logic", "{% if tone %}{{question}}{% endif %}", "question: Why?\ntone: dry", undefined],
    ["a file's name before the template", "prompts/a.txt: {{tone}}: {{question}}", "dry: Why?", undefined],
    ["a template that is given", "v2", "Q: Why?", "Q: {{question}}"],
  ])("with %s has a prompt", async (_, name, expected, prompt) => {
    const { records } = await outcomesOf(
      csv(["question", "tone", `[a] ${name}`], ["Why?", "dry", cell("PASS", "1.00", "so")]),
      { prompt },
    );
    expect(records[0].prompt).toBe(expected);
  });

  it("fills messages in as values, and has the only variable, or the label, where there is nothing else", async () => {
    const messages = '[{"role": "user", "content": "Q {{q}}"}]';
    const results = [cell("PASS", "1.00", "x"), cell("PASS", "1.00", "x"), cell("PASS", "1.00", "x")];
    const { records } = await outcomesOf(
      csv(["q", `[a] ${messages}`, "[a] v1"], ['say "{{q}}"\n', ...results.slice(1)]),
    );
    expect(records.map(({ messages, prompt }) => messages ?? prompt)).toEqual([
      [{ role: "user", content: 'Q say "{{q}}"\n' }],
      'say "{{q}}"\n',
    ]);
    expect((await outcomesOf(csv(["[a] Hi?"], results.slice(0, 1)))).records[0].prompt).toBe("Hi?");
  });

  it("keeps what an answer holds, whatever it looks like, and takes the score from the beginning alone", async () => {
    const answers = [
      "[PASS] (1.00)\n\nyes\n\nPass Reason: I say so",
      'a "quoted", text\nin lines\n\n  Fail Reason: mine\n\nmore',
      "Fail Reason: at the start",
      `${"long ".repeat(200_000)}end`,
      "Fail Reason: ".repeat(20_000).trim(),
    ];
    const { outcomes } = await outcomesOf(
      csv(
        ["q", "[a] {{q}}"],
        ...answers.map((answer, at) => [`q${at}`, cell("FAIL", "0.00", answer, "it is wrong")]),
      ),
    );
    expect(outcomes).toEqual(answers.map((answer) => ({ a: { quality: 0, answer } })));
  });

  it("may have been saved by a spreadsheet, with Windows line ends, and indented by promptfoo", async () => {
    const text = csv(
      ["q", "[a] {{q}}"],
      ["x", "[PASS] (1.00)\n\n    yes\n  no\n\n    Pass Reason: ok"],
    ).replaceAll("\n", "\r\n");
    expect((await outcomesOf(`\uFEFF${text}`)).outcomes).toEqual([
      { a: { quality: 1, answer: "yes\r\n  no" } },
    ]);
  });

  it("is read as promptfoo's own function writes it, which takes indentation and line ends from answers", async () => {
    const text = `q,[openai:gpt-5] Q {{q}}
code,"[PASS] (1.00)

    def f():
return 1

if x:
    y()

    Pass Reason: All assertions passed"
empty,"[FAIL] (0.00)



Fail Reason: Expected output """" to contain"
error,"[ERROR] (0.00)

API error: 429"
named,"[PASS] (undefined, a: 0.50, b, c (d): 1.00)

say ""hi"", \`tick\`

Pass Reason: All assertions passed"
`;
    expect((await outcomesOf(text, { quality: "pass" })).outcomes).toEqual([
      { "openai:gpt-5": { quality: 1, answer: "def f():\nreturn 1\n\nif x:\n    y()" } },
      { "openai:gpt-5": { quality: 0, answer: "" } },
      { "openai:gpt-5": { quality: 1, answer: 'say "hi", `tick`' } },
    ]);
  });

  it("of one test that ran 10,000 times is one record", async () => {
    const once = csv([cell("PASS", "0.50", "y")]);
    const { records } = await outcomesOf(`${csv(["[a] Why?"])}${once.repeat(10_000)}`);
    expect(records).toMatchObject([{ prompt: "Why?", outcomes: { a: { quality: 0.5, repeats: 10_000 } } }]);
  });

  it("takes the mean of repeated tests, and joins several tables", async () => {
    const row = (score: string) => ["x", cell("PASS", score, "y")];
    const files = {
      "1.csv": csv(["q", "[a] {{q}}"], row("1.00"), row("0.50")),
      "2.csv": csv(["q", "[b] {{q}}"], row("0.25")),
    };
    const { records } = await read(files, from);
    expect(records.map(({ outcomes }) => outcomes)).toEqual([
      { a: { quality: 0.75, answer: "y", repeats: 2 }, b: { quality: 0.25, answer: "y" } },
    ]);
  });

  it("is told from tests by its cells and its header", async () => {
    const tests = csv(["prompt", "[a] b"], ["[PASS] (1.00)\n\nx", ""], ["y", "an answer"]);
    expect((await read({ "t.csv": tests }, from)).report).toMatchObject({ kind: "dataset", records: 2 });
    const named = csv(["q", "Score", "[a] {{q}} {{Score}}"], ["x", "7", cell("PASS", "1.00", "z")]);
    expect((await read({ "t.csv": named }, from)).records[0].prompt).toBe("x 7");
    const asserted = csv(["prompt", "[a] b", "__expected"], ["x", "[PASS] (1.00)\n\nx", "y"]);
    expect((await read({ "t.csv": asserted }, from)).report.kind).toBe("dataset");
    const late = csv(["q", "[a] {{q}}"], ["x", ""], ["y", cell("PASS", "1.00", "z")]);
    expect((await read({ "t.csv": late }, from)).report).toMatchObject({
      kind: "outcomes",
      records: 1,
      leftOut: { "cells without a result": 1 },
    });
  });

  const secret = "[PASS] (1.00)\n\nsecret";
  it.each<[string, string, RegExp]>([
    [
      "a cell that is no result",
      csv(["q", "[a] P", "[b] P"], ["x", secret, secret], ["y", secret, "secret"]),
      /out\.csv:7: column 3 \("b"\) must begin with \[PASS\], \[FAIL\] or \[ERROR\] and a score/,
    ],
    [
      "a score that is none",
      csv(["q", "[a] P"], ["x", "[PASS] (secret)\n\nx"]),
      /out\.csv:2: column 2 .*and a score/,
    ],
    [
      "a score above 1",
      csv(["q", "[a] P"], ["x", "[PASS] (7.00)\n\nx"]),
      /column 2 \("a"\) score must be .* got 7:/,
    ],
    ["a score below 0", csv(["q", "[a] P"], ["x", "[FAIL] (-1.00)\n\nx"]), /score must be .* got -1:/],
    [
      "two columns of one name",
      csv(["q", "[a] P", "[a] P"], ["x", secret, secret]),
      /out\.csv:1: column 3 .*labels/,
    ],
    [
      "a status that is none",
      csv(["q", "[a] P", "Status", "Score", "Grader Reason"], ["x", "secret", "secret", "1", ""]),
      /out\.csv:2: column 2 \("a"\) Status must be PASS, FAIL or ERROR/,
    ],
    [
      "a score in its column that is none",
      csv(["q", "[a] P", "Status", "Score", "Grader Reason"], ["x", "", "PASS", "secret", ""]),
      /out\.csv:2: column 2 \("a"\) Score must be a number/,
    ],
    [
      "errors alone",
      csv(["q", "[a] P"], ["x", "[ERROR] (0.00)\n\nsecret"]),
      /holds no records \(left out: 1 results/,
    ],
    ["a row that is too short", csv(["q", "[a] P"], ["x"]), /another number of cells/],
  ])("with %s is refused", async (_, text, message) => {
    const error = await formatErrorOf(outcomesOf(text));
    expect(error.message).toMatch(message);
    expect(error.message).not.toContain("secret");
  });
});
