import type { RolloutStatus } from "../../../src/loop/index.ts";
import { count, percent } from "../../../src/plugin/format-number.ts";
import type { Tone } from "../../../src/serve/page/inner.ts";
import { conclusionOf, differenceOf, marginOf } from "./rollout-view.ts";

/** State of a rollout in a word, with its colour. */
export function rolloutState({ state, verdict, guards }: RolloutStatus): readonly [string, Tone] {
  switch (state) {
    case "done":
      return verdict.advice === "do-not-route" ? ["Do not route", "bad"] : ["Done", "good"];
    case "rolled-back":
      return ["Rolled back", "bad"];
    case "aborted":
      return ["Aborted", "bad"];
    case "invalid":
      return ["Not valid", "bad"];
    case "paused":
      return ["Paused", "warn"];
    case "running":
      return guards.some((guard) => conclusionOf(guard) === "harm")
        ? ["Running, with harm found", "warn"]
        : ["Running", verdict.verdict === "advance" ? "good" : ""];
  }
}

/** Says in one sentence where a rollout is, for someone who knows nothing of its statistics. */
export function rolloutHeadline(status: RolloutStatus): string {
  const { state, stage, stages, share, verdict, units, guards, shadow } = status;
  const compared = units.control + units.candidate;
  const after = compared === 0 ? "" : ` after ${count(compared)} compared ${unitsOf(status)}`;
  switch (state) {
    case "done":
      return verdict.advice === "do-not-route"
        ? `The candidate does no harm, but is not worth routing to${after}.`
        : `The candidate is safe to use${after}.`;
    case "rolled-back": {
      const guard = guards.find(({ name }) => name === verdict.guard);
      const what = verdict.guard === undefined ? "" : ` because of ${short(verdict.guard)}`;
      const numbers =
        guard === undefined || guard.pairs === 0
          ? ""
          : `: ${differenceOf(guard, guard.difference)}, where ${marginOf(guard)} is permitted`;
      return `The candidate was taken back${what}${after}${numbers}.`;
    }
    case "aborted":
      return `The rollout was ended${verdict.by === undefined ? "" : ` by ${short(verdict.by)}`}${after}.`;
    case "invalid":
      return `The comparison is not valid${reasons[verdict.because ?? ""] ?? ""}, so the candidate was taken back.`;
    case "paused":
      return `The rollout waits for a person: ${short(verdict.guard ?? verdict.by ?? "someone")} has paused it at ${percent(share)}.`;
    case "running": {
      const at = stages[stage];
      if (at?.shadow === true)
        return `The candidate decides unseen: ${count(shadow?.requests ?? 0)} of ${count(at.requests)} requests so far.`;
      return `The candidate has ${percent(share)} of the ${unitsOf(status)}, and ${harmOf(status)}.`;
    }
  }
}

const reasons: Readonly<Record<string, string>> = {
  srm: ": the arms do not have their shares",
  "units-in-both-arms": ": too many units were in both arms",
  "salt-changed": ": the salt is another one",
  "settings-changed": ": its settings were changed",
};

/** Longest name in a headline. */
const longestName = 60;

function short(name: string): string {
  return name.length <= longestName ? name : `${name.slice(0, longestName - 1)}…`;
}

function harmOf({ guards }: RolloutStatus): string {
  const own = guards.filter(({ kind }) => kind === "guard");
  const harmful = own.filter((guard) => conclusionOf(guard) === "harm");
  if (harmful.length > 0) return `harm is proven by ${harmful.map(({ name }) => short(name)).join(", ")}`;
  const safe = own.filter((guard) => conclusionOf(guard) === "safe").length;
  if (safe === own.length && own.length > 0) return "harm is ruled out by all guards";
  return safe === 0
    ? "no harm is found so far"
    : `harm is ruled out by ${count(safe)} of ${count(own.length)} guards`;
}

/** Plural of the unit, where it has one that is known. */
export function unitsOf({ unit }: Pick<RolloutStatus, "unit">): string {
  return ["session", "tenant", "request"].includes(unit) ? `${unit}s` : "units";
}
