import { expect, it } from "vitest";
import { servedModels } from "../../../evals/tune/baseline.ts";
import { recordOf } from "../../support/evals/records.ts";

it("lists by model what the providers said has answered, and leaves out what is not told", () => {
  const answer = (servedModel: unknown) => ({ quality: 1, servedModel });
  const records = [
    recordOf("1", { a: answer("a-2"), b: { quality: 1 } }),
    recordOf("2", { a: answer("a-1"), b: answer(7), c: answer("c-1") }),
    recordOf("3", { a: answer("a-2") }),
  ];
  expect(servedModels(records, ["a", "b"])).toEqual({ a: ["a-1", "a-2"] });
});
