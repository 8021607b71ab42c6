import { writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { importRecords } from "../../../../evals/index.ts";
import { importFolder } from "../../../support/evals/import-folder.ts";
import { collect, formatErrorOf } from "../../../support/evals/records.ts";

const folder = importFolder();
afterAll(() => folder.remove());
const { read } = folder;

/** Options of a wide table whose columns are the models. */
const wide = (...models: readonly string[]) => ({
  from: "table" as const,
  columns: {
    prompt: "prompt",
    ...Object.fromEntries(models.map((model) => [`quality:${model}`, model])),
  },
});

const mmlu = `prompt,tiny-7b,huge-1
"What is 2 + 2?
A. 3
B. 4
Answer:",True,True
"She said ""no"", why?",False,True
Short,,False
`;

describe("wide tables", () => {
  it("are outcomes of each model, empty cells are none", async () => {
    const { records, report } = await read({ "mmlu_sums.csv": mmlu }, wide("tiny-7b", "huge-1"));
    expect(records).toEqual([
      {
        id: "mmlu_sums:2",
        prompt: "What is 2 + 2?\nA. 3\nB. 4\nAnswer:",
        outcomes: { "tiny-7b": { quality: 1 }, "huge-1": { quality: 1 } },
      },
      {
        id: "mmlu_sums:6",
        prompt: 'She said "no", why?',
        outcomes: { "tiny-7b": { quality: 0 }, "huge-1": { quality: 1 } },
      },
      { id: "mmlu_sums:7", prompt: "Short", outcomes: { "huge-1": { quality: 0 } } },
    ]);
    expect(report).toEqual({
      kind: "outcomes",
      records: 3,
      models: { "tiny-7b": 2, "huge-1": 3 },
      leftOut: {},
    });
  });

  it("may hold other columns and Windows line ends, and several are taken together", async () => {
    const sums = ',prompt,a,topic\r\n0,"1 + 1",True,secret\r\n';
    const { records } = await read(
      { "sums.csv": sums, "others.csv": "\uFEFFprompt,a\nx,0.25\n" },
      { ...wide("a"), rename: { a: "openai:a" } },
    );
    expect(records.map(({ id }) => id)).toEqual(["sums:2", "others:2"]);
    expect(records.map(({ outcomes }) => outcomes)).toEqual([
      { "openai:a": { quality: 1 } },
      { "openai:a": { quality: 0.25 } },
    ]);
  });

  it("leave out rows without an outcome of the models that are asked for, and say how many", async () => {
    const { records, report } = await read(
      { "some.csv": mmlu },
      { ...wide("tiny-7b", "huge-1"), models: ["tiny-7b"] },
    );
    expect(records.map(({ outcomes }) => Object.keys(outcomes))).toEqual([["tiny-7b"], ["tiny-7b"]]);
    expect(report.leftOut).toEqual({ "without an outcome of the models": 1 });
  });

  it.each<[string, string, number, RegExp]>([
    ["a quality above 1", "prompt,a\nx,1\ny,1.5\n", 3, /column "a" must be .*\[0, 1\], got 1\.5/],
    ["a negative quality", "prompt,a\nx,-0.1\n", 2, /got -0\.1/],
    ["a column that is no quality", "prompt,a\nx,secret words\n", 2, /column "a" must be True.*got text/],
    ["a missing prompt", "question,a\nx,True\n", 1, /column "prompt" is not in the header/],
    ["a row that is too short", 'prompt,a\nx,True\n"y"\n', 3, /row has another number of cells/],
    ["a quote that is not closed", 'prompt,a\nx,True\n"y,True\n', 3, /row has a quote that is not closed/],
    ["text behind a quote", 'prompt,a\n"x"secret,True\n', 2, /row has text after a closing quote/],
    ["two columns of one name", "prompt,a,a\nx,True,True\n", 1, /column "a" occurs twice/],
    ["no rows", "prompt,a\n", 0, /file holds no records/],
    ["nothing", "", 0, /file is empty: a header is missing/],
  ])("with %s are refused with the row", async (_, text, line, message) => {
    const error = await formatErrorOf(read({ "bad.csv": text }, wide("a")));
    expect(error.message).toMatch(message);
    expect(error.message).toContain("bad.csv");
    expect(error.message).not.toContain("secret");
    expect(error.line).toBe(line);
  });

  it("that rename two models to one are refused", async () => {
    const error = await formatErrorOf(
      read({ "two.csv": "prompt,a,b\nx,True,False\n" }, { ...wide("a", "b"), rename: { a: "b" } }),
    );
    expect(error.message).toMatch(/two\.csv:2: outcomes would have two models with one name/);
  });

  it("without a model that is renamed or asked for are refused: its name may be misspelt", async () => {
    for (const options of [{ rename: { huge: "openai:huge" } }, { models: ["tiny-7b", "huge"] }]) {
      await expect(read({ "some.csv": mmlu }, { ...wide("tiny-7b"), ...options })).rejects.toThrow(
        /models must be a model of the source: tiny-7b.*, got "huge"/,
      );
    }
  });

  it("hold models by any name, also those that objects have of their own", async () => {
    const { records } = await read(
      { "odd.csv": "prompt,__proto__,constructor\nx,1,0\n" },
      wide("__proto__", "constructor"),
    );
    expect(JSON.stringify(records[0].outcomes)).toBe(
      '{"__proto__":{"quality":1},"constructor":{"quality":0}}',
    );
  });
});

describe("files that are no text", () => {
  const bytes = (name: string, content: Buffer) => {
    const path = folder.file(name, "");
    writeFileSync(path, content);
    return formatErrorOf(collect(importRecords({ ...wide("a"), inputs: [path] })));
  };

  it.each<[string, Buffer, RegExp]>([
    [
      "a pickle",
      Buffer.from([0x80, 0x04, 0x95, 0, 0, 0, 0, 0, 0, 0, 0, 0x8c, 0, 0, 0, 0, 0]),
      /is a pickle, which runs code.*to_csv/,
    ],
    ["a packed pickle", gzipSync(Buffer.from([0x80, 0x05, 1, 2, 3])), /is a pickle/],
    ["Parquet", Buffer.from("PAR1 and so on, more"), /is Parquet: convert it/],
    ["a spreadsheet", Buffer.from("PK\u0003\u0004 and so on, more"), /is a spreadsheet or an archive/],
    [
      "a web page",
      Buffer.from("\n<!DOCTYPE html><html lang=en>"),
      /is a web page: give the address of the file/,
    ],
    ["Latin-1", Buffer.from("sample_id,prompt\n1,caf\xe9 au lait\n", "latin1"), /is not UTF-8/],
    ["half a packed file", gzipSync(Buffer.from(mmlu.repeat(50))).subarray(0, 60), /ends too early/],
    [
      "a damaged packed file",
      Buffer.concat([gzipSync(Buffer.from("a")).subarray(0, 10), Buffer.alloc(40, 0xff)]),
      /packed with gzip, and damaged/,
    ],
  ])("%s is refused, with what to do", async (_, content, message) => {
    const error = await bytes("file.bin", content);
    expect(error.message).toMatch(message);
  });

  it("are refused when they are too long, packed ones by what they unpack to", async () => {
    const path = folder.file("bomb.csv", "");
    writeFileSync(path, gzipSync(Buffer.alloc(5_000_000, "a")));
    const error = await formatErrorOf(
      collect(importRecords({ ...wide("a"), inputs: [path], maxBytes: 100_000 })),
    );
    expect(error.message).toMatch(/is longer than 100000 bytes \(maxBytes\)/);
  });

  it("are refused when they are not there", async () => {
    const error = await formatErrorOf(collect(importRecords({ ...wide("a"), inputs: ["/no/such.csv"] })));
    expect(error.message).toBe("/no/such.csv: file does not exist");
  });

  it("packed tables are unpacked whatever their name", async () => {
    const path = folder.file("packed", "");
    writeFileSync(path, gzipSync(mmlu));
    expect(await collect(importRecords({ ...wide("tiny-7b", "huge-1"), inputs: [path] }))).toHaveLength(3);
  });
});
