import { count, limit, percent, points, sureness, usd } from "../../src/plugin/format-number.ts";
import { alternativesChart } from "./alternatives-chart.ts";
import { type Content, cut, html, type Markup, unbroken, withNames } from "./html.ts";
import { fewUnits, statuses } from "./recommendation.ts";
import type { Alternative, Report } from "./report.ts";
import { opposite } from "./verdict.ts";

/** First screen: the verdict, what to do, money, quality, promise, and the comparison with doing nothing. */
export function summarySection(report: Report): Markup {
  const { recommendation, models, provenance, policy, kind } = report;
  const { level, headline, text } = recommendation;
  const between = kind === "pair" ? models.join(" and ") : `${count(models.length)} models`;
  return html`<header>
<p class="kicker"><span>Routing between ${withNames(between, models)} · ${policy}</span> <span>${count(provenance.records)} recorded requests · ${provenance.createdAt.slice(0, 10)}</span></p>
<p class="status ${level}"><span>${statuses[level]}</span></p>
<h1>${unbroken(headline)}</h1>
<p class="lead">${withNames(unbroken(text), models)}</p>
${facts(report)}
</header>
<section class="summary" aria-labelledby="alternatives">
${alternativesChart(report)}
<p class="note">${withNames(unbroken(explanation(report)), models)}</p>
</section>`;
}

function facts(report: Report): Markup {
  const against = report.alternatives.find(({ model }) => model === report.today);
  return html`<dl class="facts">
${moneyFact(report, against)}${qualityFact(report, against)}${promiseFact(report)}</dl>`;
}

function moneyFact({ saving, uncosted }: Report, against: Alternative | undefined): Markup {
  const { savedUsd, savedShare } = against ?? {};
  const per = saving?.requests === undefined ? "for 1,000 requests" : "a month";
  if (savedUsd === undefined) {
    const missing = uncosted
      .map(({ model, records }) => `${cut(model)} (${count(records)} records)`)
      .join(", ");
    return fact("Saved", "not known", "", missing && `costs are missing: ${missing}`);
  }
  const saves = savedUsd.value >= 0;
  const { value, low, high } = saves ? savedUsd : opposite(savedUsd);
  const between =
    low !== undefined && high !== undefined
      ? `between ${usd(low)} and ${usd(high)}`
      : "no interval: too little data";
  const share =
    savedShare === undefined
      ? ""
      : `${percent(Math.abs(savedShare.value))} ${saves ? "less" : "more"} than doing nothing, `;
  return fact(
    `${saves ? "Saved" : "More to pay"} ${per}`,
    usd(value),
    between,
    html`${unbroken(share)}${volumeOf(saving)}`,
  );
}

function volumeOf(saving: Report["saving"]): Content {
  if (saving?.requests === undefined)
    return html`at any volume (for yours: ${option("--requests-per-month")})`;
  const { requests, derived } = saving;
  return derived === undefined
    ? `at ${count(requests)} requests a month`
    : `at ${count(requests)} requests a month, the pace of these records`;
}

function qualityFact({ judge, rightOrWrong }: Report, against: Alternative | undefined): Markup {
  const lost = against?.lost ?? { value: Number.NaN };
  const loses = lost.value >= 0;
  const { value, low, high } = loses ? lost : opposite(lost);
  const between =
    low !== undefined && high !== undefined
      ? `between ${points(low)} and ${points(high)}`
      : "no interval: too little data";
  const scale = rightOrWrong ? "a point is one answer in 100" : "on a scale from 0 to 100";
  const by =
    judge === undefined
      ? html`graded as recorded (name it: ${option("--judge")})`
      : html`graded by <bdi>${cut(judge)}</bdi>`;
  return fact(
    loses ? "Quality lost" : "Quality gained",
    `${points(value)} points`,
    between,
    html`${scale}; ${by}`,
  );
}

function promiseFact({ certificate }: Report): Markup {
  if (certificate === undefined)
    return fact("Promised for other requests", "nothing", "no certificate", "it was not tuned");
  if (certificate.problems.length > 0)
    return fact("Promised for other requests", "nothing", "the certificate does not hold", "reasons below");
  const { guarantee, maxLoss, confidence, expiresAt } = certificate;
  return fact(
    guarantee === "mean" ? "Quality lost, as promised" : "Answered worse, as promised",
    guarantee === "mean" ? `at most ${limit(maxLoss)} points` : `at most ${limit(maxLoss)} %`,
    `with ${sureness(confidence)} confidence`,
    `until ${expiresAt.slice(0, 10)}, for requests like the tuning records`,
  );
}

/** Name of an option, in one piece. */
function option(name: string): Markup {
  return html`<code class="name">${name}</code>`;
}

function fact(name: string, figure: string, range: string, note: Content): Markup {
  return html`<div><dt>${name}</dt>
<dd><div class="figure">${unbroken(figure)}</div>
${range !== "" && html`<div class="range">${unbroken(range)}</div>`}${note && html`<div class="about">${typeof note === "string" ? unbroken(note) : note}</div>`}</dd></div>
`;
}

/** Explains in a line how the promise and the interval of these records differ. */
function explanation({ certificate, alternatives, reference, provenance, confidence }: Report): string {
  const lost = alternatives.find(({ model }) => model === reference)?.lost;
  const records = `${count(provenance.records)} records`;
  if (lost?.low === undefined || lost.high === undefined || provenance.units < fewUnits)
    return `${provenance.records === 1 ? "One record is" : `These ${records} are`} too few: the figures may be chance, whatever their intervals.`;
  const measured = `${points(lost.value)} [${points(lost.low)}, ${points(lost.high)}]`;
  if (certificate !== undefined && certificate.problems.length === 0) {
    const claim =
      certificate.guarantee === "mean"
        ? `At most ${limit(certificate.maxLoss)} points`
        : `At most ${limit(certificate.maxLoss)} %`;
    return `“${claim}” is the promise for requests to come, against ${reference}; ${measured} points is what these ${records} lost, with its ${percent(confidence)} interval.`;
  }
  return `${measured} points against ${reference} is what these ${records} lost, with its ${percent(confidence)} interval. Nothing is promised for requests to come.`;
}
