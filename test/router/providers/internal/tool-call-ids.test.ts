import fc from "fast-check";
import { expect, test } from "vitest";
import { createToolCallIds } from "../../../../src/router/providers/internal/tool-call-ids.ts";
import { runs } from "../../../support/runs.ts";

const plain = /^[a-zA-Z0-9_-]{1,40}$/;
const create = () => createToolCallIds((id) => plain.test(id));

test("ids that fit stay unchanged, in call and result", () => {
  const ids = create();
  expect(ids.ofCalls(["call_1", "call_2"])).toEqual(["call_1", "call_2"]);
  expect([ids.ofResult("call_2"), ids.ofResult("call_1")]).toEqual(["call_2", "call_1"]);
});

test("an id that a later answer repeats becomes another one", () => {
  const ids = create();
  const [first] = ids.ofCalls(["0"]);
  expect(ids.ofResult("0")).toBe(first);
  const [second] = ids.ofCalls(["0"]);
  expect(second).not.toBe(first);
  expect(ids.ofResult("0")).toBe(second);
});

test("a result of an unknown call has an id that fits", () => {
  expect(create().ofResult("gone:1")).toMatch(plain);
  expect(create().ofResult("gone")).toBe("gone");
});

test("whatever the ids: the new ones fit, differ, match their results, and are the same the next time", () => {
  const id = fc.oneof(fc.string({ maxLength: 60 }), fc.constantFrom("", "call_0", "a:0", "x".repeat(41)));
  const turn = fc.array(id, { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(fc.array(turn, { maxLength: 8 }), (turns) => {
      const translate = () => {
        const ids = create();
        return turns.map((calls) => ({ calls: ids.ofCalls(calls), results: calls.map(ids.ofResult) }));
      };
      const sent = translate();
      expect(translate()).toEqual(sent);
      const calls = sent.flatMap((one) => one.calls);
      for (const one of calls) expect(one).toMatch(plain);
      expect(new Set(calls).size).toBe(calls.length);
      for (const one of sent) expect(one.results).toEqual(one.calls);
    }),
    { numRuns: runs(200, 5_000) },
  );
});
