import { expect, it } from "vitest";
import { errors } from "../../src/loop/guards/errors.ts";
import type { Guard } from "../../src/loop/guards/guard.ts";
import { withParts } from "../../src/loop/rollout/begin-again.ts";
import type { RolloutRecord } from "../../src/loop/rollout/rollout-record.ts";
import { emptyTable } from "../../src/loop/units/arm-table.ts";
import { isBegunParts, nothingBegun } from "../../src/loop/units/begun-parts.ts";

const record = { state: "running", begun: nothingBegun } as RolloutRecord;
const telling = (pairs: number): Guard => ({
  ...(errors({ margin: 0.1 }) as Guard),
  evidence: () => ({ harm: 1, safe: 0, pairs }),
});

it.each([0, 499, Number.NaN, -1e300])("a guard that tells of %d pairs begins no part", (pairs) => {
  const guard = telling(pairs);
  expect(withParts(record, emptyTable([guard]), [guard])).toBe(record);
});

it.each([500, 1_700.5, 1e300, Number.MAX_VALUE])(
  "one that tells of %d leaves a record that all can read",
  (pairs) => {
    const guard = telling(pairs);
    const table = emptyTable([guard]);
    const next = withParts(record, table, [guard]);
    expect(next.begun.guards["errors"]?.at).toBe(1);
    expect(isBegunParts(JSON.parse(JSON.stringify(next.begun)))).toBe(true);
    // The same evidence begins nothing more.
    expect(withParts(next, table, [guard])).toBe(next);
  },
);
