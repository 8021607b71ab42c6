import type { EndedDecision } from "../../src/serve/status/inner.ts";
import { amountOf, type Fields, textOf } from "./fields.ts";

export function armOf(assigned: Fields): NonNullable<EndedDecision["arms"]>[number] | undefined {
  const comparison = textOf(assigned["comparison"]);
  const arm = textOf(assigned["arm"]);
  if (comparison === undefined || arm === undefined) return undefined;
  const unitHash = textOf(assigned["unitHash"]) ?? "";
  return { comparison, arm, share: amountOf(assigned["share"]) ?? 0, unitHash, draw: 0 };
}
