import { expect, test } from "vitest";
import { InvalidRequestError } from "../../../src/contracts/index.ts";
import { partCharacters } from "../../../src/router/request/part-characters.ts";

const message = (...provider_parts: { [field: string]: unknown }[]) =>
  ({ role: "assistant", content: "hello", provider_parts }) as const;

test("parts count beyond the text and calls that they repeat, and data of images do not", () => {
  expect(partCharacters(message({ type: "a", text: "hello", logs: "x".repeat(100) }), 5)).toBe(105);
  expect(partCharacters(message({ text: "hello" }), 5)).toBe(0);
  const data = "A".repeat(1_000);
  expect(
    partCharacters(
      message(
        { type: "image_generation_call", result: data },
        { inlineData: { data, mimeType: "image/png" } },
      ),
      0,
    ),
  ).toBe(54);
  // What only says that it is data counts.
  expect(partCharacters(message({ type: "redacted_thinking", data }), 0)).toBe(1_017);
  expect(partCharacters(message({ source: { type: "text", media_type: "text/plain", data } }), 0)).toBe(
    1_024,
  );
  expect(partCharacters(message({ type: "mcp_call", result: data }), 0)).toBe(1_014);
  expect(partCharacters({ role: "user", content: "hello" }, 5)).toBe(0);
});

test("parts that are no JSON are refused by name", () => {
  const part: { [field: string]: unknown } = { type: "a" };
  part["self"] = part;
  expect(() => partCharacters(message(part), 0)).toThrow(InvalidRequestError);
});
