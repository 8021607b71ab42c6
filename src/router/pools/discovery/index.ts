export type {
  DiscoveredEndpoint,
  Discovery,
  DiscoveryRuntime,
  EndpointSet,
  WatchOptions,
} from "./discovery.ts";
export { type DnsOptions, dns } from "./dns.ts";
export { fileOf } from "./file-of.ts";
export { fixed } from "./fixed.ts";
export { type KubernetesOptions, kubernetes } from "./kubernetes.ts";
export { polled } from "./polled.ts";
