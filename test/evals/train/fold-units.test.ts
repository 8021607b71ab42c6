import { expect, test } from "vitest";
import { promptKey } from "../../../evals/data/outcomes/prompt-key.ts";
import type { OutcomeRecord } from "../../../evals/index.ts";
import { foldUnits, joinKeysOf } from "../../../evals/train/fold-units.ts";
import { groupHash } from "../../../evals/train/group-hash.ts";

const record = (prompt: string, more: Partial<OutcomeRecord> = {}): OutcomeRecord => ({
  id: prompt,
  prompt,
  outcomes: {},
  ...more,
});
const unitsOf = (records: readonly OutcomeRecord[], least = 1) =>
  foldUnits(
    records.map((one) => joinKeysOf(one, groupHash(promptKey(one)))),
    least,
  );

test("records of one prompt, group, session or template are one unit, directly or through others", () => {
  const { units, count } = unitsOf([
    record("Name the capital of the old kingdom"),
    record("name the capital of the old kingdom!"),
    record("Please summarise the order 1234 of Anna for the warehouse"),
    record("Please summarise the order 98 of Berta for the warehouse"),
    record("Is water wet?", { session: "s" }),
    record("And is fire hot?", { session: "s" }),
    record("What is the fourth thing here?", { group: "g" }),
    record("Where does it lie in the room?", { group: "g" }),
    // The text of one of the group, without its name.
    record("Where does it lie in the room?"),
    record("Something else entirely, at last"),
  ]);
  expect(Array.from(units)).toEqual([0, 0, 1, 1, 2, 2, 3, 3, 3, 4]);
  expect(count).toBe(5);
});

test("a tenant joins nothing: a few tenants would leave nothing to compare", () => {
  const { count } = unitsOf([
    record("Is water wet?", { tenant: "t" }),
    record("Why do birds sing at dawn?", { tenant: "t" }),
  ]);
  expect(count).toBe(2);
});

test("where one template leaves too few units, its prompts are taken for independent, and that is said", () => {
  const orders = Array.from({ length: 50 }, (_, index) =>
    record(`Please summarise the order ${index} for the warehouse`),
  );
  expect(unitsOf(orders)).toMatchObject({ count: 1, separatesTemplates: true });
  expect(unitsOf(orders, 40)).toMatchObject({ count: 50, separatesTemplates: false });
});
