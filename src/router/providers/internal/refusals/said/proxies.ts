import { type Sayings, said } from "../sayings.ts";

/** Proxies and routers in front of servers. */
export const proxies: readonly Sayings[] = [
  // Said in outages: a breaker must open.
  said("envoyproxy/envoy:source/common/router/router.cc", "2026-11-28", [
    [503, "text", "no healthy upstream", "overloaded"],
    [503, "text", "upstream connect error", "overloaded"],
    [503, "text", "<html", "overloaded"],
    [503, "text", "<!doctype", "overloaded"],
  ]),
  said("kubernetes-sigs/gateway-api-inference-extension:pkg/epp", "2026-11-28", [
    [[429, 503], "text", "queue is full", "saturated"],
    [[429, 503], "text", "queue full", "saturated"],
    [[429, 503], "text", "too many queued", "saturated"],
    [503, "text", "no endpoint", "saturated"],
    [503, "text", "no available endpoint", "saturated"],
  ]),
  said("ray-project/ray:python/ray/llm", "2026-11-28", [[503, "code", "engine_overloaded", "overloaded"]]),
  said("BerriAI/litellm:litellm/litellm_core_utils/exception_mapping_utils.py", "2026-12-01", [
    ["any", "text", "contextwindowexceedederror", "overflow"],
    ["any", "text", "contentpolicyviolationerror", "content"],
  ]),
];
