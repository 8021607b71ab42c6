import { expect, test } from "vitest";
import type { Check, Completion } from "../../src/contracts/index.ts";
import { checkConformance, fakeModel } from "../../src/testing/index.ts";

/** Returns the names of the cases that a check fails. */
async function failures(check: Check, calls?: number): Promise<string[]> {
  const failed: string[] = [];
  for (const { name, run } of checkConformance({ check, ...(calls === undefined ? {} : { calls }) }))
    await run().catch(() => failed.push(name));
  return failed;
}

const textOf = (answer: Completion) => String(answer.choices?.[0]?.message?.content ?? "");
const hasText: Check = { name: "hasText", reads: "text", accepts: (_, answer) => textOf(answer) !== "" };
const careful: Check = {
  name: "careful",
  async accepts(_, answer, hop) {
    const content = textOf(answer).slice(0, 100);
    const verdict = await hop.generate(fakeModel(), { messages: [{ role: "user", content }] });
    return textOf(verdict).includes("true");
  },
};
const state = { calls: 0 };

test("checks that keep the contract pass", async () => {
  expect(await failures(hasText)).toEqual([]);
  expect(await failures(careful, 1)).toEqual([]);
});

test.each<{ what: string; check: Check; calls?: number; failed: string[] }>([
  { what: "has no name", check: { ...hasText, name: "" }, failed: ["has a name"] },
  {
    what: "answers with a text",
    check: { name: "bad", accepts: (_, answer) => textOf(answer) as unknown as boolean },
    failed: ["answers true or false", "answers true or false to answers made to break it"],
  },
  {
    what: "relies on a message",
    check: { name: "bad", accepts: (_, { choices }) => choices[0]?.message.content === "x" },
    failed: ["answers true or false to answers made to break it"],
  },
  {
    what: "counts its calls",
    check: { name: "bad", accepts: () => ++state.calls % 2 === 0 },
    failed: ["gives the same verdict on the same answer, in any order"],
  },
  {
    what: "draws",
    check: { name: "bad", accepts: () => Math.random() < 2 },
    failed: ["neither draws nor reads the clock"],
  },
  {
    what: "marks the answer",
    check: {
      name: "bad",
      accepts(_, answer) {
        if (!Object.isFrozen(answer)) (answer as { seen?: boolean }).seen = true;
        return true;
      },
    },
    failed: ["leaves answer and request unchanged"],
  },
  {
    what: "calls a model without stating it",
    check: careful,
    failed: ["makes no more model calls than stated"],
  },
  {
    what: "accepts when its model fails",
    check: {
      name: "bad",
      accepts: (...asked) => Promise.resolve(careful.accepts(...asked)).catch(() => true),
    },
    calls: 1,
    failed: ["does not accept if a model fails or gives a meaningless answer"],
  },
  {
    what: "claims to read only text and answers later",
    check: { ...hasText, accepts: async () => true },
    failed: ["answers at once, as a check that reads only the text does"],
  },
])("a check that $what fails its case", async ({ check, calls, failed }) => {
  expect(await failures(check, calls)).toEqual(failed);
});
