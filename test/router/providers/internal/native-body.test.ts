import fc from "fast-check";
import { expect, test } from "vitest";
import type { JsonPath } from "../../../../src/plugin/json-places.ts";
import { changedBody, readNativeBody } from "../../../../src/router/providers/internal/native-body.ts";
import { runs } from "../../../support/runs.ts";

const isElement = (path: JsonPath) => path.length === 2;

test("fields are left out, replaced and added, and parts of the others replaced, whatever their order", () => {
  const lists = fc.dictionary(fc.string({ maxLength: 3 }), fc.array(fc.nat(9), { maxLength: 4 }));
  fc.assert(
    fc.property(lists, fc.dictionary(fc.string({ maxLength: 3 }), fc.option(fc.nat())), (fields, given) => {
      const text = JSON.stringify(fields);
      const body = readNativeBody(text, isElement);
      const changes = Object.fromEntries(
        [...Object.keys(fields).slice(0, 2), ...Object.keys(given)].map((name) => [
          name,
          given[name] ?? undefined,
        ]),
      );
      const parts = Object.entries(body.fields).flatMap(([name, list]) =>
        (list as unknown[]).flatMap((_, at) => {
          const place = body.place([name, at]);
          return place === undefined ? [] : [{ place, text: '"new"' }];
        }),
      );
      const expected = { ...body.fields };
      for (const [name, list] of Object.entries(expected))
        expected[name] = (list as unknown[]).map(() => "new");
      for (const [name, value] of Object.entries(changes))
        if (value === undefined) delete expected[name];
        else expected[name] = value;
      expect(JSON.parse(changedBody(body, changes, parts))).toEqual(expected);
    }),
    { numRuns: runs(200, 20_000) },
  );
});

test("many fields and many parts are written in linear time", () => {
  const many = Array.from({ length: 100_000 }, (_, at) => `"a${at}":1`).join(",");
  const text = `{"left":1,${many},"list":[${"0,".repeat(100_000)}0]}`;
  const body = readNativeBody(text, isElement);
  const parts = Array.from({ length: 100_001 }, (_, at) => ({
    place: body.place(["list", at]) as { from: number; to: number },
    text: "1",
  }));
  expect(changedBody(body, { left: undefined }, parts)).toBe(`{${many},"list":[${"1,".repeat(100_000)}1]}`);
});
