import type { ExportFormat } from "../export-format.ts";

/** Tokens by Anthropic's API: `GET /v1/organizations/usage_report/messages` with `group_by[]=model`. */
export const anthropicUsage: ExportFormat = {
  name: "anthropic-usage",
  provider: "anthropic",
  needed: ["starting_at", "uncached_input_tokens", "output_tokens"],
  columns: {
    starting_at: "start",
    ending_at: "end",
    model: "model",
    uncached_input_tokens: "input",
    cache_read_input_tokens: "input",
    "cache_creation.ephemeral_5m_input_tokens": "input",
    "cache_creation.ephemeral_1h_input_tokens": "input",
    output_tokens: "output",
    "server_tool_use.web_search_requests": "ignored",
    api_key_id: "owner",
    workspace_id: "owner",
    account_id: "owner",
    service_account_id: "owner",
    service_tier: "ignored",
    context_window: "ignored",
    inference_geo: "ignored",
    speed: "ignored",
  },
};

/** Tokens by the CSV export of Anthropic's console. */
export const anthropicUsageCsv: ExportFormat = {
  name: "anthropic-usage-csv",
  provider: "anthropic",
  needed: ["usage_date_utc", "model_version", "usage_output_tokens"],
  columns: {
    usage_date_utc: "start",
    model_version: "model",
    usage_input_tokens_no_cache: "input",
    usage_input_tokens_cache_write: "input",
    usage_input_tokens_cache_write_5m: "input",
    usage_input_tokens_cache_write_1h: "input",
    usage_input_tokens_cache_read: "input",
    usage_output_tokens: "output",
    web_search_count: "ignored",
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
