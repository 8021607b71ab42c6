import fc from "fast-check";
import { expect, test } from "vitest";
import { closing, opening, signature } from "../../../src/router/classifiers/framing.ts";
import { mayClose, mayOpen, maySign } from "../../../src/router/classifiers/framing-starts.ts";
import { runs } from "../../support/runs.ts";

/** Texts that an expression finds. What it only looks ahead for is left out: the tables do not read as far. */
function foundBy({ source }: RegExp, flags = ""): fc.Arbitrary<string> {
  const plain = source
    .replaceAll("(?=\\b(?:can|could|please|would)\\b)", "")
    .replaceAll(/\(\?=(?:\\[ns$|]|[^()]|\([^()]*\))*\)/g, "");
  return fc.stringMatching(new RegExp(plain.replaceAll("\\b", ""), flags));
}

const cased = (texts: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.oneof(
    texts,
    texts.map((text) => text.toUpperCase()),
    texts.map((text) => text.toLowerCase()),
  );

test.each([
  ["opens", opening, mayOpen],
  ["closes", closing, mayClose],
] as const)("whatever %s a prompt begins with three characters of the table", (_, expression, may) => {
  const texts = cased(foundBy(expression)).filter((text) => {
    expression.lastIndex = 0;
    return expression.test(text);
  });
  let found = 0;
  fc.assert(
    fc.property(texts, (text) => {
      found += 1;
      expect(may(`${text} and more`, 0)).toBe(true);
    }),
    { numRuns: runs(2_000, 50_000) },
  );
  expect(found).toBeGreaterThan(500);
});

test("whatever signs a prompt begins a line with three characters of the table", () => {
  const texts = cased(foundBy(signature)).filter((text) => signature.test(text));
  let found = 0;
  fc.assert(
    fc.property(texts, (text) => {
      found += 1;
      const line = text.search(signature) + 1;
      expect(maySign(text, line)).toBe(true);
    }),
    { numRuns: runs(1_000, 20_000) },
  );
  expect(found).toBeGreaterThan(300);
});

test("most words that open no prompt are told without a search", () => {
  for (const text of ["What is", "Write a", "How many", "Translate", "Compute", "Two trains", "In 1990"])
    expect(mayOpen(text, 0), text).toBe(false);
});
