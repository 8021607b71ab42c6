import { expect, test } from "vitest";
import { safetyFloor } from "../../../policies/constraints/index.ts";
import type { Constraint } from "../../../src/contracts/index.ts";
import { candidateOf, factsOf } from "../../../src/testing/index.ts";

const small = candidateOf("small");
const large = candidateOf("large");
const about = (category: string) => ({ request: factsOf({ category }), hop: "answer", now: 0 }) as const;

test("keeps risky requests from the models it names", () => {
  const floor: Constraint = safetyFloor({
    when: ({ category }) => category === "medical",
    forbid: ["small"],
  });
  expect(floor.permits(small, about("medical"))).toBe("below the safety floor of this request");
  expect(floor.permits(large, about("medical"))).toBe(true);
  expect(floor.permits(small, about("weather"))).toBe(true);
});

test("treats anything but false as risky", () => {
  for (const answer of [undefined, null, 0, "", Promise.resolve(false)]) {
    const floor = safetyFloor({ when: (() => answer) as never, forbid: ["small"] });
    expect(floor.permits(small as never, about("x"))).toBe("below the safety floor of this request");
  }
});

test("lists its ids, so that a router can refuse one that it does not have", () => {
  expect(safetyFloor({ when: () => true, forbid: ["small", "mid"] })).toMatchObject({
    name: "safetyFloor",
    models: ["small", "mid"],
  });
});
