import type { ExportFormat } from "../export-format.ts";

/** Costs by Anthropic's API: `GET /v1/organizations/cost_report` with `group_by[]=description`, in cents. */
export const anthropicCosts: ExportFormat = {
  name: "anthropic-costs",
  provider: "anthropic",
  needed: ["starting_at", "amount"],
  columns: {
    starting_at: "start",
    ending_at: "end",
    amount: "cents",
    currency: "currency",
    model: "model",
    workspace_id: "owner",
    account_id: "owner",
    description: "ignored",
    cost_type: "ignored",
    token_type: "ignored",
    service_tier: "ignored",
    context_window: "ignored",
    inference_geo: "ignored",
    speed: "ignored",
  },
};

/** Costs by the CSV export of Anthropic's console, which names models for people: `Claude Haiku 4.5`. */
export const anthropicCostsCsv: ExportFormat = {
  name: "anthropic-costs-csv",
  provider: "anthropic",
  needed: ["usage_date_utc", "model", "cost_usd"],
  columns: {
    usage_date_utc: "start",
    model: "model",
    cost_usd: "usd",
    list_price_usd: "ignored",
    cost_type: "ignored",
    token_type: "ignored",
    api_key: "owner",
    api_key_id: "owner",
    api_key_status: "ignored",
    workspace: "owner",
    usage_type: "ignored",
    context_window: "ignored",
    inference_geo: "ignored",
    speed: "ignored",
  },
};
