import type { ExportFormat } from "../export-format.ts";
import { anthropicCosts, anthropicCostsCsv } from "./anthropic-costs.ts";
import { anthropicUsage, anthropicUsageCsv } from "./anthropic-usage.ts";
import { openaiCosts } from "./openai-costs.ts";
import { openaiUsage } from "./openai-usage.ts";

/** Exports that are recognised by their columns. */
export const exportFormats: readonly ExportFormat[] = [
  openaiUsage,
  openaiCosts,
  anthropicUsage,
  anthropicUsageCsv,
  anthropicCosts,
  anthropicCostsCsv,
];
