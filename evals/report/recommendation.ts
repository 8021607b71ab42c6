import { count, percent } from "../../src/plugin/format-number.ts";
import { headlineOf } from "./headline.ts";
import type { Alternative, Recommendation, Report } from "./report.ts";

export interface Evidence
  extends Pick<Report, "reference" | "today" | "certificate" | "alternatives" | "saving" | "rows"> {
  /** Number of independent records. */
  readonly units: number;
  /** Share of the records that the classifier was trained on or the routing tuned on. */
  readonly known: number;
}

type Advice = Pick<Recommendation, "level" | "text">;

/** Words for the levels. */
export const statuses: Readonly<Record<Recommendation["level"], string>> = {
  go: "Recommended",
  care: "With care",
  wait: "Not yet",
  no: "Not recommended",
};

/** Number of independent records below which a report is not a basis for decisions. */
export const fewUnits = 100;
/** Share of known records from which the figures are too good to act on. */
const manyKnown = 0.05;

/** Recommends what to do: reasons against come first, and the first one that applies is given. */
export function recommendationOf(evidence: Evidence): Recommendation {
  const { certificate } = evidence;
  const holds = certificate !== undefined && certificate.problems.length === 0;
  const advice = reasonAgainst(evidence) ?? (holds ? withPromise(evidence) : withoutPromise(evidence));
  return { ...advice, headline: headlineOf(evidence) };
}

/** Returns what speaks against routing, promise or not. */
function reasonAgainst(evidence: Evidence): Advice | undefined {
  const { units, today, reference, alternatives } = evidence;
  if (units < fewUnits) return undefined;
  const instead = alternatives.find(isBetter);
  if (instead !== undefined)
    return {
      level: "no",
      text: `Send everything to ${instead.model}: on these records it costs no more than routing and answers at least as well.`,
    };
  const saved = savedOf(evidence);
  if (today === reference && saved !== undefined && saved.value <= 0 && (saved.high ?? 0) <= 0)
    return { level: "no", text: `Keep sending everything to ${today}: routing saves nothing.` };
  return undefined;
}

/** True if a model alone costs no more than the policy and answers as well, and surely so in one of both. */
function isBetter({ savedUsd, lost }: Alternative): boolean {
  if (savedUsd === undefined || savedUsd.value > 0 || lost.value < 0) return false;
  return (savedUsd.high ?? 0) < 0 || (lost.low ?? 0) > 0;
}

function withoutPromise({ units, certificate }: Evidence): Advice {
  if (units < fewUnits)
    return {
      level: "wait",
      text: `Record more first: ${count(units)} independent ${units === 1 ? "record says" : "records say"} too little; ${fewUnits} are the least.`,
    };
  return {
    level: "wait",
    text:
      certificate === undefined
        ? "Do not switch it on yet: it was not tuned, so nothing is promised about other requests. Tune it on separate records first."
        : "Do not rely on it: the certificate does not hold here, for the reasons below. Tune again on new records.",
  };
}

function withPromise(evidence: Evidence): Advice {
  const { units, certificate, today, reference, known, rows } = evidence;
  const saved = savedOf(evidence);
  const care = (text: string): Advice => ({ level: "care", text });
  if ((certificate?.concerns.length ?? 0) > 0)
    return care("The certificate holds, but read first what limits it, below.");
  if (units < fewUnits)
    return care(
      `The certificate holds, but ${count(units)} independent ${units === 1 ? "record is" : "records are"} too few to tell what it saves.`,
    );
  if (known > manyKnown)
    return care(
      `The certificate holds, but ${percent(known)} of these records trained or tuned the routing: the figures look too good. Report on other records before you count on them.`,
    );
  if (saved === undefined)
    return care("The quality is certified, but not every cost is known: record costs to see what it saves.");
  if (saved.value <= 0)
    return care(`It costs more than sending everything to ${today}: decide if the quality is worth it.`);
  if (saved.low === undefined || saved.low <= 0)
    return care("The quality is certified, but on these records the saving is not sure.");
  const share = percent(rows[0]?.largeCallRate?.value ?? 0);
  const until = certificate?.expiresAt.slice(0, 10);
  return {
    level: "go",
    text: `Switch it on as tuned: ${share} of requests go to ${reference}, the others to a cheaper model. The certificate ends on ${until}; check it on new records before.`,
  };
}

function savedOf({ alternatives, today }: Evidence): Alternative["savedUsd"] {
  return alternatives.find(({ model }) => model === today)?.savedUsd;
}
