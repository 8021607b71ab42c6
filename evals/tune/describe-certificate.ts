import { showPercentUpTo } from "../../src/plugin/show-percent.ts";
import { NOT_PERMITTED } from "../data/outcomes/outcome-record.ts";
import type { Certificate } from "./certificate.ts";
import { namedMissing } from "./missing-outcomes.ts";

/** Describes a certificate in plain words, as sentences. `large` is the name of the large model. */
export function describeCertificate(certificate: Certificate, large: string): string {
  const { guarantee, maxLoss, confidence, records, units, largestUnit, groupBy, target, choosing, test } =
    certificate;
  const cap = certificate.unitCap ?? largestUnit;
  const { loss, saving, largeCallRate, costUsd } = certificate;
  const what =
    guarantee === "mean"
      ? `the mean quality lost against always ${large} is at most ${number(maxLoss)} (of a scale from 0 to 1)`
      : `at most ${showPercentUpTo(maxLoss, 1)} of requests get a worse answer than ${large} would have given`;
  const grouped =
    units === records
      ? `${records} records`
      : `${records} records, ${units} independent units (by ${groupBy.join(", ")}; the largest has ${largestUnit})`;
  const money =
    saving === undefined
      ? `${showPercentUpTo(largeCallRate, 1)} of requests go to ${large}; costs are not known.`
      : `${saving.value < 0 ? "Cost rises" : "Cost falls"} by ${showPercentUpTo(Math.abs(saving.value), 1)}${interval(saving)}, and ${showPercentUpTo(largeCallRate, 1)} of requests go to ${large}.`;
  return [
    `On ${grouped}${missingIn(certificate)}, with ${showPercentUpTo(confidence, 1)} confidence, ${what}; measured: ${number(loss)} (${testNamed(test)}).`,
    money,
    ...("maxLoss" in target
      ? []
      : [
          "largeShare" in target
            ? `The threshold was chosen for ${showPercentUpTo(target.largeShare, 1)} of large calls, the loss is the result.`
            : `The threshold was chosen for at most $${target.budgetUsd} per 1,000 requests ($${number(1_000 * (costUsd?.routed ?? 0))} measured), the loss is the result.`,
        ]),
    ...(choosing === 0 ? [] : [`${choosing} further records chose the threshold.`]),
    `It holds for requests like these, with these models, as this quality was judged; of those that share a ${groupBy.join(" or ")}, ${cap === 1 ? "all count as one" : `at most ${cap} count`}.`,
    ...certificate.notes,
  ].join(" ");
}

/** Describes the records without an outcome, by model and reason. */
function missingIn({ missing = [], lost = 0, skipped }: Certificate): string {
  const named = (isLeftOut: boolean): string => {
    const some = missing.filter(({ reason }) => (reason === NOT_PERMITTED) === isLeftOut);
    return some.length === 0 ? "" : `: ${namedMissing(some)}`;
  };
  const parts = [
    ...(lost > 0 ? [`${lost} of them lack an outcome and count as lost${named(false)}`] : []),
    ...(skipped > 0
      ? [`${skipped} more were left out, since a model is not permitted there${named(true)}`]
      : []),
  ];
  return parts.length === 0 ? "" : ` (${parts.join("; ")})`;
}

/** Names a test within a sentence. */
export function testNamed(test: Certificate["test"]): string {
  return test === "gaffke" ? "Gaffke's test" : `${test} test`;
}

function interval({ value, low, high }: NonNullable<Certificate["saving"]>): string {
  if (low === undefined || high === undefined) return "";
  const [from, to] = value < 0 ? [-high, -low] : [low, high];
  return ` [${(100 * from).toFixed(1)}, ${(100 * to).toFixed(1)}]`;
}

function number(value: number): string {
  return String(Number(value.toFixed(4)));
}
