import type { FramePromise, FrameSource, FrameTotals } from "../status/frame.ts";
import { type Child, h, type PageElement } from "./element.ts";
import { atMost, count, isNumber, percent } from "./format.ts";
import { card, figure, name, pill, type Tone, title, track } from "./parts.ts";

const words: Readonly<Record<string, readonly [text: string, tone: Tone]>> = {
  kept: ["kept", "good"],
  "at-risk": ["at risk", "warn"],
  broken: ["broken", "bad"],
  "not-enough-evidence": ["not enough evidence", ""],
};

/** State of a promise in a word, with its colour. */
export function promisePill(state: string): PageElement {
  const [text, tone] = (Object.hasOwn(words, state) && words[state]) || [state, ""];
  return pill(text, tone);
}

/** Mean loss of a promise with its upper bound, on the way to what is promised. */
export function promiseTrack({
  state,
  meanLoss,
  upperBound,
  maxLoss,
}: Pick<FramePromise, "state" | "meanLoss" | "upperBound" | "maxLoss">): PageElement {
  const [, tone] = (Object.hasOwn(words, state) && words[state]) || [state, ""];
  const bound = isNumber(upperBound) ? `, upper bound ${atMost(upperBound)}` : "";
  return track({
    label: `Mean loss ${percent(meanLoss)}${bound}, promised at most ${percent(maxLoss)}`,
    fill: meanLoss,
    low: meanLoss,
    high: upperBound,
    limit: maxLoss,
    most: 1.6 * Math.max(maxLoss, upperBound ?? 0, meanLoss ?? 0),
    tone,
  });
}

const worstOf = ({ processes }: FramePromise): string =>
  isNumber(processes) ? `; the worst of ${count(processes)} processes` : "";

/** Content of the card on the first screen: the first promise, and how many decisions a certificate covers. */
export function firstPromiseCard({
  promises,
  totals,
  kind,
}: {
  readonly promises: readonly FramePromise[] | undefined;
  readonly totals: Pick<FrameTotals, "requests" | "certified">;
  readonly kind: FrameSource["kind"];
}): readonly Child[] {
  const certified = totals.requests > 0 ? totals.certified / totals.requests : undefined;
  const [first, ...more] = promises ?? [];
  if (first === undefined)
    return [
      title("Quality promise", pill("none")),
      certified !== undefined && figure(percent(certified), "certified"),
      certified !== undefined && h("p", { class: "range" }, "of the decisions are covered by a certificate"),
      h(
        "p",
        { class: "about" },
        kind === "log"
          ? "This log tells of no promise: decisionLog({ loop: { promises } }) writes its state."
          : "No promise is watched. Audits of a sample of the traffic would bound the loss (createPromise).",
      ),
    ];
  return [
    title("Quality promise", promisePill(first.state)),
    isNumber(first.upperBound)
      ? figure(`≤ ${atMost(first.upperBound)}`, "lost")
      : figure(percent(first.meanLoss), "mean loss, without a bound"),
    h(
      "p",
      { class: "range" },
      `promised: at most ${percent(first.maxLoss)}${isNumber(first.confidence) ? `, with ${percent(first.confidence)} confidence` : ""}`,
    ),
    promiseTrack(first),
    h(
      "p",
      { class: "about" },
      `Mean loss ${percent(first.meanLoss)}, ${count(first.records)} audited requests${worstOf(first)}. ${more.length > 0 ? `${more.length} more below.` : ""}`,
    ),
    h("p", { class: "about" }, `${percent(certified)} of the decisions are covered by a certificate.`),
  ];
}

/** A promise besides the first. */
export function promiseCard(promise: FramePromise): PageElement {
  const { upperBound, meanLoss, maxLoss, records } = promise;
  const loss = isNumber(upperBound) ? `At most ${atMost(upperBound)} lost` : `Mean loss ${percent(meanLoss)}`;
  return card(
    "",
    title("Promise", name(promise.name), promisePill(promise.state)),
    promiseTrack(promise),
    h(
      "p",
      { class: "about" },
      `${loss}; promised ${percent(maxLoss)}; ${count(records)} audited${worstOf(promise)}.`,
    ),
  );
}
