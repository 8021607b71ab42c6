import type { EngineCase } from "../engine-case.ts";
import { callCases } from "./calls.ts";

/** All cases, in the order in which they run. */
export const cases: readonly EngineCase[] = [...callCases];
