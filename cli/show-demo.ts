import type { Model } from "../src/contracts/index.ts";
import { showPercent } from "../src/plugin/show-percent.ts";
import { catalogueDate } from "../src/router/cost/inner.ts";
import { demoPrompts } from "./demo-prompts.ts";
import type { DemoSetup } from "./demo-setup.ts";
import { answerLimit, type DemoRow, type DemoTotals } from "./run-demo.ts";
import { fitText } from "./text-width.ts";

export interface DemoTable {
  readonly head: string;
  readonly rule: string;
  row(row: DemoRow): string;
}

const narrowest = 76;
const widest = 130;
const widthWithoutTerminal = 110;
/** Width of the other columns: complexity, model, reason, cost, and two spaces before each. */
const others = 10 + 5 + 26 + 9 + 4 * 2;

/** Creates a table as wide as the terminal, whose rows can be written one by one. */
export function demoTable(columns: number = widthWithoutTerminal): DemoTable {
  const width = Math.min(widest, Math.max(narrowest, columns));
  const line = (prompt: string, complexity: string, model: string, reason: string, cost: string): string =>
    [
      fitText(prompt, width - others),
      complexity.padStart(10),
      fitText(model, 5),
      fitText(reason, 26),
      cost.padStart(9),
    ].join("  ");
  const rule = "-".repeat(width);
  return {
    head: `${line("prompt", "complexity", "model", "reason", "est. cost")}\n${rule}`,
    rule,
    row: ({ prompt, complexity, model, reason, costUsd }) =>
      line(
        prompt,
        complexity?.toFixed(2) ?? "-",
        model,
        reason,
        costUsd === undefined ? "unknown" : usd(costUsd),
      ),
  };
}

/** Describes the demo that follows, and if its models are real. */
export function showIntroduction({ simulated, router, why, pricedAs }: DemoSetup): string {
  const { small, large } = router.models;
  const title = `switchpoint demo: ${demoPrompts.length} prompts, each to a small or a large model`;
  if (!simulated || pricedAs === undefined) {
    return `${title}

Real models: ${small.name} (small) and ${large.name} (large), from the environment.
Answers are cut at ${answerLimit} tokens. --simulate runs the demo without calling them.`;
  }
  return `${title}

SIMULATED: ${why}, so two local endpoints stand in for the models.
Requests are real HTTP calls; answers and their lengths are invented.
Prices are those of real models: small as ${pricedAs.small}, large as ${pricedAs.large}.`;
}

/** Shows sums, their assumptions, and what to do next. */
export function showTotals(totals: DemoTotals, setup: DemoSetup): string {
  const { requests, small, large, costUsd, alwaysLargeUsd, saving } = totals;
  const label = setup.simulated ? "simulated" : "real calls";
  const models = setup.router.models;
  const saved = saving === undefined ? "unknown" : `${showPercent(saving, 0)}, estimated`;
  return `
${requests} prompts (${label}): ${small} to the small model, ${large} to the large one
  with routing    ${amount(costUsd)}
  always large    ${amount(alwaysLargeUsd)}
  saving          ${saved}

What this is worth
  Prices   small ${priceOf(models.small)}, large ${priceOf(models.large)}
           (US dollars per million tokens in / out; catalogue of ${catalogueDate}).
  Saving   assumes that the large model would use the same number of tokens.
  Quality  is not measured here. The threshold of ${thresholdOf(setup)} is a default that was not tuned on
           your traffic, so every decision is marked as uncertified.

Next
${nextSteps(setup)}`;
}

function nextSteps({ simulated }: DemoSetup): string {
  const steps: (readonly [string, string])[] = [
    ['npx switchpoint route "What is the capital of Australia?"', "one answer"],
    ["npx switchpoint doctor", "what is set up and what is missing"],
    ["npx switchpoint eval replay --help", "quality and cost on your own outcomes"],
  ];
  if (simulated) steps.unshift(["OPENAI_API_KEY=... npx switchpoint demo", "the same with real models"]);
  const width = Math.max(...steps.map(([command]) => command.length));
  return steps.map(([command, what]) => `  ${command.padEnd(width)}   ${what}`).join("\n");
}

function thresholdOf({ router }: DemoSetup): string {
  return String(router.policy.parameters?.["at"]);
}

function priceOf({ price }: Model): string {
  if (price === undefined) return "unknown";
  return `${price.usdPerMillionInputTokens} / ${price.usdPerMillionOutputTokens}`;
}

function amount(value: number | undefined): string {
  return value === undefined ? "unknown (a price is missing)" : usd(value);
}

function usd(value: number): string {
  return `$${value.toFixed(5)}`;
}
