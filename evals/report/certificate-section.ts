import { capitalised } from "../../src/plugin/capitalised.ts";
import { count, limit, percent, percentWithInterval, points, score } from "../../src/plugin/format-number.ts";
import { fold } from "./fold.ts";
import { html, type Markup, nameOf, unbroken, withNames } from "./html.ts";
import { htmlTable } from "./html-table.ts";
import type { Report, ReportedCertificate } from "./report.ts";
import { promiseOf } from "./verdict.ts";

/** Section with the certificate in plain words, or the note that there is none. */
export function certificateSection({ certificate, reference, thresholds }: Report): Markup {
  if (certificate === undefined) {
    const [at] = thresholds;
    return html`<section class="panel open" aria-labelledby="certificate">
<h2 id="certificate">No certificate: ${at === undefined ? "this policy" : "this threshold"} is not tuned</h2>
<p>The figures of this report describe these records; none of them is a promise about other requests, and a policy that was picked because it looks best here will look worse on the next ones.</p>
<p>A promise needs tuning on separate records: ${
      at === undefined
        ? html`<code>tunePolicies</code> of <code>switchpoint/evals</code>, for policies in a given order`
        : html`<code>switchpoint eval tune --max-loss 0.02 --confidence 0.95</code>`
    }</p>
</section>`;
  }
  const { problems } = certificate;
  if (problems.length === 0)
    return fold(
      "certificate",
      "Certificate",
      `holds until ${certificate.expiresAt.slice(0, 10)}, from ${count(certificate.records)} tuning records`,
      body(certificate, reference),
    );
  return html`<section class="panel open" aria-labelledby="certificate">
<h2 id="certificate">The certificate does not hold here</h2>
<ul>${problems.map((problem) => html`<li>${capitalised(problem)}.</li>`)}</ul>
${body(certificate, reference)}
</section>`;
}

function body(certificate: ReportedCertificate, reference: string): Markup {
  return html`<p>${withNames(unbroken(statement(certificate, reference)), [reference])}</p>
<p>${unbroken(evidence(certificate))}</p>
${certificate.categories !== undefined && categoryTable(certificate.categories, certificate.guarantee)}
<p class="note">It is about requests like those it was tuned on, as their quality was judged${
    certificate.judge !== undefined && ` (by ${certificate.judge})`
  }.${countedOf(certificate)} It ends on ${certificate.expiresAt.slice(0, 10)}, and earlier when models, prompts, the classifier or the traffic change. Tuning file ${certificate.version}, of ${certificate.createdAt.slice(0, 10)}.</p>
${certificate.notes.length > 0 && html`<ul class="note">${certificate.notes.map((note) => html`<li>${note}</li>`)}</ul>`}`;
}

function statement(certificate: ReportedCertificate, reference: string): string {
  const { threshold, problems } = certificate;
  const routing = threshold === undefined ? "routing as tuned" : `routing at threshold ${score(threshold)}`;
  const claim = `${routing} ${promiseOf(certificate, reference)}`;
  return problems.length > 0
    ? `What it promised: ${claim}.`
    : `${capitalised(claim)}, against sending everything to ${reference}.`;
}

function evidence({
  records,
  units,
  guarantee,
  loss,
  maxLoss,
  upperBound,
  pValue,
  saving,
  tunedOn,
}: ReportedCertificate): string {
  const independent = units === records ? "" : `, of which ${count(units)} independent`;
  const shown = lossOf(guarantee);
  const measured = `It rests on ${count(records)} tuning records${independent}: the loss measured there was ${shown(loss)} (p\u00a0=\u00a0${pValue.toPrecision(2)}).`;
  const estimate =
    upperBound < maxLoss
      ? ` That it is at most ${boundOf(guarantee)(upperBound)} is an estimate from the records that chose it, and not promised.`
      : "";
  const saved = saving === undefined ? "" : ` The cost there was ${percentWithInterval(saving)} lower.`;
  const own =
    tunedOn === 0
      ? " None of the records of this report are among them."
      : ` ${count(tunedOn)} of the records of this report are among them, on which the figures around this one look a little too good.`;
  return measured + estimate + saved + own;
}

function countedOf({ counted }: ReportedCertificate): string {
  if (counted === undefined) return "";
  const { fields, most } = counted;
  return ` Of those that share a ${fields.join(" or ")}, ${most === 1 ? "all count as one" : `at most ${count(most)} count`}.`;
}

function categoryTable(
  categories: NonNullable<ReportedCertificate["categories"]>,
  guarantee: ReportedCertificate["guarantee"],
): Markup {
  return htmlTable(
    "Thresholds by category",
    ["category", "threshold", "tuning records", "loss at most (an estimate)"],
    categories.map(({ category, threshold, records, upperBound, problem }) => ({
      kind: problem === undefined ? undefined : ("few" as const),
      cells: [
        nameOf(category),
        problem === undefined ? score(threshold) : "large model only",
        count(records),
        upperBound === undefined ? "–" : boundOf(guarantee)(upperBound),
      ],
    })),
  );
}

function boundOf(guarantee: ReportedCertificate["guarantee"]): (bound: number) => string {
  return guarantee === "mean" ? (bound) => `${limit(bound)} points` : (bound) => `${limit(bound)} %`;
}

/** Format of a loss: quality in points, or a share of requests. */
function lossOf(guarantee: ReportedCertificate["guarantee"]): (loss: number) => string {
  return guarantee === "mean" ? (loss) => `${points(loss)} points` : percent;
}
