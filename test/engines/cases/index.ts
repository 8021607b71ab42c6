import type { EngineCase } from "../engine-case.ts";
import { burstCases } from "./bursts.ts";
import { callCases } from "./calls.ts";
import { faultCases } from "./faults.ts";
import { formCases } from "./forms.ts";
import { healthCases } from "./health.ts";

/** All cases, in the order in which they run. */
export const cases: readonly EngineCase[] = [
  ...callCases,
  ...formCases,
  ...faultCases,
  ...healthCases,
  ...burstCases,
];
