import { expect, test } from "vitest";
import { fitsPattern, fitsPatterns } from "../../../src/router/cost/fits-pattern.ts";

test.each([
  ["gpt-5", "gpt-5", true],
  ["gpt-5-mini", "gpt-5", false],
  ["gpt", "gpt-5", false],
  ["gpt-5-nano-x", "gpt-5-nano-*", true],
  ["gpt-5-nano", "gpt-5-nano-*", false],
  ["vertex/claude-opus-5", "*claude-opus-5", true],
  ["claude-opus-5-5", "*claude-opus-5", false],
  ["us.gemini-1.5-pro-002", "*gemini-1.5-pro*", true],
  ["grok-4.5-20260101", "grok-4.5-########", true],
  ["grok-4.5-2026010a", "grok-4.5-########", false],
  ["grok-4.5-202601011", "grok-4.5-########", false],
  ["gemini-3.5-flash-0", "gemini-3.5-flash-#*", true],
  ["gemini-3.5-flash-lite", "gemini-3.5-flash-#*", false],
  ["", "*", true],
])("%s against %s: %s", (name, pattern, fits) => {
  expect(fitsPattern(name, pattern)).toBe(fits);
});

test("a pattern with ! excludes names that another one accepts, in any order", () => {
  expect(fitsPatterns("gemini-2.5-pro-002", ["gemini-2.5-pro*", "!*-tts"])).toBe(true);
  expect(fitsPatterns("gemini-2.5-pro-tts", ["gemini-2.5-pro*", "!*-tts"])).toBe(false);
  expect(fitsPatterns("gemini-2.5-pro-tts", ["!*-tts", "gemini-2.5-pro*"])).toBe(false);
  expect(fitsPatterns("other", ["!*-tts"])).toBe(false);
});
