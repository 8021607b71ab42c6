import type { FrameSaving, FrameTotals } from "../status/frame.ts";
import { type Child, h, type PageElement } from "./element.ts";
import { count, isNumber, percent, percentDigits, usd } from "./format.ts";
import { ends, figure, pill, title, track } from "./parts.ts";

interface Range {
  readonly low?: number | undefined;
  readonly high?: number | undefined;
}

/** Content of the card: the saving of a hold-out where one has measured something, else the estimate. */
export function savingCard({
  measured,
  totals,
  span,
}: {
  readonly measured: FrameSaving | undefined;
  readonly totals: FrameTotals;
  /** The time of the totals in words. */
  readonly span: string;
}): readonly Child[] {
  if (measured?.savedUsd !== undefined) return measuredSaving(measured, measured.savedUsd);
  const heading = title("Saved", pill("estimated"));
  const waiting =
    measured === undefined
      ? "Not measured: a hold-out would (createHoldOut)."
      : `The hold-out has ${count(measured.heldOut)} requests: too few to measure yet.`;
  if (totals.compared === 0)
    return [
      heading,
      h(
        "p",
        { class: "empty" },
        "Nothing to compare yet. A saving is estimated once models with known prices have answered.",
      ),
      h("p", { class: "about" }, waiting),
    ];
  const { paidUsd, referenceUsd, compared } = totals;
  const saved = referenceUsd - paidUsd;
  return [
    heading,
    figure(usd(saved), referenceUsd > 0 ? percent(saved / referenceUsd) : ""),
    h("p", { class: "range" }, `${span}, without an interval`),
    paidBar(paidUsd, referenceUsd),
    h(
      "p",
      { class: "about" },
      `Against the most expensive permitted model, at what it was expected to cost, for ${count(compared)} of ${count(totals.requests)} requests. ${waiting}`,
    ),
  ];
}

/** A difference of qualities in hundredths. */
const points = (value: number): string => `${value > 0 ? "+" : ""}${percentDigits(value)} points`;

const inPercent = ({ low, high }: Range): string =>
  isNumber(low) && isNumber(high) ? ` (${percentDigits(low)} to ${percentDigits(high)} %)` : "";

function measuredSaving(
  { savedShare, qualityGained, confidence, heldOut, routed, units }: FrameSaving,
  savedUsd: Range & { readonly value: number },
): readonly Child[] {
  // A saving that may be none is not shown as one.
  const isSure = isNumber(savedUsd.low) && savedUsd.low > 0;
  const range =
    isNumber(savedUsd.low) && isNumber(savedUsd.high)
      ? `between ${usd(savedUsd.low)} and ${usd(savedUsd.high)}${inPercent(savedShare ?? {})}, with ${percent(confidence)} confidence${isSure ? "" : ": perhaps nothing"}`
      : "no interval before 50 units in each arm";
  const quality = isNumber(qualityGained?.value)
    ? ` Quality of the routed: ${points(qualityGained.value)}${isNumber(qualityGained.low) && isNumber(qualityGained.high) ? ` (${points(qualityGained.low)} to ${points(qualityGained.high)})` : ""}, by feedback.`
    : "";
  const most = Math.max(1, ...[savedShare?.value, savedShare?.high].filter(isNumber));
  return [
    title("Saved", pill("measured", isSure ? "good" : "warn")),
    figure(usd(savedUsd.value), percent(savedShare?.value)),
    h("p", { class: "range" }, range),
    ...(isSure && isNumber(savedShare?.value)
      ? [
          track({
            label: `Saved ${percent(savedShare.value)} of the cost without routing`,
            fill: savedShare.value,
            low: savedShare.low,
            high: savedShare.high,
            most,
            tone: "good",
          }),
        ]
      : []),
    isSure && ends(h("span", {}, "saved"), "all that the large model would have cost"),
    h(
      "p",
      { class: "about" },
      `Since the hold-out began: ${count(routed)} routed requests against ${count(heldOut)} that the large model answered, ${count(units)} units.${quality}`,
    ),
  ];
}

function paidBar(paid: number, without: number): PageElement {
  return h(
    "div",
    { class: "paid" },
    track({
      label: `Paid ${usd(paid)}, without routing ${usd(without)}`,
      fill: paid,
      limit: without,
      most: Math.max(paid, without),
    }),
    ends(h("span", {}, `paid ${usd(paid)}`), `without routing ${usd(without)}`),
  );
}
