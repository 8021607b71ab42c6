import { type Sayings, said } from "../sayings.ts";

/** Proxies and routers in front of servers. */
export const proxies: readonly Sayings[] = [
  // Said in outages: a breaker must open.
  said("envoyproxy/envoy:source/common/router/router.cc", "2026-11-30", [
    [503, "text", "no healthy upstream", "overloaded"],
    [503, "text", "upstream connect error", "overloaded"],
    [503, "text", "<html", "overloaded"],
    [503, "text", "<!doctype", "overloaded"],
  ]),
  said("kubernetes-sigs/gateway-api-inference-extension:pkg/epp/handlers/server.go", "2026-09-30", [
    [[429, 503], "text", "queue is full", "saturated"],
    [[429, 503], "text", "queue full", "saturated"],
    [[429, 503], "text", "too many queued", "saturated"],
    [503, "text", "no endpoint", "saturated"],
    [503, "text", "no available endpoint", "saturated"],
  ]),
  said("ray-project/ray:python/ray/serve/_private/proxy.py", "2026-09-30", [
    [503, "code", "engine_overloaded", "overloaded"],
  ]),
  said("https://docs.litellm.ai/docs/exception_mapping", "2026-11-30", [
    ["any", "text", "litellm.contextwindowexceedederror", "overflow"],
    ["any", "text", "litellm.contentpolicyviolationerror", "content"],
  ]),
];
