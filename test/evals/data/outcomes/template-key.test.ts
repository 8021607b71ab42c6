import { describe, expect, it } from "vitest";
import { templateKey } from "../../../../evals/data/outcomes/prompt-key.ts";
import type { OutcomeRecord } from "../../../../evals/index.ts";
import { recordOf } from "../../../support/evals/records.ts";

const keyOf = (prompt: string): string | undefined => templateKey(recordOf("r", {}, { prompt }));

describe("templateKey", () => {
  it.each([
    ["numbers", "Where is my order 12345?", "where is  my order 7"],
    ["codes and dates", "Cancel ticket AB-12/x9 of 2026-05-01.", "cancel ticket QX-77/b2 of 2025-12-31!"],
    ["hashes", "Explain commit 9f86d081884c7d65", "Explain commit e3b0c44298fc1c14"],
    [
      "addresses",
      "Write to anna@example.com about https://a.example/x?y=1",
      "Write to bob@example.org about www.b.example",
    ],
    ["names", "Please summarise the ticket of Maria Lopez", "Please summarise the ticket of Jim"],
    ["a name at the start", "Anna wants a refund for her red shoes", "Bob wants a refund for her red shoes"],
    ["names with a title", "Please call Dr. Dixon back", "Please call Mrs. Ames back"],
    ["names with an apostrophe", "Check the account of O'Brien today", "Check the account of Smith today"],
    ["quotations", 'Translate "good morning" into French', "Translate “cheese” into German"],
    ["single quotations", "What does 'coring' mean here", "What does `x` mean here"],
    ["Chinese numbers and quotations", "订单123在哪里「红色」", "订单45在哪里「蓝色的」"],
    ["digits of other scripts", "طلب ١٢٣ أين", "طلب ٧ أين"],
  ])("leaves out %s", (_, one, other) => {
    expect(keyOf(one)).toBeDefined();
    expect(keyOf(one)).toBe(keyOf(other));
  });

  it("leaves out with a digit the 64 letters before it at most, and looks at long words once", () => {
    for (const [word, left] of [
      ["x".repeat(64), ""],
      ["x".repeat(65), "x "],
      ["a_B-", ""],
      ["é", "é "],
      ["ab.cd", "ab "],
    ] as const)
      expect(keyOf(`order ${word}1-a2_b is late`), word).toBe(`order ${left}is late`);
    expect(keyOf("𝟗a9b one 1 two")).toBe("one two");
    expect(keyOf("x".repeat(30_000))).toHaveLength(20_000);
  });

  it.each([
    ["other words", "Where is my order 12345?", "Where is my parcel 12345?"],
    [
      "a long quotation, which is what is asked about",
      `Summarise "${"one ".repeat(20)}"`,
      `Summarise "${"two ".repeat(20)}"`,
    ],
    ["an apostrophe within a word", "It's Anna's dog that isn't here", "It's Anna's cat that isn't here"],
    [
      "German nouns",
      "Was ist die Hauptstadt von Frankreich und wie groß",
      "Was ist die Währung von Frankreich und wie groß",
    ],
    ["text in capitals", "WHERE IS THE RED SHOE", "WHERE IS THE BLUE SHOE"],
    ["a first word of few", "Translate this", "Summarise this"],
  ])("keeps %s", (_, one, other) => {
    expect(keyOf(one)).not.toBe(keyOf(other));
  });

  it("is undefined where nothing is left", () => {
    for (const prompt of ["", "12345", "2026-05-01 12:30", "…", '"x"']) expect(keyOf(prompt)).toBeUndefined();
    expect(templateKey({ id: "r", outcomes: {} })).toBeUndefined();
  });

  it("is of the question, else the prompt, else the messages with their parts", () => {
    const messages: OutcomeRecord["messages"] = [
      { role: "system", content: "Be brief." },
      { role: "user", content: [{ type: "text", text: "Order 5, please" }] },
    ];
    expect(templateKey({ id: "r", outcomes: {}, messages })).toBe("be brief order please");
    expect(templateKey(recordOf("r", {}, { prompt: "ask 1", question: "query 2" }))).toBe("query");
  });

  it("does not hang on hostile text", () => {
    for (const part of ["'", '"a', "a@", "-_", "Ä", "“", "a-", "1-"]) {
      const key = keyOf(part.repeat(100_000));
      expect(key === undefined || key.length <= 20_000).toBe(true);
    }
  });
});
