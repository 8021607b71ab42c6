import fc from "fast-check";
import { expect, it } from "vitest";
import { checkSize } from "../../../src/serve/http/body-size.ts";
import { numRuns } from "../../support/runs.ts";

const most = 4_194_304;
const problemOf = (text: string, maxCharacters = most) => {
  try {
    checkSize(text, maxCharacters);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
};
const many = (count: number, one: (at: number) => string) =>
  Array.from({ length: count }, (_, at) => one(at)).join();

it("counts each value once, wherever it stands", () => {
  const countOf = (value: unknown): number =>
    typeof value === "object" && value !== null
      ? Object.values(value).reduce((sum: number, held) => sum + 1 + countOf(held), 0)
      : 0;
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom(undefined, 2), (value, space) => {
      const missing = 100_000 - countOf(value) - 3;
      const fits = `{"a":${JSON.stringify(value, undefined, space)},"b":[${"1,".repeat(missing - 1)}1]}`;
      expect(problemOf(fits)).toBeUndefined();
      expect(problemOf(fits.replace('"b":[', '"b":[1,1,'))).toBe("the body has more than 100000 values");
    }),
    numRuns(200),
  );
});

it.each([
  ["values", `{"a":[${many(100_001, () => "[]")}]}`, "has more than 100000 values"],
  ["keys", `{"a":{${many(100_001, (at) => `"k${at}":1`)}}}`, "has more than 100000 values"],
  ["fields of its own", `{${many(257, (at) => `"k${at}":1`)}}`, "has more than 256 fields"],
  ["levels", `{"a":${"[".repeat(256)}`, "is nested deeper than 256 levels"],
])(
  "refuses a body of too many %s before it is parsed, and says how many there may be",
  (_, text, problem) => {
    expect(problemOf(text)).toBe(`the body ${problem}`);
  },
);

it("does not count what stands in texts", () => {
  expect(problemOf(`{"a":"${"[,{".repeat(200_000)}\\",\\\\"}`)).toBeUndefined();
});

const base64 = "iVBORw0KGgo/+A".repeat(1_000);

it.each([
  ["alone", base64],
  ["with its media type", `data:image/png;base64,${base64}==`],
  ["with slashes as PHP writes them", base64.replaceAll("/", "\\/")],
  ["in lines", base64.replaceAll("/", "\\n")],
  ["for addresses", base64.replaceAll("/", "_").replaceAll("+", "-")],
])("base64 %s counts in bytes alone, and not as text", (_, data) => {
  expect(problemOf(`{"a":"${data}"}`, 1_000)).toBeUndefined();
});

it.each([
  ["words", "some words ".repeat(1_000)],
  ["a text behind the mark of base64", `data:text/plain;base64,${"some words ".repeat(1_000)}`],
  ["escapes", "\\u4e2d".repeat(2_000)],
  ["many short texts", many(100, () => '","b":"aaaaaaaaaaaa')],
])("%s count as text, and the refusal names the options", (_, text) => {
  expect(problemOf(`{"a":"${text}"}`, 1_000)).toBe(
    "the body has more than 1000 characters besides images and files in base64 (option maxBodyCharacters, --max-body-text)",
  );
});

it("says that a body is plain only if no number may be infinite and nothing is deep", () => {
  for (const text of ['{"a":[1,-2.5,true,false,null,"1e999","e1"]}', '{ "a" : { "e" : 1 } }', "[]"])
    expect(checkSize(text, most)).toBe(true);
  const numbers = ["1e999", "1E5", "-1.5e+400", "9".repeat(400)];
  for (const text of [...numbers.map((one) => `{"a":[${one}]}`), `{"a":${"[".repeat(151)}`])
    expect(checkSize(text, most)).toBe(false);
  // No number that is not found is infinite.
  fc.assert(
    fc.property(
      fc.stringMatching(/^-?[1-9][0-9]{0,320}(\.[0-9]{1,20})?([eE][+-]?[0-9]{1,4})?$/),
      (number) => {
        if (checkSize(`{"a":${number}}`, most)) expect(Number.isFinite(JSON.parse(number))).toBe(true);
      },
    ),
    numRuns(5_000),
  );
});
