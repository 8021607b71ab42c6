import type { ExportFormat } from "../export-format.ts";

/**
 * Tokens by OpenAI: `GET /v1/organization/usage/completions`, and the file `completions_usage_….csv` of the dashboard.
 * Input tokens hold the cached ones; the columns for kinds of tokens repeat parts of them.
 */
export const openaiUsage: ExportFormat = {
  name: "openai-usage",
  provider: "openai",
  needed: ["start_time", "num_model_requests", "input_tokens", "output_tokens"],
  columns: {
    start_time: "start",
    end_time: "end",
    start_time_iso: "ignored",
    end_time_iso: "ignored",
    object: "ignored",
    model: "model",
    num_model_requests: "requests",
    input_tokens: "input",
    output_tokens: "output",
    project_id: "owner",
    project_name: "owner",
    user_id: "owner",
    user_email: "ignored",
    api_key_id: "owner",
    api_key_name: "owner",
    organization_id: "ignored",
    organization_name: "ignored",
    batch: "ignored",
    service_tier: "ignored",
    api_source: "ignored",
    input_cached_tokens: "ignored",
    input_uncached_tokens: "ignored",
    input_cache_write_tokens: "ignored",
    input_text_tokens: "ignored",
    output_text_tokens: "ignored",
    input_cached_text_tokens: "ignored",
    input_audio_tokens: "ignored",
    input_cached_audio_tokens: "ignored",
    output_audio_tokens: "ignored",
    input_image_tokens: "ignored",
    input_cached_image_tokens: "ignored",
    output_image_tokens: "ignored",
  },
};
