import type { EndedDecision } from "../../src/serve/status/ended-request.ts";
import { amountOf, type Fields, textOf } from "./fields.ts";

export function armOf(assigned: Fields): NonNullable<EndedDecision["arms"]>[number] | undefined {
  const rollout = textOf(assigned["rollout"]);
  const arm = textOf(assigned["arm"]);
  if (rollout === undefined || arm === undefined) return undefined;
  const unitHash = textOf(assigned["unitHash"]) ?? "";
  return { rollout, arm, share: amountOf(assigned["share"]) ?? 0, unitHash, draw: 0 };
}
