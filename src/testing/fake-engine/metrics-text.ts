import type { EngineCore } from "./engine-core.ts";

/** Engines whose metrics can be imitated; `vllm-former`: with the names before 0.9. */
export type MetricsDialect = "vllm" | "vllm-former" | "sglang" | "tgi" | "llama.cpp";

type Line = readonly [name: string, type: "gauge" | "counter", value: number, labels?: string];

/** Writes the metrics of an engine in Prometheus' text format, by its own names. */
export function metricsText(core: EngineCore, model: string, dialect: MetricsDialect): string {
  return linesOf(core, model, dialect)
    .map(
      ([name, type, value, labels = ""]) =>
        `# HELP ${name} Simulated.\n# TYPE ${name} ${type}\n${name}${labels === "" ? "" : `{${labels}}`} ${value}\n`,
    )
    .join("");
}

function linesOf(core: EngineCore, model: string, dialect: MetricsDialect): readonly Line[] {
  const { running, waiting, kvUsage, totals } = core;
  const named = `model_name="${model.replace(/[\\"]/g, "\\$&")}"`;
  const engine = `engine="0",${named}`;
  if (dialect === "sglang")
    return [
      ["sglang:num_running_reqs", "gauge", running, named],
      ["sglang:num_queue_reqs", "gauge", waiting, named],
      ["sglang:token_usage", "gauge", kvUsage, named],
      ["sglang:num_requests_total", "counter", totals.finished, named],
    ];
  if (dialect === "tgi")
    return [
      ["tgi_batch_current_size", "gauge", running],
      ["tgi_queue_size", "gauge", waiting],
      ["tgi_request_success", "counter", totals.finished],
    ];
  if (dialect === "llama.cpp")
    return [
      ["llamacpp:requests_processing", "gauge", running],
      ["llamacpp:requests_deferred", "gauge", waiting],
      ["llamacpp:tokens_predicted_total", "counter", totals.answerTokens],
      ["llamacpp:n_decode_total", "counter", Math.round(core.steps)],
    ];
  const former = dialect === "vllm-former";
  return [
    ["vllm:num_requests_running", "gauge", running, engine],
    ["vllm:num_requests_waiting", "gauge", waiting, engine],
    [former ? "vllm:gpu_cache_usage_perc" : "vllm:kv_cache_usage_perc", "gauge", kvUsage, engine],
    [
      former ? "vllm:gpu_prefix_cache_queries" : "vllm:prefix_cache_queries_total",
      "counter",
      totals.promptTokens,
      engine,
    ],
    [
      former ? "vllm:gpu_prefix_cache_hits" : "vllm:prefix_cache_hits_total",
      "counter",
      totals.cachedTokens,
      engine,
    ],
    ["vllm:generation_tokens_total", "counter", totals.answerTokens, engine],
    ["vllm:request_success_total", "counter", totals.finished, `${engine},finished_reason="stop"`],
    // As vLLM has it: without the engine.
    ...(former
      ? []
      : ([["vllm:admission_rejections_total", "counter", totals.rejected, named]] satisfies readonly Line[])),
    ["vllm:engine_sleep_state", "gauge", core.asleep ? 1 : 0, engine],
  ];
}
