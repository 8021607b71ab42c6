import type { Estimate } from "../../src/loop/statistics/index.ts";
import { capitalised } from "../../src/plugin/capitalised.ts";
import { limit, percent, points, usd } from "../../src/plugin/format-number.ts";
import type { Alternative, Report } from "./report.ts";

/**
 * Says in one sentence what the policy saves and loses against doing nothing. In the present tense with a
 * certificate that holds, since it is about what comes; in the past tense without one.
 */
export function headlineOf({
  alternatives,
  today,
  reference,
  saving,
  certificate,
}: Pick<Report, "alternatives" | "today" | "reference" | "saving" | "certificate">): string {
  const against = alternatives.find(({ model }) => model === today);
  const holds = certificate !== undefined && certificate.problems.length === 0;
  const isPromised = holds && today === reference;
  const money = moneyOf(against, saving?.requests, isPromised);
  const quality = isPromised ? promised(certificate) : measured(against?.lost);
  const where = isPromised ? "" : " on these records";
  if (money === undefined) return `${capitalised(quality)}${where}; what it saves is not known.`;
  return `${money} and ${quality}${where}.`;
}

function promised({ guarantee, maxLoss }: NonNullable<Report["certificate"]>): string {
  return guarantee === "mean"
    ? `loses at most ${limit(maxLoss)} points of quality`
    : `answers at most ${limit(maxLoss)} % of requests worse`;
}

function measured(lost: Estimate | undefined): string {
  const value = lost?.value ?? Number.NaN;
  if (Number.isNaN(value)) return "lost an unknown quality";
  const size = points(Math.abs(value));
  if (Number(size) === 0) return "lost no quality";
  return `${value > 0 ? "lost" : "gained"} ${size} points of quality`;
}

function moneyOf(
  { savedUsd, savedShare }: Partial<Alternative> = {},
  requests: number | undefined,
  isPromised: boolean,
): string | undefined {
  if (savedUsd === undefined) return undefined;
  const { value } = savedUsd;
  if (value === 0) return isPromised ? "Saves nothing" : "Saved nothing";
  const [verb, more] =
    value > 0 ? [isPromised ? "Saves" : "Saved", ""] : [isPromised ? "Costs" : "Cost", " more"];
  if (requests !== undefined) return `${verb} ${usd(Math.abs(value))}${more} a month`;
  // Without a volume, a share says more than the money for a thousand requests.
  return savedShare === undefined
    ? `${verb} ${usd(Math.abs(value))}${more} for 1,000 requests`
    : `${verb} ${percent(Math.abs(savedShare.value))}${more || " of the cost"}`;
}
