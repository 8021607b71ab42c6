import { expect, it } from "vitest";
import { escapeHidden, showHidden } from "../../src/plugin/show-hidden.ts";

const hostile = "a\u001b]0;x\u0007\u009b31m\r\u202e\u2028\u{e0041}z";
const fine = "line\n\ttab, 👩‍🚀 ❤️, می‌خواهم, שלום, 日本語";

it("writes out what steers a terminal or cannot be seen, and keeps what scripts and emoji need", () => {
  expect(showHidden(hostile)).toBe("a[U+001B]]0;x[U+0007][U+009B]31m[U+000D][U+202E][U+2028][U+E0041]z");
  expect(showHidden(fine)).toBe(fine);
});

it("escapes in JSON what JSON leaves as it is, without changing what it says", () => {
  const json = escapeHidden(JSON.stringify({ hostile, fine }, undefined, 2));
  expect(showHidden(json)).toBe(json);
  expect(json).toContain("\\u009b31m\\r\\u202e\\u2028\\udb40\\udc41z");
  expect(JSON.parse(json)).toEqual({ hostile, fine });
});
