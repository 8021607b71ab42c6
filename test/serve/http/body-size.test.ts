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
    expect(checkSize(text, most).isPlain).toBe(true);
  const numbers = ["1e999", "1E5", "-1.5e+400", "9".repeat(400)];
  for (const text of [...numbers.map((one) => `{"a":[${one}]}`), `{"a":${"[".repeat(151)}`])
    expect(checkSize(text, most).isPlain).toBe(false);
  // No number that is not found is infinite.
  fc.assert(
    fc.property(
      fc.stringMatching(/^-?[1-9][0-9]{0,320}(\.[0-9]{1,20})?([eE][+-]?[0-9]{1,4})?$/),
      (number) => {
        if (checkSize(`{"a":${number}}`, most).isPlain)
          expect(Number.isFinite(JSON.parse(number))).toBe(true);
      },
    ),
    numRuns(5_000),
  );
});

const charactersIn = (value: unknown): number => {
  if (typeof value === "string") return value.length;
  if (typeof value === "number") return JSON.stringify(value).length;
  if (typeof value !== "object" || value === null) return 0;
  return Object.entries(value).reduce(
    (sum, [name, held]) => sum + (Array.isArray(value) ? 0 : name.length) + charactersIn(held),
    0,
  );
};

it("counts a field of many values in full, however it is written", () => {
  const many = fc.array(fc.jsonValue(), { minLength: 1, maxLength: 20 }).map((some) => {
    const [one] = some;
    return [some, Array.from({ length: 1_001 }, (_, at) => (at % 7 === 0 ? one : "word"))];
  });
  fc.assert(
    fc.property(many, fc.constantFrom(undefined, 2), (value, space) => {
      const text = JSON.stringify({ a: "x", "\u00e9 b": value, c: [1] }, undefined, space);
      const { large, length } = checkSize(text, most);
      expect([...(large ?? new Map()).keys()]).toEqual(['"\u00e9 b"']);
      const size = large?.get('"\u00e9 b"');
      expect(size?.characters).toBeGreaterThanOrEqual(charactersIn(value));
      expect(size?.length).toBeGreaterThanOrEqual(JSON.stringify(value).length);
      // Not much more either: its name. A number with an exponent may be longer where it is written again.
      const written = JSON.stringify(value);
      if (!/\d[eE]/.test(written)) expect(size?.length).toBeLessThan(written.length + 20);
      expect(length).toBeGreaterThanOrEqual(JSON.stringify(JSON.parse(text)).length);
    }),
    numRuns(500),
  );
});

it("knows names that are numbers, and not values, nor what stands in texts", () => {
  const names = (written: string) => `{"a":{${many(600, (at) => written.replace("N", String(at)))}}}`;
  for (const written of ['"N":1', '"N" \n: {}', '"\\u0031N":1'])
    expect([written, checkSize(names(written), most).hasNumericNames]).toEqual([written, true]);
  for (const written of ['"aN":1', '"k":"N"', '"k":"{\\"N\\": 1}"', '"k":{"x":"N"\n}'])
    expect([written, checkSize(names(written), most).hasNumericNames]).toEqual([written, false]);
});
