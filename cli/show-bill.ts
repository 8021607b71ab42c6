import type { Router } from "../src/contracts/index.ts";
import { counted } from "../src/plugin/counted.ts";
import { showPercent } from "../src/plugin/show-percent.ts";
import { showUsd } from "../src/plugin/show-usd.ts";
import type { Bill } from "./agents/run-bill.ts";

/** Returns a line for each model of a router, with its price, before its first call. */
export function showModels({ models }: Router): string[] {
  return Object.entries(models).map(([id, { name, price }]) => {
    const text =
      price === undefined
        ? "price not known"
        : `$${price.usdPerMillionInputTokens} in, $${price.usdPerMillionOutputTokens} out per million tokens`;
    return `${id}: ${name}, ${text}`;
  });
}

/** Returns what a run has cost, and what the large model alone would have. */
export function showBill({ requests, spend, large, alone, noLarge }: Bill): string[] {
  const { total, byModel } = spend;
  const of = byModel.rows.map(({ name, attempts, costUsd }) => `${name} ${showUsd(costUsd)} in ${attempts}`);
  const gaps = [
    ...(total.unknown > 0 ? [`${counted(total.unknown, "call")} of unknown cost`] : []),
    ...(total.estimated > 0 ? [`${counted(total.estimated, "call")} priced by estimated tokens`] : []),
  ];
  const cached = total.inputTokens === 0 ? 0 : total.cachedInputTokens / total.inputTokens;
  if (total.attempts === 0) return [`no model was called in ${counted(requests, "request")}`];
  return [
    `cost ${showUsd(total.costUsd)} in ${counted(requests, "request")}: ${[of.join(", "), ...gaps].join("; ")}`,
    `${showPercent(cached)} of ${total.inputTokens.toLocaleString("en-US")} input tokens came from a prompt cache`,
    alone === undefined
      ? `what ${large} alone would have cost cannot be said: ${noLarge}`
      : `${large} alone, with its own cache: about ${showUsd(alone.costUsd)} (${alone.answered} of ${counted(requests, "answer")} were its own)`,
  ];
}
