import { appendFileSync, readFileSync, statSync, writeFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { collect } from "../../../evals/collect/collect.ts";
import { openJournal, readJournal } from "../../../evals/collect/journal.ts";
import type { JournalEntry } from "../../../evals/collect/journal-entry.ts";
import { exact } from "../../../evals/scorers/exact.ts";
import { always } from "../../../policies/always.ts";
import { createRouter } from "../../../src/router/create/create-router.ts";
import { fakeModel } from "../../../src/testing/index.ts";
import { collectFolder, numbered, price, readLines, writeLines } from "../../support/evals/collecting.ts";
import { runs } from "../../support/runs.ts";

const begun = (id: string): JournalEntry => ({ type: "begun", id, model: "m", repeat: 0 });

describe("a journal", () => {
  it("has on disk what it has confirmed, in order, and reads it back", async () => {
    const path = collectFolder().path("journal");
    const journal = await openJournal(path);
    const entries = Array.from({ length: 50 }, (_, index) => begun(`r${index}`));
    await Promise.all(
      entries.map(async (entry) => {
        await journal.append(entry);
        expect(readFileSync(path, "utf8")).toContain(`"${(entry as { id: string }).id}"`);
      }),
    );
    await journal.close();
    expect(await readJournal(path)).toEqual(entries);
  });

  it("leaves a last line out that was cut off, and goes on after the line before", async () => {
    const path = collectFolder().path("journal");
    writeFileSync(path, `${JSON.stringify(begun("a"))}\n{"type":"beg`);
    expect(await readJournal(path)).toEqual([begun("a")]);
    // Reading changes nothing.
    expect(readFileSync(path, "utf8")).toMatch(/beg$/);
    const journal = await openJournal(path);
    await journal.append(begun("b"));
    await journal.close();
    expect(await readJournal(path)).toEqual([begun("a"), begun("b")]);
  });

  it("that holds no whole line, or is not there, is empty", async () => {
    const path = collectFolder().path("journal");
    expect(await readJournal(path)).toEqual([]);
    writeFileSync(path, `{"type":"${"x".repeat(200_000)}`);
    expect(await readJournal(path)).toEqual([]);
    await (await openJournal(path)).close();
    expect(statSync(path).size).toBe(0);
  });

  it("that is something else is refused with its line", async () => {
    const path = collectFolder().path("journal");
    writeFileSync(path, `${JSON.stringify(begun("a"))}\n{"id":"r1"}\n`);
    await expect(readJournal(path)).rejects.toThrow(/journal:2: type is missing: this is not the journal/);
    appendFileSync(path, "nonsense\n");
    writeFileSync(path, "nonsense\n");
    await expect(readJournal(path)).rejects.toThrow(/journal:1: line is not JSON/);
  });

  it("that is cut at any byte gives the same outcomes, and no answer that it holds is asked for again", async () => {
    const { path } = collectFolder();
    const dataset = writeLines(path("dataset.jsonl"), numbered(4));
    const calls: string[] = [];
    const router = (id: string) =>
      fakeModel({
        model: id,
        price,
        answer: ({ messages }) => {
          const { content } = messages[0] as { content: string };
          const number = content.split(" ")[1] as string;
          calls.push(JSON.stringify([`r${number}`, `fake:${id}`]));
          return number;
        },
      });
    const options = (out: string) => ({
      dataset,
      router: createRouter({ models: { a: router("a"), b: router("b") }, policy: always("a") }),
      scorer: exact(),
      out,
      clock: () => 0,
    });
    const full = path("full.jsonl");
    let journal = "";
    await collect({
      ...options(full),
      onProgress: () => {
        journal = readFileSync(`${full}.partial.jsonl`, "utf8");
      },
    });
    expect(journal.split("\n").length).toBeGreaterThan(20);
    const expected = readLines(full);
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: journal.length }), async (length) => {
        run += 1;
        const out = path(`cut-${run}.jsonl`);
        const cut = journal.slice(0, length);
        writeFileSync(`${out}.partial.jsonl`, cut);
        const known = cut
          .slice(0, cut.lastIndexOf("\n") + 1)
          .split("\n")
          .filter((line) => line.startsWith('{"type":"answered"'))
          .map((line) => JSON.parse(line) as { id: string; model: string });
        calls.length = 0;
        const collection = await collect(options(out));
        expect(collection.complete).toBe(true);
        expect(readLines(out)).toEqual(expected);
        expect(calls).toHaveLength(8 - known.length);
        for (const { id, model } of known) expect(calls).not.toContain(JSON.stringify([id, model]));
      }),
      { numRuns: runs(30, 1_000) },
    );
  });
});
