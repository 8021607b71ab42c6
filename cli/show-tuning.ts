import type { Certificate } from "../evals/tune/certificate.ts";
import { describeCertificate, testNamed } from "../evals/tune/describe-certificate.ts";
import { ALWAYS_SMALL, type TunePoint, type TuningFile } from "../evals/tune/tuning-file.ts";
import { showPercent } from "../src/plugin/show-percent.ts";
import { formatTable } from "./format-table.ts";
import { perThousand, withInterval } from "./show-number.ts";
import { toJson } from "./to-json.ts";

/** Formats the file as JSON, with its path and without the keys of the records. */
export function tuningToJson(file: TuningFile, path: string): string {
  const { keys: _, ...data } = file.data;
  return toJson({ path, ...file, data }, 2);
}

/** Formats the threshold, the certificate in plain words, the figures, and a part of the curve. */
export function tuningToText(file: TuningFile, path: string): string {
  const { certificate, curve, categories, classifier, small, large, version, expiresAt, policy } = file;
  return [
    `small ${small}, large ${large}; ${classifier.name}@${classifier.version}; policy ${policy.name}`,
    "",
    ...(categories === undefined ? [headline(file)] : []),
    describeCertificate(certificate, large),
    "",
    formatTable(figures(certificate)),
    "",
    ...(categories === undefined
      ? [formatTable([curveHead, ...excerpt(curve, certificate.threshold).map(curveRow)])]
      : [formatTable([categoryHead, ...categories.map(categoryRow)])]),
    "",
    `${path}: tuning ${version}, holds until ${expiresAt.slice(0, 10)}`,
  ].join("\n");
}

function headline({ threshold, small, large, policy }: TuningFile): string {
  if (threshold === undefined) return `policy ${policy.name} ${JSON.stringify(policy.parameters ?? {})}`;
  if (threshold === 0) return `threshold 0: every request goes to ${large}`;
  if (threshold === ALWAYS_SMALL) return `threshold ${threshold}: every request goes to ${small}`;
  return `threshold ${threshold}: complexity of at least ${threshold} goes to ${large}, the rest to ${small}`;
}

function figures(certificate: Certificate): string[][] {
  const { quality, costUsd, loss, upperBound, maxLoss, pValue, saving, test } = certificate;
  return [
    ["", "small", "large", "routed"],
    ["quality", ...[quality.small, quality.large, quality.routed].map(digits)],
    ...(costUsd === undefined
      ? []
      : [["USD per 1,000", ...[costUsd.small, costUsd.large, costUsd.routed].map(perThousand)]]),
    ["large calls", showPercent(0), showPercent(1), showPercent(certificate.largeCallRate)],
    ...(saving === undefined ? [] : [["saving [95 %]", "", "", withInterval(saving, showPercent)]]),
    ["loss", "", "", digits(loss)],
    ["at most", "", "", digits(maxLoss)],
    ...(upperBound < maxLoss
      ? [[`of this policy alone, an estimate (${testNamed(test)})`, "", "", digits(upperBound)]]
      : []),
    ["p-value", "", "", pValue.toPrecision(2)],
  ];
}

const curveHead = ["threshold", "large calls", "quality", "loss", "USD per 1,000", "p-value", "accepted"];

function curveRow({
  threshold,
  largeCallRate,
  quality,
  loss,
  costUsd,
  pValue,
  accepted,
}: TunePoint): string[] {
  return [
    threshold === undefined ? "" : String(threshold),
    showPercent(largeCallRate),
    digits(quality),
    digits(loss),
    costUsd === undefined ? "n/a" : perThousand(costUsd),
    pValue === undefined ? "" : pValue.toPrecision(2),
    accepted ? "yes" : "no",
  ];
}

const categoryHead = [
  "category",
  "threshold",
  "records",
  "loss",
  "at most",
  "alone (estimate)",
  "large calls",
  "saving [95 %]",
  "",
];

function categoryRow(one: NonNullable<TuningFile["categories"]>[number]): string[] {
  if (one.certificate === undefined)
    return [one.category, "0", String(one.records), "", "", "", showPercent(1), "", one.problem];
  const { records, loss, maxLoss, upperBound, largeCallRate, saving } = one.certificate;
  return [
    one.category,
    String(one.threshold),
    String(records),
    digits(loss),
    digits(maxLoss),
    digits(upperBound),
    showPercent(largeCallRate),
    withInterval(saving, showPercent),
    "",
  ];
}

/** Number of rows of the curve in addition to the chosen one and its neighbours. */
const curveRows = 10;

function excerpt(curve: readonly TunePoint[], chosen: number | undefined): readonly TunePoint[] {
  const at = curve.findIndex(({ threshold }) => threshold === chosen);
  const every = Math.ceil(curve.length / curveRows);
  return curve.filter(
    (_, index) => index % every === 0 || index === curve.length - 1 || (at >= 0 && Math.abs(index - at) <= 1),
  );
}

const digits = (value: number): string => value.toFixed(4);
