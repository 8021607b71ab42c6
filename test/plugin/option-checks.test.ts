import { expect, test } from "vitest";
import { checkKeys, checkNumber } from "../../src/plugin/option-checks.ts";
import { openai } from "../../src/router/providers/openai.ts";

test.each<[Parameters<typeof checkNumber>[2], string]>([
  [{ min: Number.MIN_VALUE }, "x must be a number above 0, got 0"],
  [{ min: Number.MIN_VALUE, max: 1 }, "x must be a number in (0, 1], got 0"],
  [{ min: Number.MIN_VALUE, max: 1 - Number.EPSILON }, "x must be a number in (0, 1), got 0"],
  [{ min: 1, max: 10, integer: true }, "x must be an integer in [1, 10], got 0"],
  [{ max: -1 }, "x must be a number of at most -1, got 0"],
])("a range as people write it: %o", (range, message) => {
  expect(messageOf(() => checkNumber("x", 0, range))).toBe(message);
});

test("a misspelt option is named with those that are known, and its value is not shown", () => {
  expect(messageOf(() => checkKeys("log", { fiel: "a" }, ["file"]))).toBe(
    "log.fiel must be absent: known options are file. Did you mean file?",
  );
  const message = messageOf(() => openai("gpt-5", { apikey: "sk-secret" } as object));
  expect(message).toMatch(
    /^openai\.apikey must be absent: known options are .*, apiKey, .*Did you mean apiKey\?$/,
  );
  expect(message).not.toContain("sk-secret");
});

test("a key that is empty is named, and not said to be absent", () => {
  expect(messageOf(() => openai("gpt-5", { apiKey: "" }))).toBe(
    "openai.apiKey must be a non-empty string or a function that returns one",
  );
});

function messageOf(action: () => unknown): string {
  try {
    return `no error: ${String(action())}`;
  } catch (error) {
    return (error as Error).message;
  }
}
