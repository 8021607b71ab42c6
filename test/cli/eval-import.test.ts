import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { temporaryFolder } from "../support/cli-config.ts";
import { linesOf, runCli } from "../support/run-cli.ts";
import { serveWith } from "../support/serve-with.ts";

const folder = temporaryFolder();
afterAll(() => folder.remove());

const table = folder.file("sums.csv", "prompt,a,b\n2 + 2?,True,True\n3 + 3?,,True\n");
const out = folder.file("out.jsonl", "");
const run = (...args: readonly string[]) => runCli(["eval", "import", ...args]);
const wide = ["--from", "table", "--map", "prompt=prompt", "--map", "quality:a=a"];

describe("eval import", () => {
  it("writes outcomes, says how many, and to stderr what was left out", async () => {
    const {
      exitCode,
      out: shown,
      err,
    } = await run(
      table,
      ...wide,
      "--map",
      "quality:b=b",
      "--model",
      "a",
      "--rename",
      "a=openai:a",
      "--out",
      out,
    );
    expect({ exitCode, shown, err }).toEqual({
      exitCode: 0,
      shown: `1 records with outcomes: ${out}\n`,
      err: "left out: 1 without an outcome of the models\n",
    });
    expect(linesOf(readFileSync(out, "utf8"))).toEqual([
      { id: "sums:2", prompt: "2 + 2?", outcomes: { "openai:a": { quality: 1 } } },
    ]);
  });

  it("writes what eval replay reads, and says which model is missing where", async () => {
    expect((await run(table, ...wide, "--map", "quality:b=b", "--out", out)).err).toBe(
      "a has an outcome on 1 of 2 records\n",
    );
    const replay = ["eval", "replay", "--outcomes", out, "--small", "a", "--large", "b", "--bootstrap", "20"];
    const { exitCode, err } = await runCli(replay);
    expect(exitCode).toBe(0);
    expect(err).toMatch(/1 records were left out: a model has no outcome there/);
  });

  it("prints JSON, packs, and writes data sets too", async () => {
    const tests = folder.file(
      "tests.json",
      '[{"vars": {"q": "x"}, "assert": [{"type": "equals", "value": "y"}]}]',
    );
    const packed = `${out}.gz`;
    const args = [tests, "--from", "promptfoo", "--prompt", "Q: {{q}}", "--json", "--out", packed];
    const { out: shown } = await run(...args);
    expect(JSON.parse(shown)).toEqual({ kind: "dataset", records: 1, models: {}, leftOut: {}, out: packed });
    expect(linesOf(gunzipSync(readFileSync(packed)).toString())[0]).toMatchObject({
      prompt: "Q: x",
      expected: "y",
    });
    expect((await run(...args.filter((arg) => arg !== "--json"))).out).toMatch(/^1 records of a data set: /);
  });

  it("reads promptfoo's table of results, with its errors counted", async () => {
    const cell = '"[PASS] (1.00)\n\n4\n\nPass Reason: ok"';
    const results = folder.file(
      "results.csv",
      `q,[openai:a] Q: {{q}},[b] Q: {{q}}\n2 + 2?,${cell},"[ERROR] (0.00)\n\nAPI error: 429"\n`,
    );
    expect(await run(results, "--from", "promptfoo", "--out", out)).toMatchObject({
      exitCode: 0,
      out: `1 records with outcomes: ${out}\n`,
      err: "left out: 1 results without an answer (errors)\n",
    });
    expect(linesOf(readFileSync(out, "utf8"))).toMatchObject([
      { prompt: "Q: 2 + 2?", outcomes: { "openai:a": { quality: 1, answer: "4" } } },
    ]);
  });

  it("reads a URL", async () => {
    const server = await serveWith((response) => response.end(readFileSync(table)));
    const url = `${server.url}/sums.csv`;
    const refused = await run(url, ...wide, "--out", out);
    expect(refused).toMatchObject({ exitCode: 2, err: expect.stringMatching(/input must be an https URL/) });
    const { exitCode } = await run(url, ...wide, "--loopback-http", "--out", out);
    await server.close();
    expect(exitCode).toBe(0);
    expect(server.requests).toHaveLength(1);
  });

  it("puts people's labels in place of the recorded quality, and says how far they agree", async () => {
    const record = { id: "1", prompt: "x", outcomes: { a: { quality: 1 } } };
    const outcomes = folder.file("recorded.jsonl", JSON.stringify(record));
    const labels = folder.file("labels.csv", "id,model,quality,rater\n1,a,1,ann\n1,a,3,bob\n");
    const args = [labels, "--from", "labels", "--outcomes", outcomes, "--scale", "1:5", "--out", out];
    expect(await run(...args)).toMatchObject({
      exitCode: 0,
      out: `1 records with outcomes: ${out}\n`,
      err: "2 labels of 1 answers by 2 people; 1 have several: Krippendorff's alpha 0.00; recorded quality is 0.750 above theirs on average (alpha 0.00)\n",
    });
    expect(linesOf(readFileSync(out, "utf8"))).toEqual([
      { ...record, outcomes: { a: { quality: 0.25, recordedQuality: 1 } } },
    ]);
    const own = folder.file("own.csv", "id,label\n1,ship it\n");
    const words = [own, "--from", "labels", "--outcomes", outcomes, "--label", "ship it=0.5", "--out", out];
    expect((await run(...words)).err).toMatch(/^1 labels of 1 answers; 0 have several; recorded/);
    const over = [own, "--from", "labels", "--outcomes", outcomes, "--label", "ship it=1", "--out", outcomes];
    expect(await run(...over)).toMatchObject({ exitCode: 2, err: expect.stringMatching(/another file/) });
  });

  it("leaves what was there when the input is wrong", async () => {
    writeFileSync(out, "before");
    const bad = folder.file("bad.csv", "prompt,a\nx,True\ny,7\n");
    const { exitCode, err } = await run(bad, ...wide, "--out", out);
    expect(exitCode).toBe(2);
    expect(err).toMatch(/bad\.csv:3: column "a" must be True, False or a number in \[0, 1\], got 7/);
    expect(readFileSync(out, "utf8")).toBe("before");
  });

  const never = `${out}.never`;
  it.each<[string, readonly string[], RegExp]>([
    ["no input", [...wide, "--out", never], /missing required argument 'inputs'/],
    ["no format", [table, "--out", never], /required option '--from <format>'/],
    ["no output", [table, ...wide], /required option '--out <file>'/],
    [
      "an unknown format",
      [table, "--from", "excel", "--out", never],
      /from must be one of promptfoo, openai-evals, table, langfuse, langsmith, braintrust, opentelemetry, lm-eval, decisions, audit, labels, got "excel"/,
    ],
    [
      "an option of another format",
      [table, ...wide, "--quality", "pass", "--out", never],
      /quality must be absent: it is for promptfoo/,
    ],
    [
      "a quality that is none",
      [table, "--from", "promptfoo", "--quality", "best", "--out", never],
      /quality must be score or pass/,
    ],
    [
      "a rule that is none",
      [table, "--from", "decisions", "--rule", "best", "--feedback", table, "--out", never],
      /rule must be mean or last/,
    ],
    [
      "a log without feedback",
      [table, "--from", "decisions", "--out", never],
      /feedback must be a file of feedback/,
    ],
    [
      "two logs",
      [table, table, "--from", "decisions", "--feedback", table, "--out", never],
      /inputs must be one decision log/,
    ],
    ["a name that is none", [table, ...wide, "--rename", "a", "--out", never], /--rename must be old=new/],
    [
      "labels without outcomes",
      [table, "--from", "labels", "--out", never],
      /outcomes must be a file of outcomes/,
    ],
    [
      "a scale that is none",
      [table, "--from", "labels", "--outcomes", table, "--scale", "5:1", "--out", never],
      /--scale must be min:max, such as 1:5, got "5:1"/,
    ],
    [
      "a worth that is none",
      [table, "--from", "labels", "--outcomes", table, "--label", "good=2", "--out", never],
      /--label must be a number/,
    ],
    [
      "a bound that is none",
      [table, ...wide, "--max-bytes", "much", "--out", never],
      /--max-bytes must be a number/,
    ],
    [
      "a wait that is none",
      [table, ...wide, "--timeout-ms", "0", "--out", never],
      /--timeout-ms must be a number/,
    ],
    ["a file that is not there", ["no.csv", ...wide, "--out", never], /no\.csv: file does not exist/],
    [
      "a folder that is not there",
      [table, ...wide, "--out", "/no/such/out.jsonl"],
      /out must be a file that can be written \(ENOENT\)/,
    ],
  ])("refuses %s", async (_, args, message) => {
    const { exitCode, err } = await run(...args);
    expect(exitCode).toBe(2);
    expect(err).toMatch(message);
    expect(existsSync(never)).toBe(false);
  });
});

describe("eval export", () => {
  const outcomes = folder.file(
    "outcomes.jsonl",
    '{"id":"1","prompt":"x","tools":[1],"outcomes":{"a":{"quality":1}}}\n{"id":"2","prompt":"y","outcomes":{"a":{"quality":0.5}}}\n',
  );

  it("writes a table and says what was left out", async () => {
    const csv = folder.file("table.csv", "");
    const {
      exitCode,
      out: shown,
      err,
    } = await runCli([
      ...["eval", "export", outcomes, "--to", "table"],
      ...["--map", "id=id", "--map", "prompt=prompt", "--map", "quality:a=ok", "--out", csv],
    ]);
    expect({ exitCode, shown }).toEqual({ exitCode: 0, shown: `1 records with outcomes: ${csv}\n` });
    expect(err).toMatch(/^left out: 1 records with tools/);
    expect(readFileSync(csv, "utf8").split("\n")[1]).toBe("2,y,0.5");
  });

  it("prints JSON", async () => {
    const jsonl = folder.file("log.jsonl", "");
    const { out: shown } = await runCli([
      "eval",
      "export",
      outcomes,
      "--to",
      "openai-evals",
      "--model",
      "a",
      "--json",
      "--out",
      jsonl,
    ]);
    expect(JSON.parse(shown)).toMatchObject({ kind: "outcomes", records: 1, models: ["a"], out: jsonl });
  });

  it.each<[string, readonly string[], RegExp]>([
    ["no input", ["--to", "promptfoo", "--out", "x"], /missing required argument 'input'/],
    ["no format", [outcomes, "--out", "x"], /required option '--to <format>'/],
    [
      "an unknown format",
      [outcomes, "--to", "decisions", "--out", "x"],
      /to must be one of promptfoo, openai-evals, table, routerarena/,
    ],
    [
      "a table without columns",
      [outcomes, "--to", "table", "--out", `${out}.csv`],
      /columns must be a mapping with prompt/,
    ],
    [
      "columns of another format",
      [outcomes, "--to", "promptfoo", "--map", "prompt=x", "--out", `${out}.json`],
      /columns must be absent: it is for table/,
    ],
  ])("refuses %s", async (_, args, message) => {
    const { exitCode, err } = await runCli(["eval", "export", ...args]);
    expect(exitCode).toBe(2);
    expect(err).toMatch(message);
  });

  it.each(["import", "export"])("%s shows an example", async (command) => {
    const { exitCode, out: shown } = await runCli(["eval", command, "--help"]);
    expect(exitCode).toBe(0);
    expect(shown).toMatch(/Example:\n {2}switchpoint eval/);
  });
});
