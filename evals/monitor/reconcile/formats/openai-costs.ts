import type { ExportFormat } from "../export-format.ts";

/** Costs by OpenAI: `GET /v1/organization/costs` with `group_by=line_item`, and the file of costs of the dashboard. */
export const openaiCosts: ExportFormat = {
  name: "openai-costs",
  provider: "openai",
  needed: ["start_time", "amount_value"],
  columns: {
    start_time: "start",
    end_time: "end",
    start_time_iso: "ignored",
    end_time_iso: "ignored",
    object: "ignored",
    amount_value: "usd",
    amount_currency: "currency",
    line_item: "line-item",
    quantity: "ignored",
    quantity_unit: "ignored",
    project_id: "owner",
    project_name: "owner",
    user_id: "owner",
    user_email: "ignored",
    api_key_id: "owner",
    organization_id: "ignored",
    organization_name: "ignored",
    api_source: "ignored",
  },
};
