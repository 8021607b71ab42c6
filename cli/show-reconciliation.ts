import type { ReconciledRow, Reconciliation } from "../evals/monitor/reconcile/reconcile.ts";
import { counted } from "../src/plugin/counted.ts";
import { showPercent } from "../src/plugin/show-percent.ts";
import { showUsd } from "../src/plugin/show-usd.ts";
import { formatTable } from "./format-table.ts";

/** Largest number of rows that are shown: those with the largest differences. */
const mostShown = 50;

/** Formats what was counted and billed by day and model, and what explains the differences. */
export function reconciliationToText(found: Reconciliation): string {
  const { formats, providers, from, to, rows, total, outside, repeated, remarks } = found;
  const differing = rows.filter(({ because, ...row }) => because.length > 0 || isDifferent(row));
  const shown = [...differing].sort((a, b) => sizeOf(b) - sizeOf(a)).slice(0, mostShown);
  const kept = new Set(shown);
  const isByTenant = rows.some(({ tenant }) => tenant !== undefined);
  return [
    `${formats.join(", ")}, ${from} to ${to} (UTC), against attempts of ${providers?.join(", ") ?? "all providers"}`,
    ...remarks.map(({ file, line, problem }) => `${file}${line === 0 ? "" : `:${line}`}: ${problem}`),
    ...(repeated > 0 ? [`${counted(repeated, "row")} stand in two exports, and count once`] : []),
    ...(outside.attempts > 0
      ? [`${counted(outside.attempts, "attempt")} on other days left out, ${showUsd(outside.costUsd)}`]
      : []),
    "",
    formatTable([
      [
        "day",
        "model",
        ...(isByTenant ? ["tenant"] : []),
        "ours",
        "theirs",
        "difference",
        "tokens",
        "theirs",
        "difference",
      ],
      ...differing
        .filter((row) => kept.has(row))
        .map((row) => cellsOf(row.day, row.model ?? "(all)", row, isByTenant)),
      cellsOf("all", "", total, isByTenant),
    ]),
    ...(differing.length > shown.length
      ? [`(${differing.length - shown.length} more that differ: --json)`]
      : []),
    ...(rows.length > differing.length
      ? [`${counted(rows.length - differing.length, "row")} agree to a nano-dollar and a token`]
      : []),
    "",
    ...shown
      .filter(({ because }) => because.length > 0)
      .map(({ day, model, because }) => `${day} ${model ?? "(all)"}: ${because.join("; ")}`),
    `largest difference of a day, or of all: ${Number.isFinite(found.differenceShare) ? showPercent(found.differenceShare, 2) : "nothing was billed"}`,
    "",
  ].join("\n");
}

type Compared = Pick<ReconciledRow, "ours" | "theirs" | "differenceUsd" | "differenceTokens">;

function cellsOf(
  day: string,
  model: string,
  row: Compared & { tenant?: string | undefined },
  isByTenant: boolean,
): string[] {
  const { ours, theirs, differenceUsd, differenceTokens } = row;
  const tokens = theirs && (theirs.inputTokens ?? theirs.outputTokens) !== undefined;
  return [
    day,
    model,
    ...(isByTenant ? [row.tenant ?? "-"] : []),
    ours === undefined ? "none" : showUsd(ours.costUsd),
    theirs?.costUsd === undefined ? (theirs === undefined ? "none" : "-") : signedUsd(theirs.costUsd),
    differenceUsd === undefined ? "-" : signedUsd(differenceUsd, true),
    ours === undefined ? "none" : String(ours.inputTokens + ours.outputTokens),
    tokens ? String((theirs.inputTokens ?? 0) + (theirs.outputTokens ?? 0)) : "-",
    differenceTokens === undefined ? "-" : `${differenceTokens > 0 ? "+" : ""}${differenceTokens}`,
  ];
}

/** A credit is a negative cost. */
function signedUsd(usd: number, plus = false): string {
  if (usd < 0) return `-${showUsd(-usd)}`;
  return `${plus && usd > 0 ? "+" : ""}${showUsd(usd)}`;
}

function isDifferent({ differenceUsd = 0, differenceTokens = 0 }: Compared): boolean {
  return differenceUsd !== 0 || differenceTokens !== 0;
}

/** Money first: tokens order only what has no cost. */
function sizeOf({ differenceUsd, differenceTokens = 0 }: Compared): number {
  return differenceUsd === undefined ? Math.abs(differenceTokens) / 1e12 : Math.abs(differenceUsd);
}
