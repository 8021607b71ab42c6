import type { ArmAssignment, DriftFound, PromiseChanged, RolloutChanged } from "../../src/contracts/index.ts";
import { each, type Fields, listOf, numberOf, textOf } from "./fields.ts";
import { armOf } from "./logged-arm.ts";

/** An event of a log, as far as the page shows it. Feedback is that on a decision that is in an arm. */
export type LoggedNews =
  | Pick<PromiseChanged, "type" | "promise" | "category" | "from" | "to" | "records" | "meanLoss" | "maxLoss">
  | Pick<RolloutChanged, "type" | "rollout" | "verdict" | "stage" | "share" | "guard" | "reason">
  | Pick<DriftFound, "type" | "of" | "statistic" | "value" | "bound" | "reason">
  | { readonly type: "parts-replaced"; readonly parts: readonly string[]; readonly reverted?: true }
  | { readonly type: "replacement-refused" }
  | { readonly type: "audit-changed"; readonly state: string }
  | {
      readonly type: "feedback-given";
      readonly decisionId: string;
      readonly quality: number;
      readonly arms: readonly ArmAssignment[];
    };

/** Reads an event field by field. Undefined for one that is not known or lacks a part. */
export function loggedNews(event: Fields | undefined): LoggedNews | undefined {
  switch (event?.["type"]) {
    case "promise-changed":
      return promiseOf(event);
    case "rollout-changed":
      return rolloutOf(event);
    case "drift-found":
      return driftOf(event);
    case "parts-replaced":
      return {
        type: "parts-replaced",
        parts: listOf(event["parts"])
          .flatMap((one) => textOf(one) ?? [])
          .slice(0, 10),
        ...(event["reverted"] === true && { reverted: true }),
      };
    case "replacement-refused":
      return { type: "replacement-refused" };
    case "audit-changed": {
      const state = textOf(event["state"]);
      return state === undefined ? undefined : { type: "audit-changed", state };
    }
    case "feedback-given": {
      const quality = numberOf(event["quality"]);
      const decisionId = textOf(event["decisionId"]);
      if (decisionId === undefined || quality === undefined || quality < 0 || quality > 1) return undefined;
      return { type: "feedback-given", decisionId, quality, arms: each(event["arms"], armOf) };
    }
    default:
      return undefined;
  }
}

function promiseOf(event: Fields): LoggedNews | undefined {
  const promise = textOf(event["promise"]);
  const to = textOf(event["to"]);
  const maxLoss = numberOf(event["maxLoss"]);
  if (promise === undefined || to === undefined || maxLoss === undefined) return undefined;
  return {
    type: "promise-changed",
    promise,
    category: textOf(event["category"]),
    from: textOf(event["from"]) ?? "",
    to,
    records: numberOf(event["records"]) ?? 0,
    meanLoss: numberOf(event["meanLoss"]),
    maxLoss,
  };
}

function rolloutOf(event: Fields): LoggedNews | undefined {
  const rollout = textOf(event["rollout"]);
  const verdict = textOf(event["verdict"]);
  const share = numberOf(event["share"]);
  if (rollout === undefined || verdict === undefined || share === undefined) return undefined;
  return {
    type: "rollout-changed",
    rollout,
    verdict,
    stage: numberOf(event["stage"]) ?? 0,
    share,
    guard: textOf(event["guard"]),
    reason: textOf(event["reason"]) ?? "",
  };
}

function driftOf(event: Fields): LoggedNews | undefined {
  const of = textOf(event["of"]);
  const value = numberOf(event["value"]);
  const bound = numberOf(event["bound"]);
  if (of === undefined || value === undefined || bound === undefined) return undefined;
  return {
    type: "drift-found",
    of,
    statistic: textOf(event["statistic"]) ?? "",
    value,
    bound,
    reason: textOf(event["reason"]) ?? "",
  };
}
