import { describe, expect, it } from "vitest";
import { promptKey } from "../../../../evals/index.ts";
import { recordOf } from "../../../support/evals/records.ts";

const keyOf = (prompt: string) => promptKey(recordOf("a", {}, { prompt }));

describe("promptKey", () => {
  it("is the same for prompts that differ in case, spaces, punctuation and compatibility forms", () => {
    expect(keyOf("What is  a ﬁne, “Åland”?")).toBe(keyOf("what is a fine åland"));
    expect(keyOf("What is 2?")).not.toBe(keyOf("What is 3?"));
  });

  it("keeps prompts of punctuation apart", () => {
    expect(keyOf("?!")).not.toBe(keyOf("..."));
  });

  it("reads the question before the prompt, and the group before both", () => {
    const question = recordOf("a", {}, { prompt: "template: why", question: "why" });
    expect(promptKey(question)).toBe(keyOf("why"));
    expect(promptKey({ ...question, group: "g" })).toBe("group:g");
    expect(promptKey({ ...question, group: "g" })).not.toBe(keyOf("group g"));
    expect(promptKey({ ...question, group: "" })).toBe(keyOf("why"));
  });

  it("reads messages where there is no prompt", () => {
    const talk = (content: string) =>
      promptKey({ id: "a", messages: [{ role: "user", content }], outcomes: {} });
    expect(talk("Hello!")).toBe(talk("hello"));
    expect(talk("Hello")).not.toBe(talk("bye"));
  });
});
