import fc from "fast-check";
import { expect, it } from "vitest";
import { timestamp } from "../../src/plugin/timestamp.ts";

it("is what Date gives, for any moment", () => {
  const moment = fc.integer({ min: 0, max: 253_402_300_799_999 });
  fc.assert(
    fc.property(moment, (ms) => timestamp(ms) === new Date(ms).toISOString()),
    { numRuns: 500 },
  );
  expect(timestamp(1_999.7)).toBe("1970-01-01T00:00:01.999Z");
});
